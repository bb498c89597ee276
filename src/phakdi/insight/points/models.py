"""Rows of what points cost: each kind's present account, and its months as they were closed."""

from django.db import models

from phakdi.kit.db.models import OrganizationRows


class KeptAccount(OrganizationRows):
    """What was last worked out of one kind of points."""

    pk = models.CompositePrimaryKey("organization_id", "unit")
    unit = models.TextField()
    as_of = models.DateTimeField()
    doc = models.JSONField()

    class Meta:
        db_table = "points_account"

    def __str__(self) -> str:
        return self.unit


class KeptClosing(OrganizationRows):
    """One month of one kind of points, closed: later findings change later months."""

    pk = models.CompositePrimaryKey("organization_id", "unit", "month")
    unit = models.TextField()
    month = models.DateField()
    closed_at = models.DateTimeField()
    doc = models.JSONField()

    class Meta:
        db_table = "points_closing"

    def __str__(self) -> str:
        return f"{self.unit} {self.month}"
