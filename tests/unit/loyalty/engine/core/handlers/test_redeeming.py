"""Points for bills and rewards, held and undone."""

import pytest

from tests.unit.loyalty.engine.core.handlers.town import Town

SHOP = """
units:
  points: {expires: {after: 1 year}}
spending:
  - {key: pay, points: 10, pays: 1}
"""


def town_with(points: int, text: str = SHOP, **units: int) -> Town:
    town = Town(text)
    town.do("join")
    if points:
        town.do("award", points=points)
    if units:
        town.do("award", **units)
    return town


def test_points_pay_a_bill_at_their_rate():
    town = town_with(500)

    outcome = town.do("redeem", points=300, bill=90).outcome

    assert (outcome["discount"], outcome["pay"], town.points()) == (3000, 6000, 200)


def test_more_points_than_there_are_is_refused():
    town = town_with(100)

    assert town.refuses("redeem", points=101, bill=90) == "points_insufficient"
    assert town.points() == 100


@pytest.mark.parametrize(
    ("rule", "said", "expected"),
    [
        ("points: 1000, pays: 100, step: 1000", {"points": 1000, "bill": 400}, (10000, 30000)),
        ("points: 1000, pays: 100, step: 1000", {"points": 1500, "bill": 400}, "points_step"),
        ("points: 1, pays: 1, steps: [200, 500]", {"points": 200, "bill": 400}, (20000, 20000)),
        ("points: 1, pays: 1, steps: [200, 500]", {"points": 300, "bill": 400}, "points_step"),
        ("values: {100: 20, 500: 110.50}", {"points": 500, "bill": 400}, (11050, 28950)),
        ("values: {100: 20, 500: 110.50}", {"points": 200, "bill": 400}, "points_step"),
        ("points: 10, pays: 1, minimum: {points: 100}", {"points": 90, "bill": 400}, "points_minimum"),
        ("points: 10, pays: 1, minimum: {balance: 3000}", {"points": 100, "bill": 400}, "balance_minimum"),
        ("points: 10, pays: 1, minimum: {bill: 500}", {"points": 100, "bill": 400}, "bill_minimum"),
        ("points: 10, pays: 1, minimum: {value: 20}", {"points": 100, "bill": 400}, "value_minimum"),
        ("points: 10, pays: 1, maximum: {points: 1000}", {"points": 1500, "bill": 400}, "points_maximum"),
        ("points: 10, pays: 1, maximum: {value: 50}", {"points": 600, "bill": 400}, "value_maximum"),
        ("points: 10, pays: 1, maximum: {percent_of_bill: 20}", {"points": 900, "bill": 400}, "share_of_bill"),
        ("points: 10, pays: 1, maximum: {percent_of_bill: 20}", {"points": 800, "bill": 400}, (8000, 32000)),
        ("points: 10, pays: 1, maximum: {percent_of_bill: 20}, over: truncate", {"points": 900, "bill": 400}, (8000, 32000)),
        ("points: 10, pays: 1", {"points": 900, "bill": 80}, "value_over_bill"),
        ("points: 10, pays: 1, over: truncate", {"points": 900, "bill": 80}, (8000, 0)),
        ("points: 1000, pays: 100, step: 1000, over: forfeit", {"points": 1000, "bill": 80}, (8000, 0)),
        ("points: 10, pays: 1, whole_bill: true", {"points": 700, "bill": 80}, "whole_bill"),
        ("points: 10, pays: 1, whole_bill: true", {"points": 800, "bill": 80}, (8000, 0)),
        ("points: 10, pays: 1", {"points": "max", "bill": 80}, (8000, 0)),
        ("points: 10, pays: 1", {"points": "max", "bill": 400}, (20000, 20000)),
        ("points: 10, pays: 1, round_to: 1", {"points": "max", "bill": 80.50}, (8000, 50)),
        ("points: 10, pays: 1, step: 300", {"points": "max", "bill": 400}, (18000, 22000)),
        ("points: 10, pays: 1, maximum: {percent_of_bill: 20}", {"points": "max", "bill": 400}, (8000, 32000)),
        ("values: {100: 20, 500: 110.50}", {"points": "max", "bill": 100}, (2000, 8000)),
        ("points: 3000, pays: 1, step: 3000", {"points": "max", "bill": 100}, "nothing_to_redeem"),
        (
            "points: 100, pays: 0.10, of: gallons, maximum: {quantity: 20}",
            {"points": 100, "gallons": 15, "bill": 60},
            (150, 5850),
        ),
        (
            "points: 100, pays: 0.10, of: gallons, maximum: {quantity: 20}",
            {"points": 100, "gallons": 30, "bill": 90},
            (200, 8800),
        ),
        ("points: 10, pays: 1, when: {place: cafe}", {"points": 100, "bill": 90, "place": "gym"}, "redemption_not_offered"),
        ("points: 10, pays: 1, ends: '2026-03-01'", {"points": 100, "bill": 90}, "redemption_not_offered"),
    ],
)
def test_a_spending_rule_lets_points_pay_what_it_says(rule, said, expected):
    town = town_with(2000, f"spending:\n  - {{key: pay, {rule}}}")

    if isinstance(expected, str):
        assert town.refuses("redeem", **said) == expected
        assert town.points() == 2000
    else:
        outcome = town.do("redeem", **said).outcome
        assert (outcome["discount"], outcome["pay"]) == expected


