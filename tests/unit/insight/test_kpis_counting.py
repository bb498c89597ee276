"""Sums of figures from a small warehouse, by hand, and against a slow count of random purchases."""

import random
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

import pytest

from phakdi.insight.kpis import expressions
from phakdi.insight.kpis.core import spans
from phakdi.insight.kpis.core.settings import ActiveBy, KpiSettings
from phakdi.insight.kpis.counting import Place, count
from phakdi.insight.warehouse.reading import Warehouse

TODAY = date(2026, 3, 31)
AT = datetime(2026, 3, 31, 20, tzinfo=UTC)


def bills_of(bought):
    """Return bills (member, day, minor units, store)."""
    return [
        {"purchase_key": n, "member_key": who, "day": day, "net_minor": minor, "store": store, "channel": "store"}
        for n, (who, day, minor, store) in enumerate(bought)
    ]


def members_of(keys, **more):
    return [
        {
            "member_key": key,
            "member_id": str(key),
            "status": "ACTIVE",
            "is_enrolled": True,
            "joined_on": date(2026, 1, 1),
            "level": "gold",
            "home_store": "A",
            **more,
        }
        for key in keys
    ]


def counted(tables, *, settings=None, **more):
    return count(Warehouse.of_rows(tables, as_of=AT), settings or KpiSettings(), today=TODAY, **more)


def values(found, span, dimension="", key=""):
    return {
        each.figure: each.value for each in found.figures() if (each.span.key, each.dimension, each.key) == (span, dimension, key)
    }


def test_figures_of_three_members():
    march, february, january = date(2026, 3, 10), date(2026, 2, 10), date(2026, 1, 10)
    bought = [
        (1, january, 100, "A"), (1, february, 100, "A"), (1, march, 200, "A"), (1, march, 100, "B"), (1, date(2026, 3, 20), 300, "A"),
        (2, february, 500, "B"), (3, january, 100, "A"), (3, march, 100, "A"), (4, march, 1_000, "A"), (1, march, 0, "A"),
    ]  # fmt: skip
    tables = {
        "purchase": bills_of(bought),
        "member": [*members_of([1, 2]), *members_of([3], level="silver", joined_on=date(2026, 3, 1)), *members_of([4], status="SHADOW", is_enrolled=False, joined_on=None)],
        "member_segment": [{"member_key": 1, "segment": "vip"}],
        "reach": [{"member_key": 1, "purpose": "MARKETING", "channel": "SMS"}, {"member_key": 2, "purpose": "MARKETING", "channel": "SMS"}],
        "activity": [{"activity_key": 1, "member_key": 1, "kind": "check_in", "day": march, "is_engaged": True}],
        "points_movement": [{"entry_key": 1, "member_key": 1, "day": march, "kind": "EARN", "points": 5}],
        "till_total": [{"day": march, "store": "A", "bills": 8, "sales_minor": 1_200}],
        "survey_answer": [{"answer_key": n, "metric": "NPS", "scale": 10, "score": score, "day": march} for n, score in enumerate((10, 9, 8, 3))],
    }  # fmt: skip
    found = counted(tables)
    of = values(found, "2026-03")

    assert (of["sales"], of["orders"], of["active_members"], of["order_value"], of["frequency"]) == (700, 4, 2, 175, 2)
    assert (of["repeat_rate"], of["retention"], of["retention_with_returned"], of["came_back"]) == (0.5, 0.5, 1, 1)
    assert (of["returning_buyers"], of["returning_orders"], of["enrolment"]) == (1, 1, pytest.approx(2 / 3))
    assert (of["members"], of["new_members"], of["participation"], of["engagement"]) == (3, 1, pytest.approx(1 / 3), 0.5)
    assert (of["transaction_share"], of["sales_share"], of["nps"]) == (2 / 8, 300 / 1_200, 25)
    assert of["stickiness"] == pytest.approx(3 / (2 * 31))
    assert values(found, "2026-03", "store", "B")["sales"] == 100
    assert values(found, "2026-03", "level", "gold")["sales"] == 600
    assert values(found, "2026-03", "segment", "vip")["retention"] == 1
    assert values(found, "2026-02")["active_members"] == 2
    assert "engagement" not in values(found, "2026-02"), "nobody knows now who could be reached then"
    assert "retention" not in values(found, "2026-Q2")
    assert values(found, "30:year")["sales"] == 0


