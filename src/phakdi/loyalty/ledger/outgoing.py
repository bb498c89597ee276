"""Points that left a member's wallet: every spend, transfer, expiry and taking back. In an organization's scope."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from phakdi.loyalty.ledger.models import Entry

MINE = ("ACTIVE", "PENDING", "HELD")
PAGE_MAX = 200
DAY = timedelta(days=1)


def entries_out(*, organization_id: UUID, member_id: UUID, before: UUID | None = None, limit: int = 50) -> list[Entry]:
    """Return the movements by which points left the member, by when they took effect, the latest first; up to ``limit`` before one."""
    found = _out(organization_id, member_id)
    if before and (at := found.filter(id=before).values_list("effective_at", flat=True).first()):
        found = found.filter(Q(effective_at__lt=at) | Q(effective_at=at, id__lt=before))
    return list(found.order_by("-effective_at", "-id")[: min(limit, PAGE_MAX)])


def count_out_since(*, organization_id: UUID, member_id: UUID, since: datetime, most: int = 10) -> int:
    """Return how many such movements were recorded after ``since``, counting no further than ``most``.

    What an import told of long ago is not news and is not counted.
    """
    found = _out(organization_id, member_id).filter(recorded_at__gt=since, effective_at__gt=since - DAY, id__gte=_earliest(since))
    return found.values("id")[:most].count()


def _out(organization_id: UUID, member_id: UUID) -> QuerySet[Entry]:
    rows = Entry.objects.filter(organization_id=organization_id, member_id=member_id, source__in=MINE)
    return rows.exclude(target__in=MINE)


def _earliest(instant: datetime) -> UUID:
    """Return the smallest identifier of the day before an instant: identifiers are in order, so the rest need not be looked at."""
    return UUID(int=max(int((instant - DAY).timestamp()), 0) * 1000 << 80)
