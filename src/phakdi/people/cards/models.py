"""Rows of cards. `sql/tables_1.sql` has their keys and constraints."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from phakdi.kit.db.models import OrganizationRows


class Card(OrganizationRows):
    """A member's card: its name, its sealed secret, and the wrong codes of late."""

    pk = models.CompositePrimaryKey("organization_id", "pub")
    pub = models.TextField()
    member_id = models.UUIDField()
    sealed_secret = models.TextField()
    faults = ArrayField(models.DateTimeField(), default=list)
    locked_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "member_card"

    def __str__(self) -> str:
        return self.pub


class CardUse(OrganizationRows):
    """A half minute whose code a member has spent with."""

    pk = models.CompositePrimaryKey("member_id", "step", "purpose")
    member_id = models.UUIDField()
    step = models.BigIntegerField()
    purpose = models.TextField()
    used_at = models.DateTimeField()

    class Meta:
        db_table = "member_card_use"

    def __str__(self) -> str:
        return f"{self.purpose} {self.step}"


class Invitation(OrganizationRows):
    """The word in the link by which a member invites friends. It finds the member and nothing else."""

    pk = models.CompositePrimaryKey("organization_id", "word")
    word = models.TextField()
    member_id = models.UUIDField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = "member_invitation"

    def __str__(self) -> str:
        return self.word
