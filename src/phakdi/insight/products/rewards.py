"""Which rewards are taken, by whom, and what members buy afterwards: expressions for DuckDB and Spark alike."""

from datetime import timedelta
from typing import Any

from phakdi.insight.products.core.figures import Span
from phakdi.insight.warehouse.reading import Warehouse
from phakdi.kit.later import later

ibis = later("ibis")

REWARD = "reward:"


def takings(warehouse: Warehouse, span: Span) -> Any:
    """Return what members took in a span: member, day, reward ("reward:…" by points, else the voucher that was given), points.

    A reward that costs points is one spending of points; what is given without points counts by its voucher.
    """
    entry, voucher = warehouse.table("points_movement"), warehouse.table("voucher")
    entry = entry.filter(
        entry.rule.startswith(REWARD) & (entry.target == "REDEEMED") & (entry.day >= span.first) & (entry.day < span.end)
    )
    paid = entry.group_by("member_key", "day", "activity_id", reward=entry.rule).agg(points=entry.points.sum())
    paid = paid.select("member_key", "day", "reward", "points")
    rule = ibis.coalesce(voucher.rule, "")
    given = voucher.filter((voucher.state != "CANCELLED") & (voucher.issued_on >= span.first) & (voucher.issued_on < span.end))
    given = given.select(
        "member_key",
        day="issued_on",
        reward=ibis.ifelse(rule.startswith(REWARD), rule, voucher.definition),
        points=ibis.literal(0, "int64"),
    )
    given = given.anti_join(paid, ["member_key", "day", "reward"])
    return paid.union(given)


def pull(warehouse: Warehouse, span: Span, *, days: int, limit: int) -> Any:
    """Return per reward: times, members, points, and of those taken more than ``days`` days ago what was bought before and after.

    ``judged`` members count once, from their last taking that is long enough ago; ``back`` bought on a later day within ``days``;
    ``before_minor`` and ``after_minor`` are what they paid in ``days`` days before and after that day.
    """
    took = takings(warehouse, span)
    counted = took.group_by("reward").agg(times=took.count(), members=took.member_key.nunique(), points=took.points.sum())
    old = took.filter(took.day < span.end - timedelta(days=days))
    judged = old.group_by("reward", "member_key").agg(day=old.day.max())
    bill = warehouse.table("purchase")
    bill = bill.filter((bill.net_minor > 0) & (bill.day >= span.first - timedelta(days=days)) & (bill.day < span.end))
    bought = judged.left_join(bill.select("member_key", "net_minor", bought_on="day"), "member_key")
    bought = bought.select("reward", "member_key", "day", "bought_on", "net_minor")
    is_after = (bought.bought_on > bought.day) & (bought.bought_on <= bought.day + ibis.interval(days=days))
    is_before = (bought.bought_on < bought.day) & (bought.bought_on >= bought.day - ibis.interval(days=days))
    of_member = bought.group_by("reward", "member_key").agg(
        before_minor=ibis.coalesce(bought.net_minor.sum(where=is_before), 0),
        after_minor=ibis.coalesce(bought.net_minor.sum(where=is_after), 0),
    )
    followed = of_member.group_by("reward").agg(
        judged=of_member.count(),
        back=(of_member.after_minor > 0).cast("int64").sum(),
        before_minor=of_member.before_minor.sum(),
        after_minor=of_member.after_minor.sum(),
    )
    found = counted.left_join(followed, "reward").select(
        reward=counted.reward,
        times=counted.times,
        members=counted.members,
        points=counted.points,
        **{name: ibis.coalesce(followed[name], 0) for name in ("judged", "back", "before_minor", "after_minor")},
    )
    return found.order_by([found.times.desc(), found.reward]).limit(limit)


def vouchers_of(warehouse: Warehouse, span: Span) -> Any:
    """Return per reward what became of the vouchers it gave in a span."""
    voucher = warehouse.table("voucher")
    voucher = voucher.filter((voucher.issued_on >= span.first) & (voucher.issued_on < span.end))
    rule = ibis.coalesce(voucher.rule, "")
    reward = ibis.ifelse(rule.startswith(REWARD), rule, voucher.definition)
    return voucher.group_by(reward=reward).agg(
        issued=voucher.count(),
        used=(voucher.state == "USED").cast("int64").sum(),
        expired=(voucher.state == "EXPIRED").cast("int64").sum(),
    )


def takers_by_level(warehouse: Warehouse, span: Span) -> Any:
    """Return per reward and level the members who took it now on that level."""
    took, member = takings(warehouse, span), warehouse.table("member")
    found = took.select("reward", "member_key").distinct().join(member.select("member_key", "level"), "member_key")
    return found.group_by("reward", "level").agg(members=found.count())


def takers_of(warehouse: Warehouse, span: Span, reward: str, *, limit: int) -> Any:
    """Return the members who took a reward: id, times, points, last day."""
    took, member = takings(warehouse, span), warehouse.table("member")
    took = took.filter(took.reward == reward)
    found = took.group_by("member_key").agg(times=took.count(), points=took.points.sum(), last_day=took.day.max())
    found = found.join(member.select("member_key", "member_id"), "member_key")
    return found.order_by([found.times.desc(), found.member_id]).limit(limit)
