"""Every write of saved views and of wishes for the summary, inside the caller's transaction."""

from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from phakdi.insight.views.models import SavedView, SummaryWish
from phakdi.kit.db.scope import in_transaction


@in_transaction
def keep_view(
    *, organization_id: UUID, staff_id: UUID, name: str, report: str, query: str, is_shared: bool, is_pinned: bool, now: datetime
) -> UUID:
    """Keep a view and return its id."""
    row = SavedView.objects.create(
        organization_id=organization_id,
        staff_id=staff_id,
        name=name,
        report=report,
        query=query,
        is_shared=is_shared,
        pinned_by=[staff_id] if is_pinned else [],
        created_at=now,
    )
    return row.id


@in_transaction
def change_view(*, organization_id: UUID, view_id: UUID, name: str, is_shared: bool) -> None:
    """Give a view a name, and say whether others see it."""
    SavedView.objects.filter(organization_id=organization_id, id=view_id).update(name=name, is_shared=is_shared)


@in_transaction
def set_pinned(*, organization_id: UUID, view_id: UUID, staff_id: UUID, is_pinned: bool) -> None:
    """Put a view on somebody's first page, or take it off."""
    row = SavedView.objects.select_for_update().get(organization_id=organization_id, id=view_id)
    row.pinned_by = [each for each in row.pinned_by if each != staff_id] + ([staff_id] if is_pinned else [])
    row.save(update_fields=["pinned_by"])


@in_transaction
def forget_view(*, organization_id: UUID, view_id: UUID) -> None:
    """Forget a view."""
    SavedView.objects.filter(organization_id=organization_id, id=view_id).delete()


@in_transaction
def set_summary(*, organization_id: UUID, staff_id: UUID, is_wanted: bool, now: datetime) -> None:
    """Note whether somebody wants the weekly summary."""
    if is_wanted:
        SummaryWish.objects.get_or_create(organization_id=organization_id, staff_id=staff_id, defaults={"wished_at": now})
    else:
        SummaryWish.objects.filter(organization_id=organization_id, staff_id=staff_id).delete()


@in_transaction
def claim_summary(*, organization_id: UUID, staff_id: UUID, week: date) -> bool:
    """Note that the summary of a week goes to somebody; False where it already went, or where they do not want it."""
    waiting = SummaryWish.objects.filter(organization_id=organization_id, staff_id=staff_id)
    return waiting.filter(Q(sent_for=None) | Q(sent_for__lt=week)).update(sent_for=week) == 1
