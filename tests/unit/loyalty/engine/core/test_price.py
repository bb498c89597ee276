"""What a basket costs: what applies, what does not and why, and that it always adds up."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from tests.unit.loyalty.engine.core.handlers.town import Town


def why(priced) -> dict[str, str]:
    return {verdict.rule: verdict.reason for verdict in priced.verdicts if not verdict.applied}


def rule(**parts: object) -> str:
    return "{" + ", ".join(f"{name}: {value}" for name, value in parts.items()) + "}"


def shop(*discounts: str, more: str = "") -> Town:
    listed = "".join(f"\n  - {discount}" for discount in discounts)
    return Town(f"units: {{points: {{}}}}\ndiscounts:{listed or ' []'}\n{more}")


# --- discounts ------------------------------------------------------------------------------------------------------------

TEN = rule(key="ten", percent=10)
WELCOME = rule(key="welcome", amount=50)


@pytest.mark.parametrize(
    ("discount", "said", "pay"),
    [
        (TEN, {"amount": 99.99}, 8999),
        (rule(key="d", percent=10, rounding="ceil"), {"amount": 99.99}, 8999),
        (rule(key="d", percent=10, rounding="floor"), {"amount": 99.99}, 9000),
        (rule(key="d", percent=15, rounding="floor", round_to=1), {"amount": 333}, 28400),
        (rule(key="d", percent=50, cap=30), {"amount": 100}, 7000),
        (WELCOME, {"amount": 40}, 0),
        (rule(key="d", amount=0.10, of="gallons", at_most=20), {"amount": 90, "gallons": 25}, 8800),
        (rule(key="d", percent=10, minimum=100), {"amount": 99}, 9900),
        (rule(key="d", percent=10, minimum=100), {"amount": 110, "other_discount": 20}, 9000),
        (rule(key="d", percent=10), {"amount": 100, "other_discount": 20}, 7200),
        (rule(key="d", percent=10, when="{tender: cash}"), {"amount": 100, "tender": "cash"}, 9000),
        (rule(key="d", percent=10, when="{tender: cash}"), {"amount": 100, "tender": "card"}, 10000),
        (rule(key="d", percent=10, starts="'2026-03-03'"), {"amount": 100}, 10000),
        (rule(key="d", percent=10, ends="'2026-03-02'"), {"amount": 100}, 9000),
        (rule(key="d", percent=10, ends="'2026-03-01'"), {"amount": 100}, 10000),
        (rule(key="d", percent=10, lines="{category: tea}"), {"amount": 100, "lines": [{"cat": "tea", "amount": 30}]}, 9700),
    ],
)
def test_a_discount_takes_off_what_it_says(discount, said, pay):
    priced = shop(discount).price(**said)

    assert priced.pay == pay
    assert priced.amount - int(float(said.get("other_discount", 0)) * 100) - priced.discount == pay


def test_reasons_are_given_for_what_does_not_apply():
    town = shop(
        rule(key="soon", percent=1, starts="'2027-01-01'"),
        rule(key="over", percent=1, ends="'2026-01-01'"),
        rule(key="cash", percent=1, when="{tender: cash}"),
        rule(key="tea", percent=1, lines="{category: tea}"),
        rule(key="big", percent=1, minimum=1000),
        rule(key="level", percent="{by: channel, values: {web: 5}}"),
    )

    assert why(town.price(amount=100)) == {
        "soon": "not_started", "over": "ended", "cash": "condition", "tea": "no_line", "big": "minimum", "level": "nothing_to_take_off",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("stacking", "pay"),
    [
        ("discounts: all", 4000),  # 100 - 10, then - 50
        ("discounts: highest", 5000),
        ("discounts: first", 9000),
    ],
)
def test_discounts_stack_as_the_program_says(stacking, pay):
    assert shop(TEN, WELCOME, more=f"stacking: {{{stacking}}}").price(amount=100).pay == pay


def test_percentages_are_of_the_running_or_the_initial_price():
    twice = (TEN, rule(key="twenty", percent=20))

    assert shop(*twice).price(amount=100).pay == 7200
    assert shop(*twice, more="stacking: {percent_of: initial}").price(amount=100).pay == 7000


@pytest.mark.parametrize(("mode", "pay"), [("first", 9000), ("highest", 8000), ("lowest", 9500)])
def test_of_a_group_one_applies(mode, pay):
    group = [rule(key=f"p{percent}", percent=percent, group="g") for percent in (10, 20, 5)]

    assert shop(*group, more=f"stacking: {{groups: {mode}}}").price(amount=100).pay == pay


def test_one_that_stands_alone_applies_where_it_gives_more():
    town = shop(TEN, rule(key="five", amount=5), rule(key="alone", percent=12, combinable="false"))

    assert town.price(amount=100).pay == 8500  # 10 and 5
    assert town.price(amount=1000).pay == 88000
    assert why(town.price(amount=1000)) == {"ten": "not_combinable", "five": "not_combinable"}


def test_what_always_combines_stands_beside_what_stands_alone():
    town = shop(TEN, rule(key="alone", percent=20, combinable="false"), rule(key="crm", amount=1, combinable="always"))

    assert town.price(amount=100).pay == 7900
    assert why(town.price(amount=100)) == {"ten": "not_combinable"}


@pytest.mark.parametrize(("mode", "pay"), [("highest", 10000 + 8000), ("first", 10000 + 9000)])
def test_each_line_may_take_one_discount(mode, pay):
    tea = rule(key="tea", percent=20, lines="{category: tea}")
    milk = rule(key="milk", amount=20, lines="{category: milk}")
    town = shop(
        rule(key="ten", percent=10, lines="{category: tea}"), tea, milk, more=f"stacking: {{discounts: {mode}, scope: line}}"
    )

    assert town.price(amount=220, lines=[{"cat": "tea", "amount": 100}, {"cat": "milk", "amount": 120}]).pay == pay


def test_a_discount_has_its_limits():
    town = shop(rule(key="d", percent=10, limits="[{max: 1, of: uses, per: day}]"))
    town.buy(amount=100)
    priced = town.price(amount=100)

    assert (priced.pay, why(priced)) == (10000, {"d": "limit_reached"})
    town.wait(days=1)
    assert town.price(amount=100).pay == 9000


def test_a_budget_of_money_is_cut_off():
    town = shop(rule(key="d", percent=10, limits="[{max: 25, of: value, per: month}]"))
    town.buy(amount=200)

    assert town.price(amount=100).pay == 9500


def test_delivery_is_free_from_an_amount():
    town = shop(
        rule(key="fee", shipping_fee=50, when="{amount: {less_than: 500}}"),
        rule(key="free", free_shipping="true", when="{amount: {at_least: 500}}"),
    )

    assert [town.price(amount=amount).shipping for amount in (499, 500)] == [5000, 0]
    assert town.price(amount=499).pay == 49900


def test_a_gift_comes_with_the_basket():
    town = shop(rule(key="mug", gift="A mug", minimum=300))

    assert [town.price(amount=amount).gifts for amount in (299, 300)] == [(), ({"rule": "mug", "item": "A mug"},)]


def test_what_was_chosen_applies_alone_of_the_discounts():
    town = shop(TEN, WELCOME)

    assert town.price(amount=100, choose="ten").pay == 9000


# --- vouchers ---------------------------------------------------------------------------------------------------------------

VOUCHERS = """
stacking: {vouchers: 2}
spending: [{key: pay, points: 10, pays: 1, maximum: {percent_of_bill: 50}}]
vouchers:
  five: {amount: 5, minimum_bill: 10, combinable: false}
  third: {percent: 30, cap: 30}
  drink: {item: drink, item_up_to: 10, lines: {category: drink}}
  cake: {item: cake, offered: true, when: {member.birthday: true}}
  post: {free_shipping: true}
  whole: {amount: 100, whole_bill: true}
  b1: {amount: 1, one_of: bag}
  b2: {amount: 2, one_of: bag}
  tea: {percent: 50, lines: {category: tea}}
