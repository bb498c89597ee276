"""What the warehouse says of products and who bought them: Ibis expressions for DuckDB and Spark."""

from datetime import date, timedelta
from typing import Any

from phakdi.insight.recommend.core.histories import RECENT_DAYS
from phakdi.insight.warehouse.reading import Warehouse

HISTORY_DAYS, ON_SALE_DAYS = 730, 180
BLOCK = 1_024  # members whose rows are counted together


def lines_until(warehouse: Warehouse, until: date) -> Any:
    """Return the lines with a product that was kept, of the two years before a day."""
    lines = warehouse.table("purchase_line")
    since = until - timedelta(days=HISTORY_DAYS)
    return lines.filter((lines["product"] != "") & (lines.quantity_milli > 0) & (lines.day >= since) & (lines.day < until))


def extent(warehouse: Warehouse, until: date) -> Any:
    """First and last day, members and lines."""
    lines = lines_until(warehouse, until)
    return lines.agg(first=lines.day.min(), last=lines.day.max(), members=lines.member_key.nunique(), lines=lines.count())


def demand(warehouse: Warehouse, until: date) -> Any:
    """Of each product how many lines before a day, and of the last thirty days."""
    lines = lines_until(warehouse, until)
    recent = lines.day >= until - timedelta(days=RECENT_DAYS)
    return lines.group_by("product").agg(baskets=lines.count(), recent=recent.cast("int64").sum()).order_by("product")


def on_sale(warehouse: Warehouse, until: date) -> Any:
    """Which product was sold in which store in the half-year before a day."""
    lines = lines_until(warehouse, until)
    return lines.filter(lines.day >= until - timedelta(days=ON_SALE_DAYS)).select("store", "product").distinct()


def blocks(warehouse: Warehouse, until: date) -> Any:
    """How many lines the members of each block of keys have."""
    lines = lines_until(warehouse, until)
    block = (lines.member_key // BLOCK).cast("int64").name("block")
    return lines.group_by(block).agg(lines=lines.count()).order_by("block")


def days_of_members(warehouse: Warehouse, until: date, *, first: int, end: int) -> Any:
    """Which member bought which product on which day, of members whose key is from ``first`` to before ``end``."""
    lines = lines_until(warehouse, until)
    return _days(lines.filter((lines.member_key >= first) & (lines.member_key < end)))


def days_of_sample(warehouse: Warehouse, until: date, *, step: int) -> Any:
    """The same of one member in ``step``."""
    lines = lines_until(warehouse, until)
    return _days(lines.filter(lines.member_key % step == 0) if step > 1 else lines)


def _days(lines: Any) -> Any:
    return lines.group_by("member_key", "product", "day").agg(store=lines.store.max())


def enrolled(warehouse: Warehouse, *, first: int, end: int) -> Any:
    """Id and home store of enrolled members by key."""
    member = warehouse.table("member")
    asked = member.filter(member.is_enrolled & (member.member_key >= first) & (member.member_key < end))
    return asked.select("member_key", "member_id", "home_store")
