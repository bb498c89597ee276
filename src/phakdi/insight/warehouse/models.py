"""Rows of refreshes: how each went."""

from django.db import models

from phakdi.kit.db.models import OrganizationOwned


class InsightRun(OrganizationOwned):
    """One refresh of the figures: what it read, how long each step took, and what failed."""

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    as_of = models.DateTimeField(null=True)
    rows = models.BigIntegerField(default=0)
    steps = models.JSONField(default=list)  # [name, milliseconds, error]
    error = models.TextField(default="")

    class Meta:
        db_table = "insight_run"
        indexes = [models.Index(fields=["organization_id", "-started_at"], name="insight_run_latest")]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"
