"""Rows of guides: what an organization said of itself at the start, and whether it still wants to be shown the way."""

from django.db import models


class Guide(models.Model):
    """One for an organization. Which steps are done is never kept: it is seen from the data."""

    organization_id = models.UUIDField(primary_key=True)
    business = models.TextField(default="")
    dismissed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "guide"

    def __str__(self) -> str:
        return self.business