def test_active_by_activity():
    tables = {
        "purchase": bills_of([(1, TODAY, 100, "A")]),
        "member": members_of([1, 2]),
        "activity": [
            {"activity_key": n, "member_key": n, "kind": "visit", "day": TODAY, "is_engaged": True, "store": "A"} for n in (1, 2)
        ],
    }
    week = [spans.of_days([spans.rolling(7, TODAY)["7"]])]
    assert values(counted(tables, series=week), "7")["active_members"] == 1
    of = values(counted(tables, settings=KpiSettings(active_by=ActiveBy.ACTIVITY), series=week, dimensions=()), "7")
    assert (of["active_members"], of["orders"], of["frequency"]) == (2, 1, 1)


def test_lapsing_and_being_won_back():
    day = date(2026, 1, 1)
    bought = [(1, day, 1, "A"), (1, day + timedelta(days=50), 1, "A"), (2, day, 1, "A"), (3, TODAY, 1, "A")]
    found = counted({"purchase": bills_of(bought), "member": members_of([1, 2, 3])}, settings=KpiSettings(lapse_days=40))

    assert (
        found.sums[Place("2026-02", "", "")] | {"lapsed": 0, "lapsed_new": 2, "not_lapsed": 2}
        == found.sums[Place("2026-02", "", "")]
    )
    march = found.sums[Place("2026-03", "", "")]
    assert (march["lapsed"], march["won_back"], march["lapsed_new"], march["not_lapsed"]) == (1, 0, 0, 1)
    long = found.sums[Place("2026-Q1", "", "")]
    assert (long["lapsed"], long["lapsed_new"], long["not_lapsed"]) == (0, 0, 0), "nobody had bought before"
    custom = counted(
        {"purchase": bills_of(bought), "member": members_of([1, 2, 3])},
        settings=KpiSettings(lapse_days=40),
        series=[spans.custom(day + timedelta(days=45), day + timedelta(days=60))],
        dimensions=(),
    ).sums[Place("custom", "", "")]
    assert (custom["lapsed"], custom["won_back"]) == (2, 1)


def test_random_purchases_as_a_slow_count_finds_them():
    dice = random.Random(7)
    bought = [
        (dice.randrange(40), TODAY - timedelta(days=dice.randrange(500)), dice.randrange(1, 900), dice.choice("AB"))
        for _ in range(400)
    ]
    found = counted({"purchase": bills_of(bought), "member": members_of(range(40))}, settings=KpiSettings(lapse_days=45))
    assert len(found.spans) > 40
    by_store = {key for series in spans.usual(TODAY, spans.KEPT_BY_PLACE) for key in (span.key for span in series.spans.values())}
    for key, span in found.spans.items():
        for dimension, store in (("", ""), ("store", "A")) if key in by_store else (("", ""),):
            mine = [each for each in bought if not dimension or each[3] == store]
            of = found.sums.get(Place(key, dimension, store), {})
            assert {name: of.get(name, 0) for name in _slow(mine, span)} == _slow(mine, span), (key, dimension)
        lapsed, won, new, rest = _slow_lapse(bought, span, 45)
        of = found.sums[Place(key, "", "")]
        assert [of.get(name, 0) for name in ("lapsed", "won_back", "lapsed_new", "not_lapsed")] == [lapsed, won, new, rest], key


