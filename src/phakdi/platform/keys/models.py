"""Rows of API keys and of what was answered under an idempotency key."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from phakdi.kit.db.models import OrganizationOwned, OrganizationRows


class ApiKey(OrganizationOwned):
    """A program that calls the API. The token itself is not kept."""

    name = models.TextField()
    prefix = models.TextField(unique=True)
    hash = models.TextField()
    scopes = ArrayField(models.TextField())
    stores = ArrayField(models.TextField(), default=list)
    created_by = models.TextField(default="")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "api_key"

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix})"


class KeptAnswer(OrganizationRows):
    """What was answered to a call with an idempotency key; written with its effect, or not at all."""

    pk = models.CompositePrimaryKey("organization_id", "principal", "route", "key")
    principal = models.TextField()
    route = models.TextField()
    key = models.TextField()
    request_hash = models.TextField()
    status = models.SmallIntegerField(null=True)
    body = models.BinaryField(null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "idempotency"
        indexes = [models.Index(fields=["organization_id", "expires_at"], name="idempotency_old")]

    def __str__(self) -> str:
        return self.route
