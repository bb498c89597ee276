"""What the warehouse says of points, by month of issue: expressions for DuckDB and Spark alike."""

from typing import Any

from phakdi.insight.points.core.flow import ADJUST, ENDED, GIVEN, OWN, TAKEN_BACK, USED
from phakdi.insight.warehouse.reading import Warehouse
from phakdi.kit.later import later

ibis = later("ibis")


def month_of(day: Any) -> Any:
    """Return the first day of a day's month."""
    return day.truncate("M").cast("date")


def given_by_month(warehouse: Warehouse) -> Any:
    """Return per unit and month of issue what was given, and what became of it until now: spent, expired, still there."""
    lot = warehouse.table("lot")
    return lot.group_by(unit=lot.unit, month=month_of(lot.earned_on)).agg(
        granted=lot.granted.sum(),
        remaining=lot.remaining.sum(),
        spent=lot.spent.sum(),
        expired=lot.expired.sum(),
        lots=lot.count(),
    )


def used_by_month(warehouse: Warehouse) -> Any:
    """Return per unit and month of issue how many points were used in which month, less what was given back."""
    use = warehouse.table("lot_use")
    return use.group_by(unit=use.unit, month=month_of(use.earned_on), used_in=month_of(use.day)).agg(points=use.points.sum())


def ending_by_month(warehouse: Warehouse) -> Any:
    """Return per unit and month how many points that are still there end then; null for those that never do."""
    lot = warehouse.table("lot")
    lot = lot.filter(lot.remaining > 0)
    return lot.group_by(unit=lot.unit, ends_in=month_of(lot.expires_on)).agg(
        points=lot.remaining.sum(), members=lot.member_key.nunique()
    )


def flow_by_month(warehouse: Warehouse, *dimensions: str) -> Any:
    """Return per unit, month and any of store, channel and rule what became of points (K19)."""
    entry = warehouse.table("points_movement")
    into, out = entry.target, entry.source

    def net(accounts: tuple[str, ...], *, sign: int = 1) -> Any:
        """Return points that went to these accounts less those that came from them."""
        moved = into.isin(accounts).cast("int64") - out.isin(accounts).cast("int64")
        return (entry.points * moved * sign * is_plain).sum()

    is_adjusted = entry.kind == ADJUST
    is_plain = (~is_adjusted).cast("int64")
    growth = into.isin(OWN).cast("int64") - out.isin(OWN).cast("int64")
    outside = (*GIVEN, *USED, *ENDED, *TAKEN_BACK)
    is_moved = ~(into.isin(outside) | out.isin(outside)) & ~is_adjusted
    return entry.group_by(unit=entry.unit, month=month_of(entry.day), **{name: entry[name] for name in dimensions}).agg(
        issued=net(GIVEN, sign=-1),
        spent=net(USED),
        expired=net(ENDED),
        reversed=net(TAKEN_BACK),
        adjusted=(entry.points * growth * is_adjusted.cast("int64")).sum(),
        moved=(entry.points * growth * is_moved.cast("int64")).sum(),
        growth=(entry.points * growth).sum(),
        members=entry.member_key.nunique(),
    )


def held_by_unit(warehouse: Warehouse) -> Any:
    """Return what members hold and owe of each unit now."""
    wallet = warehouse.table("wallet")
    return wallet.group_by(unit=wallet.unit).agg(
        active=wallet.active.sum(), pending=wallet.pending.sum(), held=wallet.held.sum(), debt=wallet.debt.sum()
    )


def sales_by_month(warehouse: Warehouse) -> Any:
    """Return what members paid in each month, in minor units."""
    bill = warehouse.table("purchase")
    return bill.group_by(month=month_of(bill.day)).agg(sales_minor=bill.net_minor.sum())


def gifts_by_month(warehouse: Warehouse) -> Any:
    """Return per month of use the face value of vouchers that were given, not bought with points; and how many have none."""
    voucher = warehouse.table("voucher")
    gift = voucher.filter(voucher.used_on.notnull() & ~voucher.rule.startswith("reward:"))
    return gift.group_by(month=month_of(gift.used_on)).agg(
        value_minor=ibis.coalesce(gift.value_minor, 0).sum(), without_value=gift.value_minor.isnull().cast("int64").sum()
    )