def test_no_point_is_taken_for_what_rounding_drops():
    town = town_with(2000, "spending:\n  - {key: pay, points: 10, pays: 1, round_to: 1}")
    town.do("redeem", points="max", bill=80.50)

    assert town.points() == 1200


def test_the_first_rule_that_takes_the_points_counts():
    rules = "spending:\n  - {key: a, points: 500, pays: 100, step: 500}\n  - {key: b, points: 100, pays: 15, step: 100}"
    town = town_with(1000, rules)

    assert town.do("redeem", points=300, bill=200).outcome["discount"] == 4500
    assert town.do("redeem", points=500, bill=200).outcome["discount"] == 10000


@pytest.mark.parametrize(
    ("per", "wait", "is_open"),
    [
        ("day", {"days": 1}, True),
        ("day", {"minutes": 60}, False),
        ("24 hours", {"minutes": 60 * 23}, True),
        ("7 days", {"days": 5}, False),
    ],
)
def test_a_limit_per_window_refuses_what_is_over(per, wait, is_open):
    town = town_with(2000, f"spending:\n  - {{key: pay, points: 10, pays: 1, limits: [{{max: 500, per: {per}}}]}}")
    town.do("redeem", points=400, bill=90)
    town.wait(**wait)

    if is_open:
        town.do("redeem", points=200, bill=90)
    else:
        assert town.refuses("redeem", points=200, bill=90) == "limit_reached"
        town.do("redeem", points=100, bill=90, hours=0)


def test_a_share_by_level_is_looked_up():
    text = """
tiers: {levels: [{key: A}, {key: B}]}
spending:
  - {key: pay, pays: 1, maximum: {percent_of_bill: {by: level, values: {A: 10, B: 50}}}}
"""
    town = town_with(100, text)
    assert town.refuses("redeem", points=50, bill=100) == "share_of_bill"
    town.do("upgrade", level="B")

    assert town.do("redeem", points=50, bill=100).outcome["pay"] == 5000


def test_points_pay_for_some_lines_only():
    town = town_with(1000, "spending:\n  - {key: pay, pays: 1, lines: {category: {not_in: [alcohol]}}}")
    lines = [{"category": "food", "amount": 60}, {"category": "alcohol", "amount": 40}]

    assert town.refuses("redeem", points=61, bill=100, lines=lines) == "value_over_bill"
    assert town.do("redeem", points=60, bill=100, lines=lines).outcome["pay"] == 4000


# --- rewards ------------------------------------------------------------------------------------------------------------

REWARDS = """
units: {points: {}, stars: {}}
vouchers:
  cup: {item: A cup, valid: {after: 30 days}}
rewards:
  cup: {cost: {points: 50}, voucher: cup}
  both: {cost: {points: 20, money: 30}, item: bag}
  any: {cost: {points: any}, item: something}
  choice: {cost: [{points: 100}, {unit: stars, points: 5}], item: choice}
  few: {cost: {points: 1}, item: few, stock: 2}
  once: {cost: {points: 1}, item: once, limits: [{max: 1, of: uses, per: lifetime}]}
  off: {cost: {points: 100}, amount: 25}
  bonus: {cost: {points: 10}, give_points: 3, give_unit: stars}
  late: {cost: {points: 1}, item: late, starts: '2027-01-01'}
  final: {cost: {points: 1}, item: final, reversible: false}
"""


def test_a_reward_gives_its_voucher():
    town = town_with(120, REWARDS)
    town.do("redeem", reward="cup")

    assert (town.points(), town.open_vouchers()) == (70, ["cup"])


def test_several_pieces_cost_several_times():
    town = town_with(120, REWARDS)
    town.do("redeem", reward="cup", points=100)

    assert (town.points(), town.open_vouchers()) == (20, ["cup", "cup"])
    assert town.refuses("redeem", reward="cup", points=15) == "points_step"


def test_points_and_money_together():
    town = town_with(120, REWARDS)

    assert town.do("redeem", reward="both").outcome["pay"] == 3000
    assert town.points() == 100


def test_any_number_of_points():
    town = town_with(120, REWARDS)
    town.do("redeem", reward="any", points=33)

    assert town.points() == 87
    assert town.refuses("redeem", reward="any") == "points_invalid"


def test_the_first_price_that_can_be_paid_counts():
    town = town_with(99, REWARDS, stars=6)
    town.do("redeem", reward="choice")

    assert (town.points(), town.points(unit="stars")) == (99, 1)
    assert town.refuses("redeem", reward="choice") == "points_insufficient"


