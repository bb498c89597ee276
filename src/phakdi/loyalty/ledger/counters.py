"""What staff recorded at the counters in a time, summed by who did it. In an organization's scope.

An activity's identifier tells when it was recorded, so a day is a range of the organization's newest activities.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from phakdi.loyalty.ledger.models import Activity

CLOCKS_APART = timedelta(minutes=10)
LISTED_MAX = 200
BUSY = 4  # purchases of one member by one cashier in the time: somebody should look

_SUMS = """
SELECT actor->>'id', store, kind, count(*), coalesce(sum(amount_minor), 0)::bigint, count(*) FILTER (WHERE state = 'REVIEW')
FROM activity
WHERE organization_id = %(organization)s AND id >= %(first)s AND id < %(last)s AND recorded_at >= %(since)s
  AND recorded_at < %(until)s AND actor->>'kind' = 'staff' AND (%(all)s OR store = ANY (%(stores)s))
GROUP BY 1, 2, 3
"""
_POINTS = """
SELECT a.actor->>'id', a.store, e.unit,
    coalesce(sum(e.points) FILTER (WHERE e.source = 'ISSUED'), 0)::bigint,
    coalesce(sum(e.points) FILTER (WHERE e.target IN ('REDEEMED', 'PARTNER')), 0)::bigint,
    coalesce(sum(e.points) FILTER (WHERE e.kind IN ('REVERSE', 'RESTORE')), 0)::bigint
FROM activity AS a
JOIN entry AS e ON e.member_id = a.member_id AND e.id >= a.id AND e.id <= (left(a.id::text, 32) || 'ffff')::uuid
    AND e.activity_id = a.id
WHERE a.organization_id = %(organization)s AND a.id >= %(first)s AND a.id < %(last)s AND a.recorded_at >= %(since)s
  AND a.recorded_at < %(until)s AND a.actor->>'kind' = 'staff' AND (%(all)s OR a.store = ANY (%(stores)s))
GROUP BY 1, 2, 3
"""
_BUSY = """
SELECT actor->>'id', member_id, count(*), coalesce(sum(amount_minor), 0)::bigint
FROM activity
WHERE organization_id = %(organization)s AND id >= %(first)s AND id < %(last)s AND recorded_at >= %(since)s
  AND recorded_at < %(until)s AND actor->>'kind' = 'staff' AND kind = 'purchase' AND (%(all)s OR store = ANY (%(stores)s))
GROUP BY 1, 2 HAVING count(*) >= %(busy)s ORDER BY 3 DESC, 2 LIMIT 50
"""


@dataclass(slots=True, frozen=True)
class Span:
    """A time (``until`` not included), and in which stores; without any, in all and where no store was named."""

    since: datetime
    until: datetime
    stores: tuple[str, ...] = ()


@dataclass(slots=True)
class UnitSum:
    """How many points of a unit were given, used, and moved back by undoing the one or the other."""

    given: int = 0
    used: int = 0
    undone: int = 0


@dataclass(slots=True)
class CounterSum:
    """What one person recorded in one store."""

    bills: int = 0
    amount_minor: int = 0
    redemptions: int = 0
    undone: int = 0
    in_review: int = 0
    units: dict[str, UnitSum] = field(default_factory=lambda: defaultdict(UnitSum))


@dataclass(slots=True, frozen=True)
class Often:
    """A member for whom one person recorded many bills."""

    staff_id: str
    member_id: UUID
    bills: int
    amount_minor: int


UNDOING = frozenset({"refund", "cancel_redeem", "cancel_convert"})
USING = frozenset({"redeem", "use_voucher", "convert"})


def counters_between(*, organization_id: UUID, span: Span) -> dict[tuple[str, str], CounterSum]:
    """Return what was recorded by (staff id, store)."""
    found: dict[tuple[str, str], CounterSum] = defaultdict(CounterSum)
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, _values(organization_id, span))
        for staff, store, kind, count, amount, in_review in cursor.fetchall():
            here = found[staff, store]
            here.in_review += in_review
            if kind == "purchase":
                here.bills, here.amount_minor = here.bills + count, here.amount_minor + amount
            elif kind in UNDOING:
                here.undone += count
            elif kind in USING:
                here.redemptions += count
        cursor.execute(_POINTS, _values(organization_id, span))
        for staff, store, unit, given, used, undone in cursor.fetchall():
            found[staff, store].units[unit] = UnitSum(given, used, undone)
    return dict(found)


def often_served(*, organization_id: UUID, span: Span) -> list[Often]:
    """Return members for whom one person recorded unusually many bills, the most first."""
    with connection.cursor() as cursor:
        cursor.execute(_BUSY, {**_values(organization_id, span), "busy": BUSY})
        return [Often(*row) for row in cursor.fetchall()]


def recorded_by_staff(*, organization_id: UUID, span: Span, staff_id: UUID | None = None, limit: int = 50) -> list[Activity]:
    """Return what staff recorded, the latest first; of one person where one is named."""
    found = Activity.objects.filter(
        organization_id=organization_id,
        id__gte=_first(span.since),
        id__lt=_first(span.until + CLOCKS_APART),
        recorded_at__gte=span.since,
        recorded_at__lt=span.until,
        actor__kind="staff",
    )
    found = found.filter(store__in=span.stores) if span.stores else found
    found = found.filter(actor__id=str(staff_id)) if staff_id else found
    return list(found.order_by("-id")[: min(limit, LISTED_MAX)])


def _values(organization_id: UUID, span: Span) -> dict[str, Any]:
    return {
        "organization": organization_id,
        "first": _first(span.since),
        "last": _first(span.until + CLOCKS_APART),
        "since": span.since,
        "until": span.until,
        "all": not span.stores,
        "stores": list(span.stores),
    }


def _first(at: datetime) -> UUID:
    """Return an identifier below those made from ``at`` on; clocks of several machines may differ a little."""
    return UUID(int=int((at - CLOCKS_APART).timestamp() * 1000) << 80)
