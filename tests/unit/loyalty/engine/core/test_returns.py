"""Returns: exact by line and by amount, whatever happened in between."""

from typing import Any

import pytest

from phakdi.kit.errors import Rejected
from phakdi.loyalty.engine.core.state import Line
from tests.unit.loyalty.engine.core.acting import Member, lines, program

RULE = {"give": {"points": 1, "per": 30}}
ONE_A_BAHT = {"give": {"points": 1, "per": 1}}
PAY = {"spending": [{"key": "pay", "pays": 1}], "rewards": {"thing": {"cost": {"points": "any"}}}}


def returned(member: Member, *given: dict[str, Any]) -> list[int]:
    """Return the balance after each refund of order R1."""
    return [member.does("refund", "2026-03-05", of="R1", **each) and member.points() for each in given]


def test_three_equal_lines_give_back_three_four_three():
    """R38."""
    member = Member(program(rule=RULE))
    member.buys("2026-03-02", 300, "R1", lines=lines(a=100, b=100, c=100))

    assert returned(member, {"line": "a"}, {"line": "b"}, {"line": "c"}) == [7, 3, 0]


@pytest.mark.parametrize("amounts", [(100, 200), (200, 100), (1, 299), (99.99, 200.01), (150, 100, 50)])
def test_amounts_in_any_order_add_up(amounts):
    member = Member(program(rule=RULE))
    member.buys("2026-03-02", 300, "R1", lines=lines(a=120, b=180))

    found = returned(member, *({"baht": amount} for amount in amounts))

    assert found[-1] == 0
    assert found == sorted(found, reverse=True)


def test_lines_and_amounts_mix():
    member = Member(program(rule=RULE))
    member.buys("2026-03-02", 300, "R1", lines=lines(a=100, b=200))

    assert returned(member, {"baht": 90}, {"line": "a"}, {"line": "b", "baht": 20}, {})[-1] == 0


def test_only_lines_that_earned_give_back():
    member = Member(program(rule={"lines": {"category": {"not_in": ["liquor"]}}, **ONE_A_BAHT}))
    member.buys("2026-03-02", 300, "R1", lines=lines(liquor=200, rice=100))

    assert returned(member, {"line": "liquor"}, {"line": "rice", "baht": 50}) == [100, 50]


def test_several_lines_at_once_by_id_or_product():
    member = Member(program(rule=ONE_A_BAHT))
    member.buys("2026-03-02", 60, "R1", lines=(Line("", 1000, "tea"), Line("", 2000, "cup"), Line("", 3000, "tea")))

    member.does("refund", "2026-03-05", of="R1", lines=(Line("", 1000, "tea"), Line("", 2000, "cup")))

    assert member.points() == 30


def test_the_full_price_or_what_was_paid_both_stand_for_all():
    for amount in (100, 90):
        member = Member(program(rule=ONE_A_BAHT))
        member.buys("2026-03-02", 100, "R1", discount=1000)
        assert returned(member, {"baht": amount}) == [0]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"of": "R9"}, "order_unknown"),
        ({"of": "R1", "line": "z"}, "line_unknown"),
        ({"of": "R1", "when": "2026-04-02"}, "refund_too_late"),
    ],
)
def test_what_cannot_be_returned_is_refused(given, code):
    member = Member(program(rule=ONE_A_BAHT, refunds={"within": "30 days"}))
    member.buys("2026-03-02", 100, "R1")

    with pytest.raises(Rejected) as refused:
        member.does("refund", given.pop("when", "2026-03-05"), **given)

    assert (refused.value.code, member.points()) == (code, 100)


def test_more_than_there_is_cannot_come_back():
    member = Member(program(rule=ONE_A_BAHT))
    member.buys("2026-03-02", 100, "R1")
    returned(member, {})

    with pytest.raises(Rejected) as refused:
        returned(member, {})

    assert refused.value.code == "order_returned"


# --- where it comes from -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("shortfall", "active", "debt"), [("debt", 0, 50), ("zero", 0, 0), ("pending_only", 50, 0)])
def test_points_spent_meanwhile(shortfall, active, debt):
    """R40."""
    member = Member(program(rule=ONE_A_BAHT, refunds={"shortfall": shortfall}, **PAY))
    member.buys("2026-03-02", 100, "R1")
    member.does("redeem", "2026-03-03", reward="thing", points=50)

    returned(member, {})

    assert (member.points(), member.debt()) == (active, debt)


