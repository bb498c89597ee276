"""Reads of a member's story: movements with their reasons, lots, wallets, vouchers, activities. In an organization's scope.

Pages go backwards by identifier: identifiers are ordered by the time of recording.
"""

from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast

from phakdi.kit.errors import NotFound
from phakdi.loyalty.ledger.models import Activity, Entry, Lot, Receipt, Voucher, Wallet

Row = TypeVar("Row", Activity, Entry, Voucher)

PAGE_MAX = 500
LOTS_MAX = 2000
REVIEWED = "phakdi.review"  # origin of the receipts that say what was decided about late reports


class UnknownActivity(NotFound):
    """No such activity of this member."""

    code = "activity_not_found"


def entries_of(
    *, organization_id: UUID, member_id: UUID, unit: str | None = None, before: UUID | None = None, limit: int = 50
) -> list[Entry]:
    """Return the member's movements, the latest first, up to ``limit`` before the entry ``before``."""
    found = _of(Entry.objects.all(), organization_id, member_id, before)
    return list((found.filter(unit=unit) if unit else found)[: min(limit, PAGE_MAX)])


def entries_of_activity(*, organization_id: UUID, member_id: UUID, activity_id: UUID) -> list[Entry]:
    """Return the movements that one activity caused, in order."""
    found = Entry.objects.filter(organization_id=organization_id, member_id=member_id, activity_id=activity_id)
    return list(found.order_by("seq", "id")[:PAGE_MAX])


def activities_of(*, organization_id: UUID, member_id: UUID, before: UUID | None = None, limit: int = 50) -> list[Activity]:
    """Return what the member did, the latest recorded first, up to ``limit`` before the activity ``before``."""
    return list(_of(Activity.objects.all(), organization_id, member_id, before)[: min(limit, PAGE_MAX)])


def entries_by_time(
    *, organization_id: UUID, member_id: UUID, before: UUID | None = None, limit: int = 50, unit: str | None = None
) -> list[Entry]:
    """Return the member's movements as a person reads them: by when they took effect, the latest first; an import may record the past."""
    found = Entry.objects.filter(organization_id=organization_id, member_id=member_id)
    if before and (at := found.filter(id=before).values_list("effective_at", flat=True).first()):
        found = found.filter(Q(effective_at__lt=at) | Q(effective_at=at, id__lt=before))
    found = found.filter(unit=unit) if unit else found
    return list(found.order_by("-effective_at", "-id")[: min(limit, PAGE_MAX)])


def activities_by_time(*, organization_id: UUID, member_id: UUID, before: UUID | None = None, limit: int = 50) -> list[Activity]:
    """Return what the member did as a person reads it: by when it happened, the latest first."""
    found = Activity.objects.filter(organization_id=organization_id, member_id=member_id)
    if before and (at := found.filter(id=before).values_list("occurred_at", flat=True).first()):
        found = found.filter(Q(occurred_at__lt=at) | Q(occurred_at=at, id__lt=before))
    return list(found.order_by("-occurred_at", "-id")[: min(limit, PAGE_MAX)])


def get_activity(*, organization_id: UUID, member_id: UUID, activity_id: UUID) -> Activity:
    """Return one activity of the member, or raise UnknownActivity."""
    found = Activity.objects.filter(organization_id=organization_id, member_id=member_id, id=activity_id).first()
    if found is None:
        raise UnknownActivity("There is no such activity.", activity_id=str(activity_id))
    return found


def activities_in_review(*, organization_id: UUID, before: UUID | None = None, limit: int = 50) -> list[Activity]:
    """Return reports that came too late to be booked by themselves and nobody decided about, the latest first."""
    decided = Receipt.objects.filter(organization_id=organization_id, origin=REVIEWED, number=Cast(OuterRef("id"), TextField()))
    found = Activity.objects.filter(organization_id=organization_id, state=Activity.State.REVIEW).filter(~Exists(decided))
    return list(_page(found, before)[: min(limit, PAGE_MAX)])


def latest_activities(*, organization_id: UUID, before: UUID | None = None, limit: int = 50) -> list[Activity]:
    """Return what the organization's members did, the latest recorded first."""
    return list(_page(Activity.objects.filter(organization_id=organization_id), before)[: min(limit, PAGE_MAX)])


def has_bills(*, organization_id: UUID) -> bool:
    """Tell whether anybody was given anything for a purchase or a stay."""
    found = Activity.objects.filter(organization_id=organization_id, kind__in=("purchase", "stay"), state=Activity.State.BOOKED)
    return found.exists()


def wallets_of(*, organization_id: UUID, member_id: UUID) -> list[Wallet]:
    """Return the member's wallets by unit."""
    return list(Wallet.objects.filter(organization_id=organization_id, member_id=member_id).order_by("unit"))


def lots_of(*, organization_id: UUID, member_id: UUID, unit: str | None = None) -> list[Lot]:
    """Return the member's open lots in the order in which they are spent: the first to expire first."""
    found = Lot.objects.filter(organization_id=organization_id, member_id=member_id, is_open=True)
    found = found.filter(unit=unit) if unit else found
    return list(found.order_by("unit", F("expires_at").asc(nulls_last=True), "earned_at", "id")[:LOTS_MAX])


def vouchers_of(
    *, organization_id: UUID, member_id: UUID, state: str | None = None, before: UUID | None = None, limit: int = 200
) -> list[Voucher]:
    """Return the member's vouchers, the latest first, up to ``limit`` before the voucher ``before``."""
    found = _of(Voucher.objects.all(), organization_id, member_id, before)
    return list((found.filter(state=state) if state else found)[: min(limit, PAGE_MAX)])


def sizes_of(*, organization_id: UUID, member_ids: Sequence[UUID]) -> dict[str, int]:
    """Return how many activities, movements and vouchers these members have together."""
    tables: dict[str, QuerySet[Any]] = {
        "activities": Activity.objects.all(), "movements": Entry.objects.all(), "vouchers": Voucher.objects.all(),
    }  # fmt: skip
    return {name: rows.filter(organization_id=organization_id, member_id__in=member_ids).count() for name, rows in tables.items()}


def _of(rows: QuerySet[Row], organization_id: UUID, member_id: UUID, before: UUID | None) -> QuerySet[Row]:
    return _page(rows.filter(organization_id=organization_id, member_id=member_id), before)


def _page(rows: QuerySet[Row], before: UUID | None) -> QuerySet[Row]:
    return (rows.filter(id__lt=before) if before else rows).order_by("-id")