def test_stock_is_shared_and_ends():
    town = town_with(10, REWARDS)
    for who in "bc":
        town.do("award", who, points=10)
        town.do("redeem", who, reward="few")

    assert town.refuses("redeem", reward="few") == "limit_reached"
    assert town.points() == 10


def test_what_is_cancelled_is_in_stock_again():
    town = town_with(10, REWARDS)
    town.do("redeem", reward="few", ref="r1")
    town.do("redeem", reward="few", ref="r2")
    town.do("cancel_redeem", of="r1")

    assert town.do("redeem", reward="few").outcome["redeemed"] == {"points": 1}


def test_once_is_once():
    town = town_with(10, REWARDS)
    town.do("redeem", reward="once")

    assert town.refuses("redeem", reward="once") == "limit_reached"


def test_money_off_and_points_of_another_kind():
    town = town_with(120, REWARDS)

    assert town.do("redeem", reward="off", bill=90).outcome["pay"] == 6500
    town.do("redeem", reward="bonus")
    assert town.points(unit="stars") == 3


@pytest.mark.parametrize(("reward", "code"), [("late", "reward_not_started"), ("nothing", "reward_unknown")])
def test_what_is_not_offered_is_refused(reward, code):
    assert town_with(10, REWARDS).refuses("redeem", reward=reward) == code


# --- undoing --------------------------------------------------------------------------------------------------------------


def test_a_redemption_is_undone_into_its_lots():
    town = town_with(100)
    ends = [lot.expires_at for lot in town.member().lots.values()]
    town.do("redeem", points=60, bill=90, ref="r1")
    town.do("cancel_redeem", of="r1")

    assert [(lot.remaining, lot.expires_at) for lot in town.member().lots.values()] == [(100, ends[0])]
    assert town.refuses("cancel_redeem", of="r1") == "redemption_cancelled"
    assert town.refuses("cancel_redeem", of="r2") == "redeem_unknown"


def test_what_is_final_stays():
    town = town_with(10, REWARDS)
    town.do("redeem", reward="final", ref="r1")

    assert town.refuses("cancel_redeem", of="r1") == "redemption_final"
    assert town.points() == 9


def test_a_used_voucher_keeps_its_redemption():
    town = town_with(100, REWARDS)
    town.do("redeem", reward="cup", ref="r1")
    town.do("redeem", reward="cup", ref="r2")
    first, _ = town.vouchers()
    town.do("use_voucher", voucher=str(first.id))

    assert town.refuses("cancel_redeem", of="r1") == "voucher_used"
    town.do("cancel_redeem", of="r2")
    assert (town.points(), town.open_vouchers()) == (50, [])


def test_an_order_and_a_redemption_of_one_name_do_not_disturb_each_other():
    town = town_with(100)
    town.do("purchase", amount=10, ref="r1")
    town.do("redeem", points=60, bill=90, ref="r1")
    town.do("cancel_redeem", of="r1")

    assert town.points() == 100
    assert town.member().orders["r1"]["kind"] == "purchase"


# --- holding ----------------------------------------------------------------------------------------------------------------


def test_a_hold_locks_and_is_confirmed():
    town = town_with(100, REWARDS)
    town.do("hold", reward="cup", ref="h1")
    assert (town.points(), town.open_vouchers()) == (50, [])
    town.do("confirm", of="h1", hours=0)

    assert (town.points(), town.open_vouchers()) == (50, ["cup"])
    assert town.refuses("confirm", of="h1", hours=0) == "hold_unknown"


def test_a_hold_is_released_with_its_stock():
    town = town_with(100, REWARDS)
    for ref in ("h1", "h2"):
        town.do("hold", reward="few", ref=ref, hours=0)
    assert town.refuses("hold", reward="few", ref="h3", hours=0) == "limit_reached"
    town.do("release", of="h1", hours=0)
    town.do("hold", reward="few", ref="h4", hours=0)

    assert town.points() == 98


def test_a_hold_lapses_with_its_stock():
    town = town_with(100, REWARDS)
    for ref in ("h1", "h2"):
        town.do("hold", reward="few", ref=ref, hours=0)
    town.wait(minutes=6)

    assert town.points() == 100
    assert town.refuses("confirm", of="h1", hours=0) == "hold_unknown"
    town.do("hold", reward="few", ref="h3", hours=0)


def test_a_held_bill_is_paid_on_confirming_and_can_be_undone():
    town = town_with(100)
    town.do("hold", points=60, bill=90, ref="h1")
    outcome = town.do("confirm", of="h1", hours=0).outcome
    assert (outcome["discount"], outcome["pay"]) == (600, 8400)
    town.do("cancel_redeem", of="h1")

    assert town.points() == 100


def test_who_is_frozen_does_not_redeem():
    town = Town(SHOP)
    town.member(status="FROZEN")

    assert town.refuses("redeem", points=1, bill=10) == "member_stopped"
