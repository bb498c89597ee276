"""Members' purchases from the warehouse, one row each: expressions for DuckDB and Spark alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phakdi.insight.warehouse.reading import Warehouse
from phakdi.kit.later import later

ibis = later("ibis")

EPOCH = date(1970, 1, 1)
HALF_YEAR = 180  # days
GAPS_MIN = 2  # purchase days less one, from which somebody has a usual gap
_NUMBERS = (
    "first", "last", "days", "total", "first_value", "window_days", "window_total", "recent", "before", "twice_gap",
    "cut_days", "cut_last", "after_days",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Members:
    """Enrolled members who bought, as columns. Days are counted from 1970-01-01, amounts are minor units.

    A purchase day is a day on which somebody bought for more than nothing. ``window_`` is of the last 365 days (RFM), ``recent`` and
    ``before`` of the last 180 days and the 180 before those, ``cut_`` of what was known on the day of the cut, ``after_days`` of the time
    since. ``twice_gap`` is twice the median gap between purchase days, −1 with fewer than three of them.
    """

    as_of: int
    cut: int
    ids: Any  # an Arrow column of the members' ids
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    days: NDArray[np.int64]
    total: NDArray[np.int64]
    first_value: NDArray[np.int64]
    window_days: NDArray[np.int64]
    window_total: NDArray[np.int64]
    recent: NDArray[np.int64]
    before: NDArray[np.int64]
    twice_gap: NDArray[np.int64]
    cut_days: NDArray[np.int64]
    cut_last: NDArray[np.int64]
    after_days: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.first)


def day_number(day: date) -> int:
    """Return a day as a number: days since 1970-01-01."""
    return (day - EPOCH).days


def members_of(warehouse: Warehouse, *, as_of: date, horizon: int, window: int = 365) -> Members:
    """Return what every enrolled member bought up to and on ``as_of``, in the order of their keys; the cut lies ``horizon`` days before."""
    today = day_number(as_of)
    days = _purchase_days(warehouse, as_of)
    cut = today - horizon
    known = days.day <= cut
    per_member = days.group_by("member_key").agg(
        first=days.day.min(),
        last=days.day.max(),
        days=days.count(),
        total=days.net.sum(),
        first_value=days.net.argmin(days.day),
        window_days=(days.day > today - window).cast("int64").sum(),
        window_total=ibis.ifelse(days.day > today - window, days.net, 0).sum(),
        recent=ibis.ifelse(days.day > today - HALF_YEAR, days.net, 0).sum(),
        before=ibis.ifelse((days.day > today - 2 * HALF_YEAR) & (days.day <= today - HALF_YEAR), days.net, 0).sum(),
        cut_days=known.cast("int64").sum(),
        cut_last=ibis.ifelse(known, days.day, -1).max(),
        after_days=(~known).cast("int64").sum(),
    )
    gaps = _gaps(days)
    usual = gaps.group_by("member_key").agg(gaps=gaps.count(), middle=gaps.gap.median())
    usual = usual.filter(usual.gaps >= GAPS_MIN).select("member_key", twice_gap=(usual.middle * 2).cast("int64"))
    member = warehouse.table("member")
    member = member.filter(member.is_enrolled).select("member_key", "member_id")
    rows = member.join(per_member, "member_key").left_join(usual, "member_key")
    rows = rows.select(
        "member_key", "member_id", *[rows[name].cast("int64").name(name) for name in _NUMBERS if name != "twice_gap"],
        twice_gap=ibis.coalesce(rows.twice_gap, -1).cast("int64"),
    ).order_by("member_key")  # fmt: skip
    found = warehouse.backend.to_pyarrow(rows)
    return Members(today, cut, found["member_id"].combine_chunks(), *(found[name].to_numpy() for name in _NUMBERS))


def gap_counts(warehouse: Warehouse, *, as_of: date) -> list[tuple[int, int]]:
    """Return how often each gap in days between two purchase days of one member occurs, the shortest first."""
    gaps = _gaps(_purchase_days(warehouse, as_of))
    rows = warehouse.rows(gaps.group_by("gap").agg(times=gaps.count()).order_by("gap"))
    return [(int(row["gap"]), int(row["times"])) for row in rows]


def costs_of(warehouse: Warehouse, *, point_costs: Mapping[str, Fraction], contact_minor: Fraction) -> dict[str, int]:
    """Return what members cost so far, by id, in minor units: points they used, gifts they used, messages (K9 a).

    ``point_costs`` is what one used point costs, by kind of points; a gift counts with its face value, a reward with its points.
    """
    use, voucher, message = (warehouse.table(name) for name in ("lot_use", "voucher", "message"))
    parts = [
        _cost(use.filter(use.unit == unit), use.points.cast("int64"), cost) for unit, cost in point_costs.items() if cost > 0
    ]
    gift = voucher.filter((voucher.state == "USED") & ~voucher.rule.startswith("reward") & voucher.value_minor.notnull())
    parts.append(_cost(gift, gift.value_minor, Fraction(1)))
    if contact_minor > 0:
        parts.append(_cost(message, message.parts.cast("int64"), contact_minor))
    member = warehouse.table("member").select("member_key", "member_id")
    every = ibis.union(*parts) if len(parts) > 1 else parts[0]
    total = every.group_by("member_key").agg(cost=every.cost.sum().cast("int64"))
    rows = member.join(total, "member_key").select("member_id", "cost")
    return {row["member_id"]: row["cost"] for row in warehouse.rows(rows) if row["cost"]}


def extra_margin_of(warehouse: Warehouse, *, margin: Fraction, margins: Mapping[str, Fraction]) -> dict[str, int]:
    """Return what categories with a margin of their own brought of each member beyond the usual one, by id, in minor units."""
    line = warehouse.table("purchase_line")
    parts = [
        _cost(line.filter(line.category == category), line.amount_minor, own - margin)
        for category, own in margins.items()
        if own != margin
    ]
    if not parts:
        return {}
    member = warehouse.table("member").select("member_key", "member_id")
    every = ibis.union(*parts) if len(parts) > 1 else parts[0]
    total = every.group_by("member_key").agg(cost=every.cost.sum().cast("int64"))
    return {row["member_id"]: row["cost"] for row in warehouse.rows(member.join(total, "member_key").select("member_id", "cost"))}


def _cost(rows: Any, times: Any, each: Fraction) -> Any:
    """Return what a column of counts costs by member, rounded down to whole minor units."""
    total = rows.group_by("member_key").agg(times=times.sum().cast("int64"))
    return total.select("member_key", cost=(total.times * each.numerator // each.denominator).cast("int64"))


def _purchase_days(warehouse: Warehouse, as_of: date) -> Any:
    bill = warehouse.table("purchase")
    bill = bill.filter((bill.net_minor > 0) & (bill.day <= ibis.literal(as_of)) & bill.member_key.notnull())
    by_day = bill.group_by("member_key", "day").agg(net=bill.net_minor.sum().cast("int64"))
    return by_day.select("member_key", "net", day=by_day.day.delta(ibis.literal(EPOCH), unit="day").cast("int64"))


def _gaps(days: Any) -> Any:
    by_member = ibis.window(group_by="member_key", order_by="day")
    gaps = days.select("member_key", gap=days.day - days.day.lag().over(by_member))
    return gaps.filter(gaps.gap.notnull())


def day_of(number: int) -> date:
    """Return the day of a number."""
    return EPOCH + timedelta(days=int(number))
