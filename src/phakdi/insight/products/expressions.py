"""What the warehouse says of products: expressions that run on DuckDB and Spark alike.

``item`` is the column that is counted by: ``product`` or ``category``; lines that name none count as "". Every expression that could
grow with the number of products says how many rows it returns at most.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction
from typing import Any

from phakdi.insight.products.core.figures import SECOND_DAYS, TOGETHER_MIN, Span
from phakdi.insight.warehouse.reading import Warehouse
from phakdi.kit.later import later

ibis = later("ibis")

MICRO = 1_000_000  # costs of points are summed in millionths of a minor unit
BASKET_MAX = 60  # a bill with more of the products looked at is a dealer's: it says nothing of what goes together
MOVED_MAX = 100_000  # items that are compared with another span
GIVEN = ("ISSUED", "OPENING")
LINE = (
    "purchase_key", "member_key", "day", "store", "channel", "product", "category", "quantity_milli", "amount_minor", "returned_minor"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scope:
    """Which lines and bills count: of which days, stores, channels, levels and segments. Empty: all."""

    span: Span
    store: str = ""
    channel: str = ""
    level: str = ""
    segment: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether it is about the whole organization."""
        return not (self.store or self.channel or self.level or self.segment)

    def over(self, span: Span) -> "Scope":
        """Return the same of other days."""
        return Scope(span, self.store, self.channel, self.level, self.segment)


@dataclass(frozen=True, slots=True)
class PointCosts:
    """What a point of each unit costs, in minor units."""

    of_unit: Mapping[str, Fraction] = field(default_factory=dict)

    def micro(self, unit: Any) -> Any:
        """Return an expression: the cost of a point of a unit in millionths."""
        cases = [(unit == name, round(cost * MICRO)) for name, cost in sorted(self.of_unit.items())]
        return ibis.cases(*cases, else_=0).cast("int64")


def lines_in(warehouse: Warehouse, scope: Scope) -> Any:
    """Return the lines of a scope; a bill without lines counts as one that names no product."""
    line, bill = warehouse.table("purchase_line"), warehouse.table("purchase")
    line = line.select(*LINE)
    bare = bill.filter(ibis.coalesce(bill.lines, 0) == 0).mutate(
        product=ibis.literal(""), category=ibis.literal(""), quantity_milli=ibis.literal(0, "int64"), amount_minor=bill.net_minor
    )
    return _within(warehouse, line.union(bare.select(*LINE)), scope)


def bills_in(warehouse: Warehouse, scope: Scope) -> Any:
    """Return the bills of a scope."""
    return _within(warehouse, warehouse.table("purchase"), scope)


def totals(warehouse: Warehouse, scope: Scope) -> Any:
    """Return one row: sales, returns, bills and members that bought."""
    bill = bills_in(warehouse, scope)
    bought = bill.net_minor > 0
    return bill.agg(
        sales_minor=ibis.coalesce(bill.net_minor.sum(), 0),
        returned_minor=ibis.coalesce(bill.returned_minor.sum(), 0),
        bills=ibis.coalesce(bought.cast("int64").sum(), 0),
        members=bill.member_key.nunique(where=bought),
    )


def by_item(warehouse: Warehouse, scope: Scope, item: str, *, limit: int) -> Any:
    """Return per item, the best sold first: sales, quantity, returns, bills, members, members who bought it on two days or more."""
    line = lines_in(warehouse, scope)
    bought = line.amount_minor > 0
    of_member = line.group_by(item=line[item], member_key=line.member_key).agg(
        category=line.category.max(),
        sales_minor=line.amount_minor.sum(),
        quantity_milli=line.quantity_milli.sum(),
        returned_minor=line.returned_minor.sum(),
        bills=line.purchase_key.nunique(where=bought),
        first=line.day.min(where=bought),
        last=line.day.max(where=bought),
    )
    found = of_member.group_by("item").agg(
        category=of_member.category.max(),
        sales_minor=of_member.sales_minor.sum(),
        quantity_milli=of_member.quantity_milli.sum(),
        returned_minor=of_member.returned_minor.sum(),
        bills=of_member.bills.sum(),
        members=(of_member.bills > 0).cast("int64").sum(),
        repeaters=ibis.coalesce((of_member.first < of_member.last).cast("int64").sum(), 0),
    )
    return found.order_by([found.sales_minor.desc(), found.item]).limit(limit)


