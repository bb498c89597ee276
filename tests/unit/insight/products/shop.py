"""A small shop's warehouse, written by hand."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

from phakdi.insight.warehouse.reading import Warehouse

NEW_YEAR, YEAR_END = date(2026, 1, 1), date(2027, 1, 1)


def day(number):
    return NEW_YEAR + timedelta(days=number - 1)


def bills(*told, store="S1", channel="pos", category=None):
    """Return bills and lines of (member, day, {product: amount}); 12 o'clock, nothing came back."""
    purchases, lines = [], []
    for key, (member, on, sold) in enumerate(told, 1):
        same = {"purchase_key": key, "member_key": member, "day": day(on), "store": store, "channel": channel}
        noon = datetime(day(on).year, day(on).month, day(on).day, 12)
        purchases.append(
            same
            | {
                "activity_id": str(key),
                "local_at": noon,
                "at": (noon - timedelta(hours=7)).replace(tzinfo=UTC),
                "lines": len(sold),
            }
            | {"net_minor": sum(sold.values()), "gross_minor": sum(sold.values()), "returned_minor": 0, "points_minor": 0}
        )
        for number, (product, amount) in enumerate(sold.items(), 1):
            lines.append(
                same
                | {"line": number, "product": product, "category": (category or {}).get(product, "food"), "quantity_milli": 1000}
                | {"amount_minor": amount, "returned_minor": 0}
            )
    return purchases, lines


def warehouse(purchases, lines, *, today=YEAR_END, members=None, **tables):
    told = defaultdict(dict, members or {})
    keys = {row["member_key"] for row in purchases} | {*told}
    rows = [{"member_key": key, "member_id": f"m{key}", "level": "", "is_enrolled": True, **told[key]} for key in sorted(keys)]
    as_of = datetime(today.year, today.month, today.day, 3, tzinfo=UTC)
    return Warehouse.of_rows({"purchase": purchases, "purchase_line": lines, "member": rows, **tables}, as_of=as_of)
