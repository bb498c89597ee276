"""Rows of kpis: figures by window and dimension, what an organization told of itself, targets, alerts, and what tills sold."""

from django.db import models
from django.db.models import Q

from phakdi.kit.db.models import OrganizationOwned, OrganizationRows


class KeptFigure(OrganizationRows):
    """One figure of one window and key, as the latest refresh found it."""

    pk = models.CompositePrimaryKey("organization_id", "figure", "span", "dimension", "key")
    figure = models.TextField()
    span = models.TextField()
    dimension = models.TextField()
    key = models.TextField()
    first = models.DateField()
    to = models.DateField()  # not included
    numerator = models.BigIntegerField(null=True)
    denominator = models.BigIntegerField(null=True)
    value = models.FloatField(null=True)
    as_of = models.DateTimeField()

    class Meta:
        db_table = "insight_figure"
        indexes = [models.Index(fields=["organization_id", "span", "dimension", "key"], name="insight_figure_by_span")]

    def __str__(self) -> str:
        return f"{self.figure} {self.span} {self.dimension} {self.key}"


class KeptTable(OrganizationRows):
    """A table that is not one number: cohorts, level movements, time to the second purchase, how lapse was set."""

    pk = models.CompositePrimaryKey("organization_id", "name")
    name = models.TextField()
    as_of = models.DateTimeField()
    doc = models.JSONField()

    class Meta:
        db_table = "insight_figure_table"

    def __str__(self) -> str:
        return self.name


class KeptSettings(OrganizationRows):
    """What an organization told: margins, costs, when somebody has lapsed."""

    organization_id = models.UUIDField(primary_key=True)
    doc = models.JSONField()
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "insight_settings"

    def __str__(self) -> str:
        return str(self.changed_at)


class Target(OrganizationOwned):
    """What a figure should come to, by when; or within which band it should stay, and by how much it may move."""

    figure = models.TextField()
    span = models.TextField()
    dimension = models.TextField(default="")
    key = models.TextField(default="")
    goal = models.FloatField(null=True)
    by = models.DateField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    moves_percent = models.FloatField(null=True)
    out_since = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "insight_target"
        indexes = [models.Index(fields=["organization_id", "created_at"], name="insight_target_by_time")]
        constraints = [
            models.CheckConstraint(
                condition=Q(goal__isnull=False) | Q(low__isnull=False) | Q(high__isnull=False) | Q(moves_percent__isnull=False),
                name="insight_target_wants_something",
            )
        ]

    def __str__(self) -> str:
        return f"{self.figure} {self.span}"


class TillTotal(OrganizationRows):
    """What a store sold on a day, with and without members."""

    pk = models.CompositePrimaryKey("organization_id", "store", "day")
    store = models.TextField()
    day = models.DateField()
    bills = models.BigIntegerField()
    sales_minor = models.BigIntegerField()
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "till_total"
        constraints = [models.CheckConstraint(condition=Q(bills__gte=0), name="till_total_bills_not_negative")]

    def __str__(self) -> str:
        return f"{self.store} {self.day}"
