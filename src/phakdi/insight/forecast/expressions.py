"""The figures that are forecast, by day: Ibis expressions for DuckDB and Spark."""

from typing import Any

from phakdi.insight.warehouse.reading import Warehouse
from phakdi.kit.later import later

ibis = later("ibis")

GIVEN = ("ISSUED", "OPENING")


def joined(warehouse: Warehouse) -> Any:
    """Members who joined, by day (K1)."""
    member = warehouse.table("member")
    member = member.filter(member.joined_on.notnull())
    return member.group_by(day=member.joined_on).agg(value=member.count())


def bought(warehouse: Warehouse) -> Any:
    """Bills of members with anything left after returns, and what was paid for them in minor units, by day (K3)."""
    bill = warehouse.table("purchase")
    bill = bill.filter(bill.net_minor > 0)
    return bill.group_by("day").agg(purchases=bill.count(), sales=bill.net_minor.sum())


def issued(warehouse: Warehouse) -> Any:
    """Points given of each unit, by day (K19)."""
    entry = warehouse.table("points_movement")
    entry = entry.filter(entry.source.isin(GIVEN) & (entry.kind != "ADJUST"))
    return entry.group_by("unit", "day").agg(value=entry.points.sum())


def answered(warehouse: Warehouse) -> Any:
    """NPS answers by day: all, promoters, detractors; of a member only the latest of a wave counts (K10)."""
    answer = warehouse.table("survey_answer")
    answer = answer.filter(answer.metric == "NPS")
    who = ibis.coalesce(answer.member_key, -answer.answer_key - 1)  # without a member each stands for itself
    answer = answer.mutate(who=who)
    window = ibis.window(group_by=["who", "survey", "wave"], order_by=[ibis.desc(answer.day), ibis.desc(answer.answer_key)])
    answer = answer.mutate(rank=ibis.row_number().over(window))
    latest = answer.filter(answer["rank"] == 0)
    return latest.group_by("day").agg(
        answers=latest.count(),
        promoters=(latest.score >= 9).cast("int64").sum(),  # noqa: PLR2004 - 9 and 10 promote, 0 to 6 do not
        detractors=(latest.score <= 6).cast("int64").sum(),  # noqa: PLR2004 - as above
    )
