"""Figures of products, worked out by hand (K35)."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phakdi.insight.products import expressions, looking, rewards
from phakdi.insight.products.core.figures import Rates, RewardPull, SecondVisit, Span, Together
from phakdi.insight.products.expressions import Scope
from tests.unit.insight.products.shop import bills, day, warehouse

MONTH = Span(day(1), day(32))
RATES = Rates(Fraction(3, 10), {"mugs": Fraction(1, 2)}, {"points": Fraction(10)})
EARNED = {
    "entry_key": 1, "purchase_key": 1, "member_key": 1, "day": day(5), "unit": "points", "kind": "EARN", "points": 30,
    "source": "ISSUED", "target": "ACTIVE", "rule": "base",
}  # fmt: skip


def shop(**tables):
    purchases, lines = bills(
        (1, 5, {"latte": 200, "mug": 100}), (1, 9, {"latte": 100}), (2, 9, {"latte": 50}), category={"mug": "mugs"}
    )
    lines[-1] |= {"returned_minor": 20}
    purchases[-1] |= {"returned_minor": 20}
    return warehouse(purchases, lines, **{"points_movement": [EARNED], **tables})


def test_what_sold():
    found = looking.sold(shop(), Scope(MONTH), "product", RATES)
    latte, mug = found.items
    assert (latte.item, latte.category, latte.sales_minor, latte.quantity_milli) == ("latte", "food", 350, 3000)
    assert (latte.bills, latte.members, latte.repeaters, latte.returned_minor) == (3, 2, 1, 20)
    assert (latte.repeat_share, latte.return_share) == (Fraction(1, 2), Fraction(20, 370))
    assert (latte.margin_minor, mug.margin_minor) == (105, 50)
    assert (latte.points_minor, mug.points_minor) == (200, 100)  # 30 points of 10, shared out 200 to 100
    assert (latte.after_points_minor, mug.after_points_minor) == (-95, -50)
    assert (found.sales_minor, found.bills, found.members) == (450, 3, 2)
    assert found.member_share(mug) == Fraction(1, 2)


def test_what_nobody_told_is_not_known():
    latte, _ = looking.sold(shop(), Scope(MONTH), "product", Rates()).items
    assert latte.margin_minor is latte.points_minor is latte.after_points_minor is None
    assert looking.sold(shop(), Scope(MONTH.before), "product", RATES).items == []


def test_a_scope_leaves_out_the_rest():
    purchases, lines = bills((1, 5, {"latte": 200}), (2, 9, {"latte": 50}))
    purchases[1]["store"] = lines[1]["store"] = "S2"
    found = warehouse(purchases, lines, members={1: {"level": "gold"}}, member_segment=[{"member_key": 2, "segment": "new"}])
    for scope, sales in [({"store": "S2"}, 50), ({"level": "gold"}, 200), ({"segment": "new"}, 50), ({"channel": "web"}, 0)]:
        told = looking.sold(found, Scope(MONTH, **scope), "product", RATES)
        assert (told.sales_minor, sum(item.sales_minor for item in told.items)) == (sales, sales)


def test_a_bill_without_lines_counts_as_what_names_no_product():
    purchases, lines = bills((1, 5, {"latte": 200}), (2, 6, {}))
    purchases[1]["net_minor"] = 70
    found = looking.sold(warehouse(purchases, lines), Scope(MONTH), "product", RATES)
    assert [(item.item, item.sales_minor) for item in found.items] == [("latte", 200), ("", 70)]


@settings(max_examples=8, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 3), st.integers(1, 60), st.dictionaries(st.sampled_from("abc"), st.integers(0, 900), max_size=3)),
        min_size=1, max_size=8,
    )
)  # fmt: skip
def test_products_add_up_to_the_bills(told):
    purchases, lines = bills(*told)
    found = looking.sold(warehouse(purchases, lines), Scope(Span(day(1), day(61))), "product", RATES)
    assert sum(item.sales_minor for item in found.items) == found.sales_minor == sum(sum(sold.values()) for *_, sold in told)


def test_a_span_is_compared_with_the_same_weeks_a_year_before():
    assert MONTH.year_before == Span(day(1 - 364), day(32 - 364))
    assert MONTH.before == Span(day(-30), day(1))


def test_what_rises_and_falls():
    purchases, lines = bills((1, 40, {"up": 300, "down": 50, "same": 10}), (1, 20, {"up": 100, "down": 200, "same": 10}))
    span = Span(day(32), day(63))
    found = looking.movement(warehouse(purchases, lines), Scope(span), span.before, "product", {"up"})
    assert [(each.item, each.change_minor, each.change) for each in found.rising] == [("up", 200, Fraction(2))]
    assert [(each.item, each.change_minor, each.change) for each in found.falling] == [("down", -150, Fraction(-3, 4))]
    assert (found.before_minor, found.items, found.is_known) == (310, {"up": 100}, False)


def test_bought_together():
    told = [(n, 5, {"bread": 10, "butter": 10}) for n in range(20)]
    told += [(n, 6, {"bread": 10, "jam": 10}) for n in range(19)] + [(n, 7, {"milk": 10}) for n in range(61)]
    found = looking.pairs(warehouse(*bills(*told)), Scope(MONTH), ["bread", "butter", "jam"])
    assert found == [Together("bread", "butter", bills=100, with_one=39, with_other=20, both=20)]  # jam: 19 bills are too few
    assert found[0].lift == Fraction(100 * 20, 39 * 20)
    assert found[0].share == Fraction(20, 39)


def test_a_dealers_bill_says_nothing_of_what_goes_together():
    many = {f"p{number}": 10 for number in range(expressions.BASKET_MAX + 1)}
    told = [(1, 5, {"p1": 10, "p2": 10})] * 20 + [(2, 6, many)] * 30
    [pair] = looking.pairs(warehouse(*bills(*told)), Scope(MONTH), [*many])
    assert (pair.bills, pair.both, pair.lift) == (20, 20, 1)


def test_which_first_visits_are_followed_by_a_second():
    told = [(1, 5, {"cake": 10}), (1, 95, {"tea": 10}), (2, 5, {"cake": 10}), (2, 96, {"tea": 10}), (3, 6, {"tea": 10})]
    told += [(4, 300, {"cake": 10}), (4, 301, {"cake": 10})]  # too late in the year to judge
    told += [(5, 7, {"cake": 0}), (5, 8, {"tea": 10}), (5, 8, {"tea": 5})]  # nothing paid is no purchase; a day counts once
    everybody, items = looking.second_visits(warehouse(*bills(*told)), "product", today=day(366))
    assert everybody == SecondVisit("", members=4, back=1)
    assert items == [SecondVisit("cake", 2, 1), SecondVisit("tea", 2, 0)]
    assert items[0].against(everybody) == Fraction(1, 4)
    assert not items[0].is_clear(everybody)


def test_a_difference_is_clear_when_the_interval_leaves_out_everybody():
    found = SecondVisit("cake", 1_200, 300)
    assert found.interval == pytest.approx((0.2263, 0.2753), abs=1e-4)
    assert found.is_clear(SecondVisit("", 10_000, 2_000))
    assert not found.is_clear(SecondVisit("", 10_000, 2_500))
    assert SecondVisit("cake", 0, 0).interval is None


def test_what_does_not_sell():
    told = [(1, 5, {"old": 70, "older": 90}), (2, 5, {"old": 10}), (1, 360, {"fresh": 10})]
    found = looking.not_selling(warehouse(*bills(*told)), Scope(Span(day(1), day(366))), quiet_days=30)
    assert [(each.item, each.last_day, each.sales_minor, each.members) for each in found] == [
        ("older", day(5), 90, 1),
        ("old", day(5), 80, 2),
    ]


def test_which_rewards_are_taken_and_what_follows():
    spent = EARNED | {"entry_key": 2, "purchase_key": None, "activity_id": "9", "day": day(7), "points": 10,
                      "source": "ACTIVE", "target": "REDEEMED", "rule": "reward:cup"}  # fmt: skip
    vouchers = [
        {"voucher_key": 1, "member_key": 1, "definition": "cup", "state": "USED", "issued_on": day(7), "rule": "reward:cup"},
        {"voucher_key": 2, "member_key": 2, "definition": "gift", "state": "ISSUED", "issued_on": day(7), "rule": "birthday"},
        {"voucher_key": 3, "member_key": 2, "definition": "gift", "state": "EXPIRED", "issued_on": day(360), "rule": "birthday"},
        {"voucher_key": 4, "member_key": 2, "definition": "gift", "state": "CANCELLED", "issued_on": day(7), "rule": "birthday"},
    ]
    found = shop(points_movement=[EARNED, spent], voucher=vouchers)
    year = Span(day(1), day(366))
    assert looking.reward_pull(found, year) == [
        RewardPull("gift", times=2, members=1, points=0, used=0, expired=1, judged=1, back=1, before_minor=0, after_minor=50),
        RewardPull("reward:cup", 1, 1, points=10, used=1, expired=0, judged=1, back=1, before_minor=300, after_minor=100),
    ]  # fmt: skip
    assert found.rows(rewards.takers_of(found, year, "gift", limit=9)) == [
        {"member_key": 2, "times": 2, "points": 0, "last_day": day(360), "member_id": "m2"}
    ]


def test_where_and_when():
    asked = expressions.by_place_and_time(shop(), Scope(MONTH), "product", ["latte"], "store", "month", "weekday", "hour")
    found = sorted(shop().rows(asked), key=lambda row: row["weekday"])
    assert [(row["store"], row["month"], row["weekday"], row["hour"], row["sales_minor"]) for row in found] == [
        ("S1", day(1), 0, 12, 200),  # a Monday
        ("S1", day(1), 4, 12, 150),
    ]


def test_who_bought_it():
    found = shop()
    rows = found.rows(expressions.buyers_of(found, Scope(MONTH), "product", "latte", limit=1))
    assert [(row["member_id"], row["days"], row["sales_minor"]) for row in rows] == [("m1", 2, 300)]
