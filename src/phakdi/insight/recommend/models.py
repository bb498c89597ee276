"""Rows of recommendations: what was made last, and what is never to be shown. Members' lists are their traits."""

from django.db import models

from phakdi.kit.db.models import OrganizationOwned, OrganizationRows


class RecommendRun(OrganizationOwned):
    """One making of lists: how it was judged, and what came out."""

    made_at = models.DateTimeField()
    doc = models.JSONField()

    class Meta:
        db_table = "recommend_run"
        indexes = [models.Index(fields=["organization_id", "made_at"], name="recommend_run_by_time")]

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d}"


class NeverShown(OrganizationRows):
    """A product that is never to be recommended: kept for adults, sold out, taken off, a bag."""

    pk = models.CompositePrimaryKey("organization_id", "product")
    product = models.TextField()
    added_at = models.DateTimeField()

    class Meta:
        db_table = "recommend_never"

    def __str__(self) -> str:
        return self.product