def test_debt_is_paid_first_by_new_points_and_nothing_is_spent_meanwhile():
    """R41."""
    member = Member(program(rule=ONE_A_BAHT, **PAY))
    member.buys("2026-03-02", 100, "R1")
    member.does("redeem", "2026-03-03", reward="thing", points=100)
    returned(member, {})
    assert member.debt() == 100

    member.buys("2026-03-06", 70)
    with pytest.raises(Rejected):
        member.does("redeem", "2026-03-06", reward="thing", points=1)
    member.buys("2026-03-07", 70)

    assert (member.points(), member.debt()) == (40, 0)


def test_recovery_takes_what_waits_then_the_lot_then_others():
    """R39."""
    running = program(
        units={"points": {"pending": {"when": {"channel": "web"}, "after": "30 days"}, "expires": {"after": "1 year"}}},
        rule=ONE_A_BAHT,
        **PAY,
    )
    member = Member(running)
    member.buys("2026-03-01", 40)
    member.buys("2026-03-02", 100, "R1", channel="web")

    returned(member, {"baht": 60})

    assert (member.points(), member.pending(), member.moved()) == (40, 40, [("REVERSE", 60)])


def test_points_of_the_order_go_before_older_ones():
    member = Member(program(units={"points": {"expires": {"after": "1 year"}}}, rule=ONE_A_BAHT))
    member.buys("2026-03-01", 40)
    member.buys("2026-03-02", 100, "R1")

    returned(member, {})

    assert sorted(lot.remaining for lot in member.lots.values()) == [0, 40]


def test_points_that_lapsed_are_not_asked_for_again():
    member = Member(program(units={"points": {"expires": {"after": "10 days"}}}, rule=ONE_A_BAHT, **PAY))
    member.buys("2026-03-02", 100, "R1")
    member.does("redeem", "2026-03-03", reward="thing", points=30)

    step = member.does("refund", "2026-03-20", of="R1")

    assert (member.points(), member.debt()) == (0, 30)
    assert (step.outcome["taken_back"], step.outcome["lapsed"]) == ({"points": 30}, {"points": 70})


# --- policies ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("recover", "points"), [("prorate", 50), ("recompute", 49), ("none", 66), ("all", 0)])
def test_a_program_chooses_what_a_return_recovers(recover, points):
    """1,999 baht at a point per 30 are 66; 499 come back: 66 x 499/1,999 = 16 go, or 1,500 baht would have given 50."""
    member = Member(program(rule=RULE, refunds={"recover": recover}))
    member.buys("2026-03-02", 1999, "R1")

    found = returned(member, {"baht": 500 if recover == "recompute" else 499})

    assert found == [points]


def test_recompute_asks_the_condition_again():
    rules = [
        {"key": "base", "give": {"points": 1, "per": 100}},
        {"key": "large", "when": {"net": {"at_least": 3000}}, "give": {"points": 50}},
    ]
    member = Member(program(earning=rules, refunds={"recover": "recompute"}))
    member.buys("2026-03-02", 3200, "R1", lines=lines(a=2000, b=1200))

    assert returned(member, {"line": "b"}, {"line": "a"}) == [20, 0]


def test_a_return_goes_by_the_rules_of_its_order_and_not_of_today():
    """R37."""
    member = Member(program(rule=ONE_A_BAHT))
    member.buys("2026-03-02", 100, "R1")
    member.program = program(rule={"give": {"points": 5, "per": 1}})

    assert returned(member, {"baht": 50}, {"baht": 50}) == [50, 0]


# --- what paid -----------------------------------------------------------------------------------------------------------


def test_points_that_paid_come_back_to_their_lots_in_proportion():
    """R42."""
    member = Member(
        program(units={"points": {"expires": {"after": "1 year"}}}, rule={"on": "survey", "give": {"points": 100}}, **PAY)
    )
    member.does("survey", "2026-01-01")
    member.buys("2026-03-02", 200, "R1", pay_points=100, points_value=10000)
    assert member.points() == 0

    assert returned(member, {"baht": 50}, {"baht": 150}) == [25, 100]
    (lot,) = member.lots.values()
    assert lot.remaining == 100


