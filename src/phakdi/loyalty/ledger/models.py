"""What members did (activity), how their points moved (entry), and the caches that follow from it (lot, wallet, voucher).

The posting function of the engine writes these rows; nothing else does. Activities and entries are append-only: the
application role may not update or delete them. In the database the key of a member's row is (member_id, id).
"""

from django.db import models

from phakdi.kit.db.models import OrganizationOwned, OrganizationRows


class Activity(OrganizationOwned):
    """Something a member did, as reported, and what the till was told."""

    class State(models.TextChoices):
        """Whether it had its effects, or waits for somebody to look at it."""

        BOOKED = "BOOKED"
        REVIEW = "REVIEW"

    member_id = models.UUIDField()
    kind = models.TextField()
    ref = models.TextField(default="")
    origin = models.TextField(default="")
    of = models.TextField(default="")
    channel = models.TextField(default="")
    store = models.TextField(default="")
    tender = models.TextField(default="")
    amount_minor = models.BigIntegerField(null=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    program_version_id = models.UUIDField(null=True)
    data = models.JSONField(default=dict)
    outcome = models.JSONField(default=dict)
    verdicts = models.JSONField(default=list)
    state = models.TextField(choices=State.choices, default=State.BOOKED)
    import_id = models.UUIDField(null=True)
    actor = models.JSONField(null=True)

    class Meta:
        db_table = "activity"

    def __str__(self) -> str:
        return f"{self.kind} {self.ref or self.pk}"


class Receipt(OrganizationRows):
    """Whose activity a receipt number is: it can be recorded once."""

    pk = models.CompositePrimaryKey("organization_id", "origin", "number")
    origin = models.TextField()
    number = models.TextField()
    member_id = models.UUIDField()
    activity_id = models.UUIDField()
    content_hash = models.TextField()

    class Meta:
        db_table = "receipt"

    def __str__(self) -> str:
        return f"{self.origin}/{self.number}"


class Entry(OrganizationOwned):
    """One movement of points (> 0) from one account to another, with its reason."""

    member_id = models.UUIDField()
    activity_id = models.UUIDField(null=True)
    program_version_id = models.UUIDField(null=True)
    seq = models.IntegerField()
    kind = models.TextField()
    unit = models.TextField()
    points = models.BigIntegerField()
    source = models.TextField()
    target = models.TextField()
    rule = models.TextField(default="")
    reason = models.TextField(default="")
    params = models.JSONField(default=dict)
    reverses_id = models.UUIDField(null=True)
    uses = models.JSONField(default=list)
    pot = models.TextField(default="")
    ref = models.TextField(default="")
    effective_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "entry"

    def __str__(self) -> str:
        return f"{self.kind} {self.points} {self.unit}: {self.source} to {self.target}"


class Lot(OrganizationOwned):
    """Points earned together; ``remaining`` of ``granted`` are still the member's."""

    member_id = models.UUIDField()
    activity_id = models.UUIDField(null=True)
    unit = models.TextField()
    granted = models.BigIntegerField()
    remaining = models.BigIntegerField()
    earned_at = models.DateTimeField()
    available_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    is_pending = models.BooleanField(default=False)
    waits_for = models.TextField(default="")
    cancel_at = models.DateTimeField(null=True)
    pot = models.TextField(default="")
    rule = models.TextField(default="")
    is_bonus = models.BooleanField(default=False)
    ref = models.TextField(default="")
    is_open = models.BooleanField()

    class Meta:
        db_table = "lot"

    def __str__(self) -> str:
        return f"{self.remaining} of {self.granted} {self.unit}"


class Wallet(OrganizationRows):
    """A member's points of one unit, by account; equal to the replay of the entries."""

    pk = models.CompositePrimaryKey("member_id", "unit")
    member_id = models.UUIDField()
    unit = models.TextField()
    active = models.BigIntegerField(default=0)
    pending = models.BigIntegerField(default=0)
    held = models.BigIntegerField(default=0)
    debt = models.BigIntegerField(default=0)
    earned = models.BigIntegerField(default=0)
    spent = models.BigIntegerField(default=0)
    expired = models.BigIntegerField(default=0)

    class Meta:
        db_table = "wallet"

    def __str__(self) -> str:
        return f"{self.active} {self.unit}"


class Voucher(OrganizationOwned):
    """The right to something, with its own life."""

    class State(models.TextChoices):
        """Where a voucher is in its life."""

        ISSUED = "ISSUED"
        HELD = "HELD"
        USED = "USED"
        EXPIRED = "EXPIRED"
        CANCELLED = "CANCELLED"

    member_id = models.UUIDField()
    activity_id = models.UUIDField(null=True)
    definition = models.TextField()
    state = models.TextField(choices=State.choices)
    issued_at = models.DateTimeField()
    starts_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    value_minor = models.BigIntegerField(null=True)
    uses_left = models.IntegerField(default=1)
    rule = models.TextField(default="")
    ref = models.TextField(default="")
    choice = models.TextField(default="")

    class Meta:
        db_table = "voucher"

    def __str__(self) -> str:
        return f"{self.definition} {self.state}"
