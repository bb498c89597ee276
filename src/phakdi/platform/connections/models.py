"""Rows of connections."""

from django.db import models

from phakdi.kit.db.models import OrganizationRows


class ProviderConnection(OrganizationRows):
    """An organization's account with a service, whether it is in use, and how it fares."""

    pk = models.CompositePrimaryKey("organization_id", "provider")
    provider = models.TextField()
    settings = models.JSONField(default=dict)
    sealed_secrets = models.TextField(default="")
    is_enabled = models.BooleanField(default=True)
    last_ok_at = models.DateTimeField(null=True)
    last_error_at = models.DateTimeField(null=True)
    last_error = models.TextField(default="")
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "provider_connection"

    def __str__(self) -> str:
        return self.provider
