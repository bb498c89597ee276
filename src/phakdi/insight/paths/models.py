"""Rows of paths: figures as they were last worked out, one document for each thing a page shows."""

from django.db import models

from phakdi.kit.db.models import OrganizationRows


class PathLook(OrganizationRows):
    """What was last worked out of one kind, under one name (a span, a group)."""

    pk = models.CompositePrimaryKey("organization_id", "kind", "name")
    kind = models.TextField()
    name = models.TextField()
    as_of = models.DateTimeField()
    doc = models.JSONField()

    class Meta:
        db_table = "insight_path_look"

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
