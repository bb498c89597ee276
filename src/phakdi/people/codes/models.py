"""Rows of one-time codes. `sql/tables_1.sql` has their keys and constraints."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from phakdi.kit.db.models import OrganizationOwned, OrganizationRows


class Challenge(OrganizationOwned):
    """One code sent: for what, to whom and for which browser, all hashed, and how often it was tried."""

    purpose = models.TextField()
    channel = models.TextField()
    destination_hash = models.TextField()
    session_hash = models.TextField()
    code_hash = models.TextField()
    ref = models.TextField()
    tries = models.IntegerField(default=0)
    tries_max = models.IntegerField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)  # accepted, or another code took its place
    accepted_at = models.DateTimeField(null=True)
    spent_at = models.DateTimeField(null=True)  # what it proved was made use of

    class Meta:
        db_table = "otp_challenge"

    def __str__(self) -> str:
        return self.ref


class Allowance(OrganizationRows):
    """When codes were sent to one destination or asked for from one address."""

    pk = models.CompositePrimaryKey("organization_id", "scope", "key")
    scope = models.TextField()
    key = models.TextField()
    sent = ArrayField(models.DateTimeField())
    last_sent_at = models.DateTimeField()

    class Meta:
        db_table = "code_allowance"

    def __str__(self) -> str:
        return self.scope


class Budget(OrganizationRows):
    """How many codes an organization sent on a day."""

    pk = models.CompositePrimaryKey("organization_id", "day")
    day = models.DateField()
    sent = models.IntegerField()

    class Meta:
        db_table = "code_budget"

    def __str__(self) -> str:
        return f"{self.day}: {self.sent}"


class KeptPolicy(models.Model):
    """What an organization set itself: how many codes a day, to which countries, and how long spending is held."""

    organization_id = models.UUIDField(primary_key=True)
    daily_budget = models.IntegerField()
    countries = ArrayField(models.TextField())
    hold_hours = models.IntegerField(default=24)

    class Meta:
        db_table = "code_policy"

    def __str__(self) -> str:
        return str(self.daily_budget)