def test_points_whose_lot_lapsed_come_back_with_courtesy():
    running = program(units={"points": {"expires": {"after": "10 days"}}}, rule={"on": "survey", "give": {"points": 100}}, **PAY)
    member = Member(running)
    member.does("survey", "2026-03-01")
    member.buys("2026-03-02", 200, "R1", pay_points=100, points_value=10000)
    member.waits("2026-03-20")

    member.does("refund", "2026-03-20", of="R1")

    assert [(points, str(day)) for points, day in member.last_days()] == [(100, "2026-04-19")]


def test_earning_and_paying_on_one_order_leaves_what_was_there():
    """R6 and R42: 5 earned, 5 spent and all returned leaves what there was."""
    member = Member(program(rule=ONE_A_BAHT, **PAY))
    member.buys("2026-03-01", 100)
    member.buys("2026-03-02", 200, "R1", pay_points=100, points_value=10000)
    assert member.points() == 100

    assert returned(member, {}) == [100]
    assert member.debt() == 0


def test_a_voucher_used_comes_back_with_the_whole_order_and_one_given_is_cancelled():
    """R43."""
    rules = [{"key": "gift", "on": "survey", "give": {"voucher": "tea"}}, {"key": "next", "give": {"voucher": "cake"}}]
    vouchers = {"tea": {"amount": 50, "valid": {"after": "5 days"}}, "cake": {"item": "cake"}}
    member = Member(program(earning=rules, vouchers=vouchers))
    member.does("survey", "2026-03-01")
    member.buys("2026-03-02", 200, "R1", voucher="tea", voucher_discount=5000)
    assert member.vouchers() == ["cake"]

    member.does("refund", "2026-03-20", of="R1", baht=75)
    assert member.vouchers() == ["cake"]
    member.does("refund", "2026-03-20", of="R1")

    assert member.vouchers() == ["tea"]


# --- what was counted ----------------------------------------------------------------------------------------------------


def test_meters_step_back_and_the_level_stays_until_it_is_looked_at():
    """R50."""
    levels = [{"key": "Silver"}, {"key": "Gold", "reach": {"meter": "spend", "at_least": 100}}]
    for policy, level in (("keep", "Gold"), ("recheck", "Silver")):
        member = Member(program(rule=ONE_A_BAHT, tiers={"levels": levels}, refunds={"level": policy}))
        member.buys("2026-03-02", 100, "R1")
        returned(member, {"baht": 50})
        assert member.level == level
        assert member.state.meters["spend"] == {"L": 5000}


def test_a_limit_has_room_again_after_a_return():
    """R14."""
    member = Member(program(rule={**ONE_A_BAHT, "limits": [{"max": 100, "per": "month"}, {"max": 1000, "shared": True}]}))
    member.buys("2026-03-02", 100, "R1")

    step = member.does("refund", "2026-03-03", of="R1")

    assert step.budget_takes == {"limit:base:1": -100}
    member.buys("2026-03-04", 100)
    assert member.points() == 100


def test_orders_of_the_same_name_from_two_origins_do_not_mix():
    member = Member(program(rule=ONE_A_BAHT))
    member.buys("2026-03-02", 100, "R1", origin="pos")
    member.buys("2026-03-02", 70, "R1", origin="web")

    member.does("refund", "2026-03-05", of="R1", origin="pos")

    assert member.points() == 70


def test_what_the_referrer_got_goes_back_too():
    """R95."""
    running = program(rule={"to": "referrer", "give": {"points": 5, "per": 1}})
    friend, referrer = Member(running), Member(running, number=2)
    friend.state.marks["referred_by"] = str(referrer.state.member_id)
    friend.buys("2026-03-02", 10, "R1")
    friend.does("refund", "2026-03-05", 4, of="R1")
    friend.does("refund", "2026-03-06", of="R1")

    for caused in friend.caused:
        referrer.does(caused.kind, caused.at, of=caused.ref, **caused.fields)

    assert [(caused.kind, caused.fields["points"]) for caused in friend.caused] == [
        ("award", 50),
        ("take_back", 20),
        ("take_back", 30),
    ]
    assert (referrer.points(), referrer.debt()) == (0, 0)