def points_by_item(warehouse: Warehouse, scope: Scope, item: str, costs: PointCosts) -> Any:
    """Return per item what the points cost that its bills earned, in millionths of a minor unit.

    A bill's points are shared out by what was paid for each line, the part that came back included: that part costs nothing.
    """
    line, bill, entry = lines_in(warehouse, scope), bills_in(warehouse, scope), warehouse.table("points_movement")
    entry = entry.filter(
        entry.source.isin(GIVEN) & entry.purchase_key.notnull() & entry.unit.isin(sorted(costs.of_unit))
        & (entry.day >= scope.span.first - timedelta(days=1)) & (entry.day < scope.span.end + timedelta(days=1))
    )  # fmt: skip
    earned = entry.group_by("purchase_key").agg(micro=(entry.points * costs.micro(entry.unit)).sum())
    bill = bill.mutate(whole=bill.net_minor + bill.returned_minor).filter(lambda t: t.whole > 0)
    rate = bill.join(earned, "purchase_key").select("purchase_key", rate=lambda t: t.micro.cast("float64") / t.whole)
    cost = line.join(rate, "purchase_key").select(
        item=line[item], micro=(line.amount_minor.cast("float64") * rate.rate).floor().cast("int64")
    )
    return cost.group_by("item").agg(points_micro=cost.micro.sum())


def moved(warehouse: Warehouse, scope: Scope, other: Span, item: str, *, limit: int = MOVED_MAX) -> Any:
    """Return per item the sales of a scope and of the span it is compared with; those that moved most."""
    whole = Span(min(scope.span.first, other.first), max(scope.span.end, other.end))
    line = lines_in(warehouse, scope.over(whole))
    found = line.group_by(item=line[item]).agg(
        sales_minor=_sum_in(line, scope.span, "amount_minor"),
        before_minor=_sum_in(line, other, "amount_minor"),
        quantity_milli=_sum_in(line, scope.span, "quantity_milli"),
    )
    return found.order_by([(found.sales_minor - found.before_minor).abs().desc(), found.item]).limit(limit)


def not_selling(warehouse: Warehouse, scope: Scope, *, quiet_days: int, limit: int) -> Any:
    """Return products sold in a scope but not in its last ``quiet_days`` days, those that sold most first."""
    line = lines_in(warehouse, scope)
    line = line.filter((line.amount_minor > 0) & (line["product"] != ""))
    found = line.group_by(item=line["product"]).agg(
        last_day=line.day.max(), sales_minor=line.amount_minor.sum(), members=line.member_key.nunique()
    )
    found = found.filter(found.last_day < scope.span.end - timedelta(days=quiet_days))
    return found.order_by([found.sales_minor.desc(), found.item]).limit(limit)


def together(warehouse: Warehouse, scope: Scope, products: Sequence[str]) -> tuple[Any, Any]:
    """Return of these products, per product the bills with it and all bills, and per pair the bills with both (n_ab ≥ 20).

    Bills count that have something paid for; those with more than `BASKET_MAX` of the products are left out of every figure.
    """
    line = lines_in(warehouse, scope)
    line = line.filter(line.amount_minor > 0)
    one = line.filter(line["product"].isin(list(products))).select("purchase_key", item="product").distinct()
    large = one.group_by("purchase_key").agg(size=one.count()).filter(lambda t: t.size > BASKET_MAX).select("purchase_key")
    one, line = one.anti_join(large, "purchase_key"), line.anti_join(large, "purchase_key")
    bills = line.agg(bills=line.purchase_key.nunique())
    single = one.group_by("item").agg(n=one.count()).cross_join(bills)
    other = one.view()
    pair = one.join(other, [one.purchase_key == other.purchase_key, one.item < other.item]).select(one=one.item, other=other.item)
    both = pair.group_by("one", "other").agg(both=pair.count())
    return single, both.filter(both.both >= TOGETHER_MIN)


def first_days(warehouse: Warehouse) -> Any:
    """Return per member the first day of buying and the second; null without one."""
    bill = warehouse.table("purchase")
    bill = bill.filter(bill.net_minor > 0)
    first = bill.group_by("member_key").agg(first=bill.day.min())
    later = bill.join(first, "member_key").filter(lambda t: t.day > t.first)
    second = later.group_by("member_key").agg(second=later.day.min())
    return first.left_join(second, "member_key").select(member_key=first.member_key, first=first.first, second=second.second)


