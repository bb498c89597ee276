"""Rows of tills and of the bills that they kept. `sql/tables_1.sql` has their keys and constraints."""

from django.db import models

from phakdi.kit.db.models import OrganizationOwned
from phakdi.platform.tills.core import BillState


class Till(OrganizationOwned):
    """A browser at the counter that may keep bills. Its secret is sealed."""

    label = models.TextField(default="")
    sealed_secret = models.TextField()
    created_by_id = models.UUIDField()
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "till"

    def __str__(self) -> str:
        return self.label or str(self.pk)


class TillBill(OrganizationOwned):
    """A bill that a till kept and sent. What it says is sealed, and forgotten once it is booked or given up."""

    till_id = models.UUIDField()
    number = models.BigIntegerField()
    digest = models.TextField()
    state = models.TextField(choices=[(state.value, state.value.capitalize()) for state in BillState])
    staff_id = models.UUIDField()  # who took the money
    sent_by_id = models.UUIDField()  # who was signed in when the network came back
    store = models.TextField(default="")
    kept_at = models.DateTimeField()
    received_at = models.DateTimeField()
    sealed = models.TextField(default="")
    reason = models.TextField(default="")
    details = models.JSONField(default=dict)
    member_id = models.UUIDField(null=True)
    activity_id = models.UUIDField(null=True)
    settled_at = models.DateTimeField(null=True)
    settled_by_id = models.UUIDField(null=True)

    class Meta:
        db_table = "till_bill"

    def __str__(self) -> str:
        return f"{self.till_id} {self.number}"
