"""Rows of forecasts: the last of each figure and length of period."""

from django.db import models

from phakdi.kit.db.models import OrganizationRows


class KeptForecast(OrganizationRows):
    """What was last forecast of one figure."""

    pk = models.CompositePrimaryKey("organization_id", "figure", "grain")
    figure = models.TextField()
    grain = models.TextField()
    made_at = models.DateTimeField()
    doc = models.JSONField()

    class Meta:
        db_table = "forecast"

    def __str__(self) -> str:
        return f"{self.figure} {self.grain}"
