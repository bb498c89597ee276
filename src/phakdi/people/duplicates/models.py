"""Pairs of members who may be one person, and how far the members were read. `sql/tables_1.sql` has keys and constraints."""

from django.db import models

from phakdi.kit.db.models import OrganizationRows


class Pair(OrganizationRows):
    """Two members, the lower id first, how likely they are one person, why, and what somebody decided."""

    class State(models.TextChoices):
        """What somebody said about it."""

        OPEN = "OPEN"
        LATER = "LATER"
        DIFFERENT = "DIFFERENT"

    pk = models.CompositePrimaryKey("low_id", "high_id")
    low_id = models.UUIDField()
    high_id = models.UUIDField()
    state = models.TextField(choices=State.choices, default=State.OPEN)
    strength = models.TextField()
    probability = models.FloatField()
    evidence = models.JSONField()
    fingerprint = models.TextField()
    found_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.JSONField(null=True)

    class Meta:
        db_table = "duplicate_pair"

    def __str__(self) -> str:
        return f"{self.low_id} and {self.high_id}: {self.strength}"


class Scan(models.Model):
    """How far an organization's members were read, and what was estimated from them."""

    organization_id = models.UUIDField(primary_key=True)
    members = models.IntegerField(default=0)
    prior = models.FloatField(null=True)
    m = models.JSONField(null=True)
    u = models.JSONField(null=True)
    estimated_at = models.DateTimeField(null=True)
    estimated_from = models.IntegerField(default=0)
    read_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "duplicate_scan"

    def __str__(self) -> str:
        return str(self.organization_id)
