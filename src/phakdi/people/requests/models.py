"""Rows of requests, of the forgotten, and of breaches. `sql/tables_1.sql` has their keys and constraints."""

from django.db import models

from phakdi.kit.db.models import OrganizationOwned, OrganizationRows
from phakdi.people.requests.core import IdentityCheck, RequestKind, RequestState


class DataRequest(OrganizationOwned):
    """What a member asks about their data, until when it must be answered, and what was answered."""

    member_id = models.UUIDField()
    kind = models.TextField(choices=[(kind.value, kind.value.capitalize()) for kind in RequestKind])
    state = models.TextField(
        default=RequestState.OPEN.value, choices=[(state.value, state.value.capitalize()) for state in RequestState]
    )
    details = models.TextField(default="")
    opened_at = models.DateTimeField()
    opened_by = models.TextField(default="member")  # or staff
    identity_check = models.TextField(
        default=IdentityCheck.NONE.value, choices=[(way.value, way.value.capitalize()) for way in IdentityCheck]
    )
    due_date = models.DateField()
    assigned_to = models.UUIDField(null=True)
    started_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    answer = models.TextField(default="")
    refusal_reason = models.TextField(default="")
    reminded_on = models.DateField(null=True)
    file_id = models.UUIDField(null=True)

    class Meta:
        db_table = "data_request"

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"


class Erasure(OrganizationRows):
    """That somebody was forgotten: the pseudonym under which the ledger keeps them, when, and how much was destroyed."""

    pk = models.CompositePrimaryKey("organization_id", "member_id")
    member_id = models.UUIDField()
    erased_at = models.DateTimeField()
    request_id = models.UUIDField(null=True)
    counts = models.JSONField(default=dict)
    hashes = models.JSONField(default=list)  # for the journal that outlives the database; gone once it was written there

    class Meta:
        db_table = "erasure"

    def __str__(self) -> str:
        return str(self.member_id)


class ForgottenContact(OrganizationRows):
    """A contact that may not come back by an import: its keyed hash, and nothing that says whose it was."""

    pk = models.CompositePrimaryKey("organization_id", "hash")
    hash = models.TextField()
    forgotten_at = models.DateTimeField()

    class Meta:
        db_table = "forgotten_contact"

    def __str__(self) -> str:
        return self.hash[:8]


class Breach(OrganizationOwned):
    """A breach of personal data: what happened, when it became known, and whom it was told (72 hours)."""

    title = models.TextField()
    description = models.TextField(default="")
    happened_at = models.DateTimeField(null=True)
    known_at = models.DateTimeField()
    members_count = models.IntegerField(null=True)
    risk = models.TextField(default="")  # LOW: to nobody, SOME: to the authority, HIGH: to the members as well
    measures = models.TextField(default="")
    authority_told_at = models.DateTimeField(null=True)
    members_told_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "data_breach"

    def __str__(self) -> str:
        return self.title
