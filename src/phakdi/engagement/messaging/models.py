"""Rows of messages. `sql/tables_1.sql` has their keys and constraints."""

from django.db import models

from phakdi.engagement.messaging.core.kinds import MessageChannel, MessageClass, MessageState
from phakdi.kit.db.models import OrganizationOwned


class Message(OrganizationOwned):
    """Words for one person through one channel. What is secret in them is sealed, and gone once they were sent."""

    member_id = models.UUIDField(null=True)
    kind = models.TextField(db_column="class", choices=[(k.value, k.value.capitalize()) for k in MessageClass])
    priority = models.SmallIntegerField()
    template = models.TextField(default="")
    language = models.TextField()
    channel = models.TextField(choices=[(c.value, c.value) for c in MessageChannel])
    destination = models.TextField()
    subject = models.TextField(default="")
    body = models.TextField()
    sealed = models.TextField(default="")
    unsubscribe_url = models.TextField(default="")
    parts = models.IntegerField(default=1)
    state = models.TextField(choices=[(s.value, s.value.capitalize()) for s in MessageState])
    state_reason = models.TextField(default="")
    key = models.TextField(null=True)
    tries = models.IntegerField(default=0)
    provider = models.TextField(default="")
    provider_ref = models.TextField(default="")
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    lease_token = models.UUIDField(null=True)

    class Meta:
        db_table = "message"

    def __str__(self) -> str:
        return f"{self.channel} {self.template}"


class DeliveryAttempt(OrganizationOwned):
    """One try to hand a message over, written before the provider is called."""

    message_id = models.UUIDField()
    number = models.IntegerField()
    provider = models.TextField()
    state = models.TextField()
    request_hash = models.TextField()
    code = models.TextField(default="")
    status = models.IntegerField(null=True)
    provider_ref = models.TextField(default="")
    prepared_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "delivery_attempt"

    def __str__(self) -> str:
        return f"{self.provider} {self.number}"


class ChannelConnection(OrganizationOwned):
    """An organization's own account with a provider, whether it is in use, and how it fares."""

    channel = models.TextField()
    provider = models.TextField()
    settings = models.JSONField(default=dict)
    sealed_secrets = models.TextField(default="")
    is_enabled = models.BooleanField(default=True)
    last_ok_at = models.DateTimeField(null=True)
    last_error_at = models.DateTimeField(null=True)
    last_error = models.TextField(default="")
    quota_left = models.BigIntegerField(null=True)
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "channel_connection"

    def __str__(self) -> str:
        return f"{self.channel}: {self.provider}"
