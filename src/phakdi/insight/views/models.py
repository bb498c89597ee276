"""Rows of views that staff keep, and of who wants the weekly summary."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from phakdi.kit.db.models import OrganizationOwned, OrganizationRows


class SavedView(OrganizationOwned):
    """A report with its days and filters, kept by one of the staff, for themselves or for everybody who may open it."""

    staff_id = models.UUIDField()
    name = models.TextField()
    report = models.TextField()
    query = models.TextField(default="")
    is_shared = models.BooleanField(default=False)
    pinned_by = ArrayField(models.UUIDField(), default=list)  # on whose first page it stands
    created_at = models.DateTimeField()

    class Meta:
        db_table = "insight_view"
        indexes = [models.Index(fields=["organization_id", "staff_id"], name="insight_view_of_staff")]

    def __str__(self) -> str:
        return self.name


class SummaryWish(OrganizationRows):
    """Somebody wants the weekly summary; ``sent_for`` is the Monday of the latest that they got."""

    pk = models.CompositePrimaryKey("organization_id", "staff_id")
    staff_id = models.UUIDField()
    wished_at = models.DateTimeField()
    sent_for = models.DateField(null=True)

    class Meta:
        db_table = "insight_summary_wish"

    def __str__(self) -> str:
        return str(self.staff_id)
