"""Rows of lifetime: each run of the models with all that speaks for and against it, and the lists that pages show."""

from django.db import models

from phakdi.kit.db.models import OrganizationOwned, OrganizationRows


class LifetimeRun(OrganizationOwned):
    """One run: parameters, guards, judging and sums. Members' own figures are their traits."""

    computed_at = models.DateTimeField()
    as_of = models.DateField()
    doc = models.JSONField()

    class Meta:
        db_table = "insight_lifetime_run"
        indexes = [models.Index(fields=["organization_id", "computed_at"], name="insight_lifetime_run_by_time")]

    def __str__(self) -> str:
        return f"{self.as_of}"


class LifetimeList(OrganizationRows):
    """The first members of one list, as of the latest run."""

    pk = models.CompositePrimaryKey("organization_id", "key")
    key = models.TextField()
    computed_at = models.DateTimeField()
    rows = models.JSONField()

    class Meta:
        db_table = "insight_lifetime_list"

    def __str__(self) -> str:
        return self.key