def _slow(bought, span):
    days = defaultdict(set)
    for who, day, _, _ in bought:
        days[who].add(day)
    before = span.first - timedelta(days=span.days) if span.kind in {"rolling", "custom"} else _before(span)
    active = {who for who, some in days.items() if any(span.first <= day < span.to for day in some)}
    previous = {who for who, some in days.items() if any(before <= day < span.first for day in some)}
    old = {who for who, some in days.items() if min(some) < span.first}
    inside = [each for each in bought if span.first <= each[1] < span.to]
    return {
        "buyers": len(active), "active_before": len(previous), "kept": len(active & previous), "returning": len(active & old),
        "orders": len(inside), "sales": sum(minor for _, _, minor, _ in inside),
        "repeaters": sum(len({day for day in days[who] if span.first <= day < span.to}) > 1 for who in active),
        "returning_orders": sum(who in old for who, _, _, _ in inside),
    }  # fmt: skip


def _before(span):
    months = {"month": 1, "quarter": 3, "year": 12}[span.kind]
    return spans.first_of_month(spans.month_number(span.first) - months)


def _slow_lapse(bought, span, limit):
    days = defaultdict(set)
    for who, day, _, _ in bought:
        days[who].add(day)

    def is_lapsed(who, at):
        past = [day for day in days[who] if day < at]
        return bool(past) and (at - max(past)).days > limit

    begun = {who for who, some in days.items() if min(some) < span.first}
    lapsed = {who for who in begun if is_lapsed(who, span.first)}
    within = [span.first + timedelta(days=n) for n in range(1, span.days + 1)]
    new = {who for who in begun - lapsed if any(is_lapsed(who, at) for at in within)}
    won = {who for who in lapsed if any(span.first <= day < span.to for day in days[who])}
    return len(lapsed), len(won), len(new), len(begun - lapsed)


def test_cohorts_scores_and_second_purchases():
    bought = [
        (1, date(2026, 1, 5), 100, "A"),
        (1, date(2026, 1, 25), 100, "A"),
        (1, date(2026, 3, 5), 100, "A"),
        (2, date(2026, 1, 6), 50, "A"),
    ]
    warehouse = Warehouse.of_rows({"purchase": bills_of(bought), "member": members_of([1, 2])}, as_of=AT)
    days = expressions.days_of(warehouse)
    by = {row["age"]: row for row in warehouse.rows(expressions.cohorts(expressions.months_of(days)))}

    assert {age: (row["members"], row["net"], row["last"]) for age, row in by.items()} == {0: (2, 250, 1), 2: (1, 100, 1)}
    scores = {row["member_key"]: row for row in warehouse.rows(expressions.rfm(days, today=spans.day_number(TODAY)))}
    assert (scores[1]["recency"], scores[1]["frequency"], scores[1]["monetary_minor"]) == (26, 3, 300)
    gaps = expressions.gaps_of(days)
    rows = warehouse.rows(expressions.second_after(gaps, expressions.firsts_of(days), today=spans.day_number(TODAY)))
    assert sorted((row["days"], row["came"], row["waiting"]) for row in rows) == [(20, 1, 0), (84, 0, 1)]


def test_levels_at_two_days():
    spans_ = [
        (1, "silver", date(2026, 1, 1), date(2026, 2, 1)),
        (1, "gold", date(2026, 2, 1), None),
        (2, "", date(2026, 1, 1), date(2026, 2, 10)),
        (3, "", date(2026, 2, 2), None),
    ]
    rows = [{"member_key": key, "level": level, "from_day": first, "to_day": to} for key, level, first, to in spans_]
    warehouse = Warehouse.of_rows({"level_span": rows}, as_of=AT)
    found = {
        (row["before"], row["after"]): row["members"]
        for row in warehouse.rows(expressions.moves(warehouse, date(2026, 1, 15), date(2026, 3, 1)))
    }

    assert found == {("silver", "gold"): 1, ("", None): 1, (None, ""): 1}
