"""What the groups of an experiment did, from the warehouse: one expression for DuckDB and Spark."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from phakdi.insight.lift.core.experiments import Outcome, Plan, Sums
from phakdi.insight.warehouse.reading import Warehouse
from phakdi.kit.later import later

ibis = later("ibis")
pd = later("pandas")


def sums_of(warehouse: Warehouse, plan: Plan, assigned: Sequence[tuple[str, bool]], *, last: date) -> tuple[Sums, Sums]:
    """Return the sums of the treated and of those held out, from the first day to ``last`` and as many days before.

    ``assigned`` has the id of each member once, as the member is known now, and whether they were held out.
    """
    arms = ibis.memtable(
        pd.DataFrame({"member_id": [member for member, _ in assigned], "is_held": [held for _, held in assigned]}),
        schema=ibis.schema({"member_id": "string", "is_held": "boolean"}),
    )
    days = (last - plan.first).days + 1
    member, bill = warehouse.table("member"), warehouse.table("purchase")
    bill = bill.filter((bill.net_minor > 0) & (bill.day >= plan.first - timedelta(days=days)) & (bill.day <= last))
    is_after = bill.day >= plan.first
    spent = bill.group_by("member_key").agg(
        after=(bill.net_minor * is_after.cast("int64")).sum(), before=(bill.net_minor * (~is_after).cast("int64")).sum()
    )
    rows = arms.join(member.select("member_id", "member_key"), "member_id", how="left").join(spent, "member_key", how="left")
    rows = rows.select("is_held", y=_figure(rows.after, plan.outcome), b=_figure(rows.before, plan.outcome))
    found = warehouse.rows(
        rows.group_by("is_held").agg(
            n=rows.count(),
            after=rows.y.sum(),
            after_squares=(rows.y * rows.y).sum(),
            before=rows.b.sum(),
            before_squares=(rows.b * rows.b).sum(),
            products=(rows.y * rows.b).sum(),
        )
    )
    by_arm = {row.pop("is_held"): Sums(**row) for row in found}
    return by_arm.get(False, Sums()), by_arm.get(True, Sums())


def _figure(spent: Any, outcome: Outcome) -> Any:
    spent = ibis.coalesce(spent, 0)
    return (spent > 0).cast("float64") if outcome is Outcome.BOUGHT else spent.cast("float64")
