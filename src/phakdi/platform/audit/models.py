"""Rows of the audit. `sql/tables_1.sql` has their keys; nobody may change or delete them."""

from django.db import models

from phakdi.kit.db.models import OrganizationOwned, OrganizationRows


class AuditEntry(OrganizationOwned):
    """Who did what to which thing. ``data`` says which fields and figures, never personal values."""

    at = models.DateTimeField()
    action = models.TextField()
    actor_kind = models.TextField()
    actor_id = models.TextField()
    subject_kind = models.TextField()
    subject_id = models.TextField()
    data = models.JSONField(default=dict)

    class Meta:
        db_table = "audit_entry"

    def __str__(self) -> str:
        return self.action


class AuditSeal(OrganizationRows):
    """A link of the chain: the hash of one entry and of the link before."""

    pk = models.CompositePrimaryKey("organization_id", "position")
    position = models.BigIntegerField()
    entry_id = models.UUIDField()
    hash = models.BinaryField()

    class Meta:
        db_table = "audit_seal"

    def __str__(self) -> str:
        return str(self.position)
