"""Figures of products from the warehouse: what pages keep and what they ask for on the spot."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from phakdi.insight.products import expressions, rewards
from phakdi.insight.products.core.figures import (
    SECOND_DAYS,
    ItemFigures,
    Moved,
    NotSelling,
    Rates,
    RewardPull,
    SecondVisit,
    Span,
    Together,
)
from phakdi.insight.products.expressions import MICRO, PointCosts, Scope
from phakdi.insight.warehouse.reading import Warehouse

ITEMS_MAX, MOVERS_MAX, QUIET_MAX, SECOND_MAX, REWARDS_MAX = 500, 20, 200, 500, 200
PAIR_PRODUCTS, PAIRS_MAX = 200, 200
FOLLOW_DAYS, QUIET_DAYS, FORMER_DAYS = 30, 30, 365
SECOND_MIN = 30  # first visits with an item before it is ranked


@dataclass(frozen=True, slots=True)
class Sold:
    """What sold in a span: all of it, and the items that sold best."""

    span: Span
    sales_minor: int
    returned_minor: int
    bills: int
    members: int
    items: list[ItemFigures]

    def member_share(self, item: ItemFigures) -> Fraction | None:
        """Return the share of the members who bought anything that bought an item."""
        return Fraction(item.members, self.members) if self.members else None


@dataclass(frozen=True, slots=True)
class Movement:
    """How sales of a span differ from another's; ``known_since`` is the first day with a bill, None without any."""

    span: Span
    other: Span
    known_since: date | None
    before_minor: int
    items: dict[str, int]  # what was sold then, of the items that sold best since
    rising: list[Moved]
    falling: list[Moved]

    @property
    def is_known(self) -> bool:
        """Whether there were bills already when the other span began."""
        return self.known_since is not None and self.known_since <= self.other.first


def sold(warehouse: Warehouse, scope: Scope, item: str, rates: Rates, *, limit: int = ITEMS_MAX) -> Sold:
    """Return what sold in a scope, by ``product`` or ``category``; bills without lines count as the item ""."""
    total = _one(warehouse, expressions.totals(warehouse, scope))
    rows = warehouse.rows(expressions.by_item(warehouse, scope, item, limit=limit))
    costs = rates.point_costs or {}
    points: dict[str, int] = {}
    if costs:
        told = warehouse.rows(expressions.points_by_item(warehouse, scope, item, PointCosts(costs)))
        points = {row["item"]: row["points_micro"] for row in told}
    items = [_figures(row, item, rates, points if costs else None) for row in rows]
    return Sold(scope.span, **total, items=items)


def movement(warehouse: Warehouse, scope: Scope, other: Span, item: str, items: Collection[str]) -> Movement:
    """Return what rose and fell against another span, and what these items sold then."""
    known = _one(warehouse, expressions.first_and_last_day(warehouse))["first"]
    total = _one(warehouse, expressions.totals(warehouse, scope.over(other)))
    told = warehouse.rows(expressions.moved(warehouse, scope, other, item))
    rows = [Moved(row["item"], row["sales_minor"], row["before_minor"], row["quantity_milli"]) for row in told]
    rising = sorted((row for row in rows if row.change_minor > 0), key=lambda row: (-row.change_minor, row.item))
    falling = sorted((row for row in rows if row.change_minor < 0), key=lambda row: (row.change_minor, row.item))
    before = {row.item: row.before_minor for row in rows if row.item in items}
    return Movement(
        scope.span, other, known, total["sales_minor"], before, rising=rising[:MOVERS_MAX], falling=falling[:MOVERS_MAX]
    )


def pairs(warehouse: Warehouse, scope: Scope, products: Sequence[str], *, limit: int = PAIRS_MAX) -> list[Together]:
    """Return which of these products are bought together more often than chance would make, the highest lift first."""
    if not products:
        return []
    single, both = expressions.together(warehouse, scope, products)
    counts = {row["item"]: row for row in warehouse.rows(single)}
    found = [
        Together(
            row["one"], row["other"], counts[row["one"]]["bills"], counts[row["one"]]["n"], counts[row["other"]]["n"], row["both"]
        )
        for row in warehouse.rows(both)
    ]
    found.sort(key=lambda pair: (-pair.lift, -pair.both, pair.one, pair.other))
    return found[:limit]


def second_visits(
    warehouse: Warehouse, item: str, *, today: date, days: int = SECOND_DAYS, since: date | None = None
) -> tuple[SecondVisit, list[SecondVisit]]:
    """Return all members whose first day of buying is ``days`` ago or more, and by item of that day; the best share first.

    Items of fewer than `SECOND_MIN` members come last: too few to say.
    """
    span = Span(since or date(1900, 1, 1), today - timedelta(days=days))
    everybody = SecondVisit("", **_one(warehouse, expressions.second_visits_of_all(warehouse, span, days=days)))
    rows = warehouse.rows(expressions.second_visits(warehouse, span, item, days=days, limit=SECOND_MAX))
    found = [SecondVisit(row["item"], row["members"], row["back"]) for row in rows if row["item"]]
    found.sort(key=lambda each: (each.members < SECOND_MIN, -(each.share or 0), -each.members, each.item))
    return everybody, found


def not_selling(warehouse: Warehouse, scope: Scope, *, quiet_days: int = QUIET_DAYS) -> list[NotSelling]:
    """Return what sold in a scope, but not in its last days."""
    rows = warehouse.rows(expressions.not_selling(warehouse, scope, quiet_days=quiet_days, limit=QUIET_MAX))
    return [NotSelling(**row) for row in rows]


def reward_pull(warehouse: Warehouse, span: Span, *, days: int = FOLLOW_DAYS) -> list[RewardPull]:
    """Return how each reward or voucher is taken in a span, and what follows."""
    became = {row["reward"]: row for row in warehouse.rows(rewards.vouchers_of(warehouse, span))}
    return [
        RewardPull(
            **row,
            used=became[row["reward"]]["used"] if row["reward"] in became else None,
            expired=became[row["reward"]]["expired"] if row["reward"] in became else None,
        )
        for row in warehouse.rows(rewards.pull(warehouse, span, days=days, limit=REWARDS_MAX))
    ]


def _one(warehouse: Warehouse, expression: Any) -> dict[str, Any]:
    return warehouse.rows(expression)[0]


def _figures(row: Mapping[str, Any], item: str, rates: Rates, points: Mapping[str, int] | None) -> ItemFigures:
    rate = rates.of(row["item"] if item == "category" else row["category"])
    return ItemFigures(
        **row,
        margin_minor=None if rate is None else _rounded(row["sales_minor"] * rate),
        points_minor=None if points is None else _rounded(Fraction(points.get(row["item"], 0), MICRO)),
    )


def _rounded(amount: Fraction) -> int:
    """Return a number rounded half away from zero."""
    return int((2 * abs(amount) + 1) // 2) * (1 if amount >= 0 else -1)