"""


@pytest.fixture
def town() -> Town:
    town = shop(TEN, more=VOUCHERS)
    for key in town.program.vouchers:
        town.do("grant_voucher", voucher=key)
    return town


def refusal(town: Town, **said) -> str:
    from phakdi.kit.errors import Rejected

    with pytest.raises(Rejected) as refused:
        town.price(**said)
    return refused.value.code


@pytest.mark.parametrize(
    ("said", "pay"),
    [
        ({"amount": 120, "voucher": "third"}, 7800),  # 120 - 12 - min(32.40, 30)
        ({"amount": 12, "voucher": "five"}, 700),  # stands alone: no ten percent
        ({"amount": 90, "voucher": "whole"}, 0),
        ({"amount": 100, "vouchers": ["third", "b1"]}, 6200),
        ({"amount": 100, "voucher": 5}, 9500),
        ({"amount": 100, "voucher": "tea", "lines": [{"cat": "tea", "amount": 40}, {"cat": "milk", "amount": 60}]}, 7200),
        (
            {
                "amount": 40,
                "voucher": "drink",
                "lines": [{"cat": "drink", "amount": 8}, {"cat": "drink", "amount": 32, "quantity": 4}],
            },
            2880,
        ),
    ],
)
def test_a_voucher_takes_off_what_it_says(town, said, pay):
    assert town.price(**said).pay == pay


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"amount": 8, "voucher": "five"}, "voucher_minimum"),
        ({"amount": 100, "vouchers": ["five", "third"]}, "voucher_not_combinable"),
        ({"amount": 100, "voucher": "five", "other_discount": 1}, "voucher_not_combinable"),
        ({"amount": 100, "vouchers": ["third", "b1", "post"]}, "vouchers_too_many"),
        ({"amount": 100, "vouchers": ["b1", "b2"]}, "voucher_one_of"),
        ({"amount": 100, "vouchers": ["third", "third"]}, "voucher_not_found"),
        ({"amount": 200, "voucher": "whole"}, "voucher_whole_bill"),
        ({"amount": 100, "voucher": "nothing"}, "voucher_not_found"),
        ({"amount": 100, "voucher": "cake"}, "voucher_condition"),
        ({"amount": 100, "voucher": "tea", "lines": [{"cat": "milk", "amount": 100}]}, "voucher_no_effect"),
        ({"amount": 0, "voucher": "third"}, "voucher_no_effect"),
    ],
)
def test_a_voucher_that_may_not_be_used_is_refused(town, said, code):
    assert refusal(town, **said) == code


def test_a_voucher_that_cannot_be_used_may_be_left_out():
    town = shop(TEN, more=VOUCHERS.replace("vouchers: 2", "vouchers: 2, invalid: skip"))
    town.do("grant_voucher", voucher="third")
    priced = town.price(amount=100, vouchers=["third", "five"])

    assert (priced.pay, why(priced)) == (6300, {"five": "voucher_not_found"})


def test_an_offered_voucher_is_open_while_its_condition_holds(town):
    town.born(date(1990, 3, 2))

    assert town.price("a", amount=50, voucher="cake").gifts == ({"voucher": "cake", "item": "cake"},)


def test_a_voucher_may_make_delivery_free(town):
    assert town.price(amount=100, shipping=40, voucher="post").shipping == 0


def test_pricing_uses_nothing_up_and_recording_does(town):
    before = replace(town.member())
    town.price(amount=100, voucher="third")
    assert town.member() == before
    town.buy(amount=100, voucher="third")

    assert refusal(town, amount=100, voucher="third") == "voucher_used"


# --- points -----------------------------------------------------------------------------------------------------------------


def test_points_pay_part_of_what_is_left(town):
    town.do("award", points=1000)
    priced = town.price(amount=100, pay_points=300)

    assert (priced.points, priced.points_value, priced.discount, priced.pay) == (300, 3000, 4000, 6000)
    assert town.price(amount=100, pay_points="max").points_value == 4500
    assert refusal(town, amount=100, pay_points=460) == "share_of_bill"
    assert refusal(town, amount=1000, pay_points=1001) == "points_insufficient"


def test_the_purchase_to_record_carries_what_was_taken_off(town):
    town.do("award", points=1000)
    activity = town.price(amount=100, voucher="third", pay_points=100, identified=False).activity

    said = {name: activity.fields[name] for name in ("discount", "voucher_discount", "points_value", "pay_points", "identified")}
    assert said == {"discount": 1000, "voucher_discount": 2700, "points_value": 1000, "pay_points": 100, "identified": False}


# --- it adds up ---------------------------------------------------------------------------------------------------------------

baskets = some.lists(
    some.fixed_dictionaries({"cat": some.sampled_from(["tea", "milk"]), "amount": some.integers(0, 50_000)}),
    min_size=1,
    max_size=6,
)
discounts = some.lists(
    some.fixed_dictionaries(
        {},
        optional={
            "percent": some.integers(1, 100), "amount": some.integers(1, 300), "cap": some.integers(1, 200),
            "lines": some.just("{category: tea}"), "combinable": some.sampled_from(["true", "false"]),
            "minimum": some.integers(0, 400), "group": some.sampled_from(["g", "h"]), "rounding": some.sampled_from(["floor", "ceil"]),
        },
    ).filter(lambda parts: "percent" in parts or "amount" in parts),
    max_size=4,
)  # fmt: skip


@given(
    baskets,
    discounts,
    some.integers(0, 20_000),
    some.sampled_from(["running", "initial"]),
    some.sampled_from(["", "third", "tea"]),
)
@settings(max_examples=60, deadline=None)
def test_a_price_always_adds_up(lines, found, other, percent_of, voucher):
    rules = [rule(key=f"d{number}", **parts) for number, parts in enumerate(found)]
    town = shop(*rules, more=VOUCHERS.replace("vouchers: 2", f"vouchers: 2, percent_of: {percent_of}"))
    town.do("award", points=500)
    said = {
        "lines": [{**line, "amount": f"{line['amount'] / 100:.2f}"} for line in lines],
        "other_discount": f"{other / 100:.2f}",
    }
    if (
        voucher
        and any(line["cat"] == "tea" and line["amount"] for line in lines)
        and sum(line["amount"] for line in lines) > other
    ):
        town.do("grant_voucher", voucher=voucher)
    priced = (
        town.price(**said, pay_points="max")
        if sum(line["amount"] for line in lines) > other + 10_000 and not found
        else town.price(**said)
    )

    assert min(priced.pay, priced.discount, priced.points_value, *(line.pay for line in priced.lines)) >= 0
    assert sum(line.discount for line in priced.lines) == priced.discount
    assert sum(line.pay for line in priced.lines) == priced.pay
    assert priced.amount - min(other, priced.amount) - priced.discount == priced.pay
    assert sum(applied.amount for applied in priced.applied) + priced.points_value == priced.discount
    assert all(sum(applied.lines.values()) == applied.amount for applied in priced.applied)


@given(some.permutations([rule(key=f"p{percent}", percent=percent) for percent in (3, 7, 10, 20)]), some.integers(1, 10**7))
@settings(max_examples=40, deadline=None)
def test_percentages_of_the_initial_price_do_not_depend_on_their_order(rules, amount):
    said = f"{amount / 100:.2f}"
    one = shop(*rules, more="stacking: {percent_of: initial}").price(amount=said)
    other = shop(*sorted(rules), more="stacking: {percent_of: initial}").price(amount=said)

    assert one.pay == other.pay
