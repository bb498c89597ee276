"""Rows of webhooks: endpoints, the events they may be told, and every telling with its tries."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from phakdi.kit.db.models import OrganizationOwned, OrganizationRows
from phakdi.platform.webhooks.core import AttemptState, DeliveryState, EndpointState, webhook_id


class Endpoint(OrganizationOwned):
    """An address outside that is told of some kinds of events. Its secrets are sealed."""

    name = models.TextField()
    url = models.TextField()
    topics = ArrayField(models.TextField())
    state = models.TextField(default=EndpointState.ACTIVE.value, choices=[(s.value, s.value.capitalize()) for s in EndpointState])
    state_reason = models.TextField(default="")
    sealed_secret = models.TextField()
    sealed_secret_before = models.TextField(default="")
    secret_before_until = models.DateTimeField(null=True)
    fails = models.IntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    probe_at = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)
    last_ok_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "webhook_endpoint"

    def __str__(self) -> str:
        return self.name


class Event(OrganizationRows):
    """A fact as receivers are told it. ``sequence`` numbers the events of one member without a gap."""

    id = models.UUIDField(primary_key=True)
    topic = models.TextField()
    member_id = models.UUIDField(null=True)
    sequence = models.BigIntegerField(null=True)
    body = models.TextField()
    at = models.DateTimeField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = "webhook_event"
        indexes = [models.Index(fields=["organization_id", "at"], name="webhook_event_by_time")]

    def __str__(self) -> str:
        return self.topic

    @property
    def webhook_id(self) -> str:
        """What receivers know it by."""
        return webhook_id(self.id)


class MemberSequence(OrganizationRows):
    """The number of the latest event of a member."""

    pk = models.CompositePrimaryKey("organization_id", "member_id")
    member_id = models.UUIDField()
    latest = models.BigIntegerField(default=0)

    class Meta:
        db_table = "webhook_sequence"

    def __str__(self) -> str:
        return str(self.latest)


class Delivery(OrganizationOwned):
    """The telling of one event to one endpoint. A replay makes the same row due again."""

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="+")
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    state = models.TextField(
        default=DeliveryState.WAITING.value, choices=[(s.value, s.value.capitalize()) for s in DeliveryState]
    )
    tries = models.IntegerField(default=0)  # since it was queued or replayed
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    lease_token = models.UUIDField(null=True)
    last_status = models.IntegerField(null=True)
    last_error = models.TextField(default="")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "webhook_delivery"
        constraints = [models.UniqueConstraint(fields=["endpoint", "event"], name="webhook_delivery_once")]
        indexes = [
            models.Index(fields=["endpoint", "due_at"], name="webhook_delivery_due", condition=Q(state="WAITING")),
            models.Index(fields=["endpoint"], name="webhook_delivery_busy", condition=Q(lease_until__isnull=False)),
            models.Index("endpoint", F("id").desc(), name="webhook_delivery_log"),
        ]

    def __str__(self) -> str:
        return self.state


class Attempt(OrganizationOwned):
    """One try, written before it is sent."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="+")
    state = models.TextField(choices=[(s.value, s.value.capitalize()) for s in AttemptState])
    headers = models.JSONField()
    status = models.IntegerField(null=True)
    answer = models.TextField(default="")
    error = models.TextField(default="")
    duration_ms = models.IntegerField(null=True)
    prepared_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "webhook_attempt"

    def __str__(self) -> str:
        return self.state
