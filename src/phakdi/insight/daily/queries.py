"""Every read of the sums by day, in a scope of the organization. None reads more than some months of sums."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from phakdi.insight.daily.core import Best, Buyers, Counted, Flow, Holder, Sales, Window

_BY_DAY = """
SELECT day, sum(bills), sum(sales_minor) FROM daily_sales
WHERE organization_id = %(organization)s AND day >= %(first)s AND day <= %(last)s GROUP BY day HAVING sum(bills) <> 0
"""
_BY_STORE = """
SELECT store, sum(bills), sum(sales_minor) FROM daily_sales
WHERE organization_id = %(organization)s AND day >= %(first)s AND day <= %(last)s GROUP BY store HAVING sum(bills) <> 0
"""
_BOUGHT = """
SELECT day, member_id, store, bills, sales_minor FROM daily_member
WHERE organization_id = %(organization)s AND day >= %(first)s AND day <= %(last)s
  AND (%(store)s::text IS NULL OR store = %(store)s) AND (day, member_id, store) < (%(before_day)s, %(before_member)s, %(before_store)s)
ORDER BY day DESC, member_id DESC, store DESC LIMIT %(most)s
"""
_BUYERS = """
SELECT coalesce(sum(ones), 0), coalesce(sum(twos), 0) FROM daily_rhythm
WHERE organization_id = %(organization)s AND day >= %(first)s AND day <= %(last)s AND gap > day - %(first)s
"""
_FLOWS = """
SELECT unit, coalesce(sum(issued), 0), coalesce(sum(spent), 0), coalesce(sum(expired), 0) FROM daily_points
WHERE organization_id = %(organization)s AND day >= %(first)s AND day <= %(last)s GROUP BY unit
"""
_FLOW_BY_DAY = """
SELECT day, sum(issued), sum(spent), sum(expired) FROM daily_points
WHERE organization_id = %(organization)s AND unit = %(unit)s AND day >= %(first)s AND day <= %(last)s GROUP BY day
"""
_FLOW_BY_STORE = """
SELECT store, sum(issued), sum(spent), sum(expired) FROM daily_points
WHERE organization_id = %(organization)s AND unit = %(unit)s AND day >= %(first)s AND day <= %(last)s GROUP BY store
"""
_HELD = "SELECT unit, points FROM daily_held WHERE organization_id = %(organization)s"
_COUNT = "SELECT counted_at, took_ms, figures::text FROM daily_count WHERE organization_id = %(organization)s"


@dataclass(frozen=True, slots=True)
class KeptCount:
    """What was counted whole, when, and how long it took."""

    counted_at: datetime
    took_ms: int
    counted: Counted


@dataclass(frozen=True, slots=True)
class Bought:
    """What a member bought on a day in a store, after returns."""

    day: date
    member_id: UUID
    store: str
    bills: int
    sales_minor: int


def sales_by_day(*, organization_id: UUID, window: Window) -> dict[date, Sales]:
    """Return what members bought on each day on which they bought anything."""
    return {day: Sales(int(bills), int(sales)) for day, bills, sales in _rows(_BY_DAY, organization_id, window)}


def sales_by_store(*, organization_id: UUID, window: Window) -> dict[str, Sales]:
    """Return what members bought in each store; ``""`` is nowhere in particular."""
    return {store: Sales(int(bills), int(sales)) for store, bills, sales in _rows(_BY_STORE, organization_id, window)}


def bought_in(
    *, organization_id: UUID, window: Window, store: str | None = None, before: Bought | None = None, limit: int = 50
) -> list[Bought]:
    """Return the purchase days behind the figures of a window, the newest first; ``before`` is the last of the page before."""
    last = before or Bought(date.max, UUID(int=2**128 - 1), "", 0, 0)
    params = {"store": store, "before_day": last.day, "before_member": last.member_id, "before_store": last.store, "most": limit}
    return [
        Bought(day, member_id, place, bills, sales)
        for day, member_id, place, bills, sales in _rows(_BOUGHT, organization_id, window, **params)
    ]


def buyers_in(*, organization_id: UUID, window: Window) -> Buyers:
    """Return how many members bought in the window, once and again (K2, K5)."""
    ((ones, twos),) = _rows(_BUYERS, organization_id, window)
    return Buyers(int(ones), int(twos) - int(ones))


def flows_in(*, organization_id: UUID, window: Window) -> dict[str, Flow]:
    """Return what became of points in the window, by unit (K19)."""
    rows = _rows(_FLOWS, organization_id, window)
    return {unit: Flow(int(issued), int(spent), int(expired)) for unit, issued, spent, expired in rows}


def flow_by_day(*, organization_id: UUID, window: Window, unit: str) -> dict[date, Flow]:
    """Return what became of one kind of points on each day of the window."""
    rows = _rows(_FLOW_BY_DAY, organization_id, window, unit=unit)
    return {day: Flow(int(issued), int(spent), int(expired)) for day, issued, spent, expired in rows}


def flow_by_store(*, organization_id: UUID, window: Window, unit: str) -> dict[str, Flow]:
    """Return what became of one kind of points in each store; ``""`` is nowhere in particular."""
    rows = _rows(_FLOW_BY_STORE, organization_id, window, unit=unit)
    return {store: Flow(int(issued), int(spent), int(expired)) for store, issued, spent, expired in rows}


def held_by_unit(*, organization_id: UUID) -> dict[str, int]:
    """Return what members hold of each unit: spendable, pending and put aside."""
    with connection.cursor() as cursor:
        cursor.execute(_HELD, {"organization": organization_id})
        return {unit: int(points) for unit, points in cursor.fetchall()}


def find_count(*, organization_id: UUID) -> KeptCount | None:
    """Return what was last counted whole, or None before the first time."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"organization": organization_id})
        row = cursor.fetchone()
    return KeptCount(row[0], row[1], read_counted(orjson.loads(row[2]))) if row else None


def read_counted(figures: dict[str, Any]) -> Counted:
    """Return counted figures as they were kept."""
    return Counted(
        {status: int(number) for status, number in figures["members"].items()},
        {date.fromisoformat(day): int(number) for day, number in figures["joined"].items()},
        {unit: {int(days): int(points) for days, points in within.items()} for unit, within in figures["ending"].items()},
        {int(days): [Best(*row) for row in rows] for days, rows in figures["best"].items()},
        [Holder(*row) for row in figures["ending_first"]],
        [Holder(*row) for row in figures["holding_most"]],
    )


def _rows(sql: str, organization_id: UUID, window: Window, **more: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"organization": organization_id, "first": window.first, "last": window.last, **more})
        return cursor.fetchall()
