"""Every read of saved views and of wishes for the summary, in a scope of the organization."""

from uuid import UUID

from django.db.models import Q

from phakdi.insight.views.core import VIEWS_MAX, View
from phakdi.insight.views.models import SavedView, SummaryWish
from phakdi.kit.errors import NotFound

SHOWN_MAX = 500


class UnknownView(NotFound):
    """No view is kept under this name, or it is somebody else's own."""

    code = "view_not_found"


def views_of(*, organization_id: UUID, staff_id: UUID) -> list[View]:
    """Return somebody's own views and those that are shared with them, by name."""
    found = SavedView.objects.filter(Q(staff_id=staff_id) | Q(is_shared=True), organization_id=organization_id)
    return [_view(row, staff_id) for row in found.order_by("name", "id")[:SHOWN_MAX]]


def get_view(*, organization_id: UUID, view_id: UUID, staff_id: UUID) -> View:
    """Return one view that somebody may see, or raise UnknownView."""
    found = SavedView.objects.filter(Q(staff_id=staff_id) | Q(is_shared=True), organization_id=organization_id, id=view_id)
    row = found.first()
    if row is None:
        raise UnknownView("There is no such view.", view_id=str(view_id))
    return _view(row, staff_id)


def has_room(*, organization_id: UUID, staff_id: UUID) -> bool:
    """Tell whether somebody may keep one more."""
    return SavedView.objects.filter(organization_id=organization_id, staff_id=staff_id).count() < VIEWS_MAX


def wants_summary(*, organization_id: UUID, staff_id: UUID) -> bool:
    """Tell whether somebody wants the weekly summary."""
    return SummaryWish.objects.filter(organization_id=organization_id, staff_id=staff_id).exists()


def who_wants_summary(*, organization_id: UUID) -> set[UUID]:
    """Return the staff who want the weekly summary."""
    return set(SummaryWish.objects.filter(organization_id=organization_id).values_list("staff_id", flat=True))


def _view(row: SavedView, staff_id: UUID) -> View:
    return View(row.id, row.staff_id, row.name, row.report, row.query, row.is_shared, staff_id in row.pinned_by)