def second_visits(warehouse: Warehouse, span: Span, item: str, *, days: int = SECOND_DAYS, limit: int) -> Any:
    """Return per item the members whose first day of buying, in ``span``, had it, and how many bought again within ``days``."""
    start = _starts(warehouse, span)
    line = warehouse.table("purchase_line")
    line = line.filter((line.amount_minor > 0) & (line.day >= span.first) & (line.day < span.end))
    had = line.join(start, "member_key").filter(lambda t: t.day == t.first)
    had = had.select("member_key", "first", "second", item=had[item]).distinct()
    found = _back(had.group_by("item"), had, days)
    return found.order_by([found.members.desc(), found.item]).limit(limit)


def second_visits_of_all(warehouse: Warehouse, span: Span, *, days: int = SECOND_DAYS) -> Any:
    """Return one row: members whose first day of buying is in ``span``, and how many bought again within ``days``."""
    start = _starts(warehouse, span)
    return _back(start, start, days)


def by_place_and_time(warehouse: Warehouse, scope: Scope, item: str, items: Sequence[str], *columns: str) -> Any:
    """Return sales, quantity and lines of these items by any of store, channel, month, weekday (0 = Monday) and hour."""
    line = lines_in(warehouse, scope)
    line = line.filter(line[item].isin(list(items)))
    if {"hour"} & {*columns}:
        bill = bills_in(warehouse, scope)
        line = line.join(bill.select("purchase_key", "local_at"), "purchase_key")
    parts: dict[str, Any] = {"item": line[item]}
    for column in columns:
        if column == "month":
            parts["month"] = line.day.truncate("M").cast("date")
        elif column == "weekday":
            parts["weekday"] = line.day.day_of_week.index().cast("int64")
        elif column == "hour":
            parts["hour"] = line.local_at.hour().cast("int64")
        else:
            parts[column] = line[column]
    return line.group_by(**parts).agg(
        sales_minor=line.amount_minor.sum(), quantity_milli=line.quantity_milli.sum(), lines=line.count()
    )


def by_month(warehouse: Warehouse, scope: Scope, item: str, *, limit: int) -> Any:
    """Return sales per item and month, of a scope."""
    line = lines_in(warehouse, scope)
    found = line.group_by(item=line[item], month=line.day.truncate("M").cast("date")).agg(sales_minor=line.amount_minor.sum())
    return found.order_by([found.sales_minor.desc(), found.item, found.month]).limit(limit)


def buyers_of(warehouse: Warehouse, scope: Scope, item: str, value: str, *, limit: int) -> Any:
    """Return the members who bought an item: their id, days, quantity and amount, the most first."""
    line = lines_in(warehouse, scope)
    line = line.filter((line[item] == value) & (line.amount_minor > 0))
    found = line.group_by("member_key").agg(
        days=line.day.nunique(),
        quantity_milli=line.quantity_milli.sum(),
        sales_minor=line.amount_minor.sum(),
        last_day=line.day.max(),
    )
    member = warehouse.table("member")
    found = found.join(member.select("member_key", "member_id"), "member_key")
    return found.order_by([found.sales_minor.desc(), found.member_id]).limit(limit)


def first_and_last_day(warehouse: Warehouse) -> Any:
    """Return one row: the first and last day with a bill; nulls without any."""
    bill = warehouse.table("purchase")
    return bill.agg(first=bill.day.min(), last=bill.day.max())


def _within(warehouse: Warehouse, table: Any, scope: Scope) -> Any:
    table = table.filter((table.day >= scope.span.first) & (table.day < scope.span.end))
    if scope.store:
        table = table.filter(table.store == scope.store)
    if scope.channel:
        table = table.filter(table.channel == scope.channel)
    if scope.level:
        member = warehouse.table("member")
        table = table.semi_join(member.filter(member.level == scope.level), "member_key")
    if scope.segment:
        segment = warehouse.table("member_segment")
        table = table.semi_join(segment.filter(segment.segment == scope.segment), "member_key")
    return table


def _sum_in(line: Any, span: Span, column: str) -> Any:
    is_in = (line.day >= span.first) & (line.day < span.end)
    return ibis.coalesce(line[column].sum(where=is_in), 0)


def _starts(warehouse: Warehouse, span: Span) -> Any:
    start = first_days(warehouse)
    return start.filter((start.first >= span.first) & (start.first < span.end))


def _back(grouped: Any, start: Any, days: int) -> Any:
    is_back = ibis.coalesce(start.second <= start.first + ibis.interval(days=days), False)
    return grouped.agg(members=start.member_key.count(), back=ibis.coalesce(is_back.cast("int64").sum(), 0))
