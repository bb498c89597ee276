"""Earning: what rules give, together and within their limits, and why the others do not."""

import pytest

from phakdi.kit.errors import Rejected
from phakdi.loyalty.engine.core.state import Line
from tests.unit.loyalty.engine.core.acting import Member, lines, program

DAY = "2026-03-02"  # a Monday


def bought(baht: float, **document: object) -> int:
    """Return what a purchase earns under a program with one rule."""
    member = Member(program(**document))
    member.buys(DAY, baht)
    return member.points()


@pytest.mark.parametrize(
    ("give", "baht", "points"),
    [
        ({"points": 1, "per": 25}, 880, 35),
        ({"points": 1, "per": 25, "rounding": "ceil"}, 880, 36),
        ({"points": 1, "per": 25, "rounding": "half_up"}, 888, 36),
        ({"points": 3, "per": 100}, 250, 6),
        ({"points": 3, "per": 100, "proportional": True}, 250, 7),
        ({"points": 3, "per": 100, "proportional": True, "rounding": "half_up"}, 250, 8),
        ({"points": "1.2", "per": 1}, 50, 60),
        ({"percent": 3}, 999, 29),
        ({"percent": 3, "rounding": "half_up"}, 999, 30),
        ({"points": 100}, 5, 100),
        ({"points": 1, "per": 1, "from_above": 500}, 620, 120),
        ({"points": 1, "per": 1, "from_above": 500}, 400, 0),
        ({"points": 1, "per": 1, "at_most": 50}, 400, 50),
        ({"points": 1, "per": "0.25"}, 10, 40),
    ],
)
def test_a_give_makes_points_of_an_amount(give, baht, points):
    assert bought(baht, rule={"give": give}) == points


def test_points_by_level_and_by_band():
    by_amount = {"by": "amount", "bands": {0: 1, 1000: 2, 5000: 3}}

    assert [bought(baht, rule={"give": {"points": by_amount, "per": 100}}) for baht in (900, 1000, 5000)] == [9, 20, 150]


def test_each_line_is_rounded_by_itself():
    member = Member(program(rule={"give": {"points": 1, "per": 25, "each_line": True}}))

    member.buys(DAY, 80, lines=lines(40, 40))

    assert member.points() == 2


def test_litres_are_cut_to_whole_ones_before_they_are_divided():
    member = Member(
        program(rule={"lines": {"category": "diesel"}, "give": {"points": 1, "per": 4, "of": "litres", "whole": "floor"}})
    )

    member.buys(DAY, 1400, lines=(Line("1", 140000, category="diesel", fields={"litres": 47900}),))

    assert member.points() == 11


def test_a_line_in_several_collections_counts_once():
    """R7."""
    either = {"any": [{"category": "tea"}, {"amount": {"at_least": 50}}]}
    member = Member(program(rule={"lines": either, "give": {"points": 1, "per": 10}}))

    member.buys(DAY, 100, lines=lines(tea=60, cake=40))

    assert member.points() == 6


# --- base (R5) ----------------------------------------------------------------------------------------------------------


def test_discounts_are_taken_off_and_spread_over_the_lines():
    member = Member(program(rule={"lines": {"category": "tea"}, "give": {"points": 1, "per": 1}}))

    member.buys(DAY, 100, lines=lines(tea=60, cake=40), discount=1000, other_discount=500)

    assert member.points() == 51


@pytest.mark.parametrize(
    ("base", "points"),
    [({}, 65), ({"points_paid": "include"}, 75), ({"tax": "exclude"}, 58), ({"discounts": "include", "shipping": "include"}, 90)],
)
def test_a_base_says_what_earns(base, points):
    running = program(base=base, rule={"give": {"points": 1, "per": 1}})
    member = Member(running)

    member.buys(DAY, 100, discount=2000, delivery_fee=500, points_value=1000, tax=700)

    assert member.points() == points


# --- together ------------------------------------------------------------------------------------------------------------

BASE = {"key": "base", "give": {"points": 1, "per": 1}}
TWICE = {"key": "twice", "give": {"multiply": 2}}
FIVE = {"key": "five", "give": {"multiply": 5}}


@pytest.mark.parametrize(("mode", "points"), [("compound", 100), ("additive", 70), ("highest", 50)])
def test_multipliers_stack(mode, points):
    """R10: 2x and 5x are 10x, 7x or 5x."""
    assert bought(10, earning=[BASE, TWICE, FIVE], stacking={"multipliers": mode}) == points


@pytest.mark.parametrize(("baht", "points"), [(4, 6), (5, 7)])
def test_fractions_are_dropped_once_after_the_multipliers(baht, points):
    """R3."""
    assert bought(baht, earning=[BASE, {"key": "more", "give": {"multiply": "1.5"}}]) == points


def test_a_multiplier_of_some_lines_raises_only_those():
    double_tea = {"key": "tea", "lines": {"category": "tea"}, "give": {"multiply": 2}}
    member = Member(program(earning=[BASE, double_tea]))

    member.buys(DAY, 100, lines=lines(tea=60, cake=40))

    assert member.points() == 160


def test_a_multiplier_names_its_rules_and_says_so_when_it_finds_none():
    welcome = {"key": "welcome", "on": "join", "give": {"points": 100}}
    only_welcome = {"key": "more", "on": ["purchase", "join"], "give": {"multiply": 2, "rules": "welcome"}}
    member = Member(program(earning=[BASE, welcome, only_welcome]))

    member.buys(DAY, 10)

    assert member.points() == 10
    assert member.why("more") == (False, "nothing_to_multiply")


def test_a_promotional_multiplier_makes_points_of_their_own():
    promotional = {"key": "double", "give": {"multiply": 2}, "bonus": True}
    member = Member(
        program(
            earning=[BASE, promotional], units={"points": {"expires": {"after": "1 year", "for_bonus": {"after": "30 days"}}}}
        )
    )

    member.buys(DAY, 10)

    assert [(lot.granted, lot.is_bonus, lot.rule) for lot in member.lots.values()] == [(10, False, "base"), (10, True, "double")]
    assert member.waits("2026-04-02").state.wallets["points"].active == 10


@pytest.mark.parametrize(("mode", "points"), [("first", 10), ("highest", 50), ("lowest", 5)])
def test_of_one_group_one_rule_gives(mode, points):
    """R8."""
    rules = [
        {**BASE, "group": "g"},
        {"key": "b", "give": {"points": 5}, "group": "g"},
        {"key": "c", "give": {"points": 50}, "group": "g"},
    ]

    assert bought(10, earning=rules, stacking={"groups": mode}) == points


def test_what_is_left_of_a_step_waits_where_it_is_carried():
    """R4."""
    for carry, expected in ((True, [0, 1]), (False, [0, 0])):
        member = Member(program(rule={"give": {"points": 1, "per": 50}, "carry": carry}))
        assert [member.buys(f"2026-03-0{day}", baht) and member.points() for day, baht in ((1, 30), (2, 20))] == expected


# --- limits ---------------------------------------------------------------------------------------------------------------


def test_a_cap_cuts_what_is_over_and_says_so():
    """R11: cap 100, used 80, earn 50: 20."""
    member = Member(program(rule={"give": {"points": 1, "per": 1}, "limits": [{"max": 100, "per": "day"}]}))
    member.buys(DAY, 80)

    member.buys(DAY, 50)

    assert member.points() == 100
    assert member.why() == (True, "cut")
    member.buys("2026-03-03", 50)
    assert member.points() == 150


def test_a_cap_that_rejects_gives_nothing_of_what_is_over():
    member = Member(program(rule={"give": {"points": 1, "per": 1}, "limits": [{"max": 100, "per": "day", "over": "reject"}]}))
    member.buys(DAY, 80)

    member.buys(DAY, 50)

    assert member.points() == 80
    assert member.why() == (False, "limit_reached")


@pytest.mark.parametrize(
    ("window", "days", "points"),
    [
        ("day", ["2026-03-02 01:00", "2026-03-02 23:00", "2026-03-03 00:00"], 20),
        ("week", ["2026-03-08", "2026-03-09", "2026-03-15"], 20),
        ("month", ["2026-03-31 23:59", "2026-04-01 00:00", "2026-04-30"], 20),
        ("quarter", ["2026-03-31", "2026-04-01", "2026-06-30"], 20),
        ("half_year", ["2026-01-01", "2026-06-30", "2026-07-01"], 20),
        ("year", ["2026-01-01", "2026-12-31", "2027-01-01"], 20),
        ("lifetime", ["2026-01-01", "2027-01-01", "2030-01-01"], 10),
        ("24 hours", ["2026-03-02 10:00", "2026-03-03 09:59", "2026-03-03 10:00"], 20),
        ("7 days", ["2026-03-02", "2026-03-08", "2026-03-09"], 20),
        ("membership_year", ["2026-02-01", "2026-02-14", "2026-02-15"], 20),
    ],
)
def test_a_limit_counts_in_its_window(window, days, points):
    member = Member(
        program(rule={"give": {"points": 10}, "limits": [{"max": 1, "of": "uses", "per": window}]}), joined="2025-02-15"
    )

    for day in days:
        member.buys(day, 1)

    assert member.points() == points


def test_a_shared_budget_is_taken_and_then_empty():
    member = Member(program(rule={"give": {"points": 60}, "limits": [{"max": 100, "shared": True}]}))

    takes = [dict(member.buys(DAY, 1).budget_takes) for _ in range(3)]

    assert takes == [{"limit:base:0": 60}, {"limit:base:0": 40}, {}]
    assert member.points() == 100


def test_a_balance_cap_counts_what_waits():
    """R12."""
    member = Member(
        program(units={"points": {"balance_cap": 100, "pending": {"after": "7 days"}}}, rule={"give": {"points": 1, "per": 1}})
    )
    member.buys(DAY, 70)

    member.buys(DAY, 70)

    assert member.pending() == 100


def test_once_only_rules():
    rules = [
        {"key": "ever", "give": {"points": 1}, "once": "ever"},
        {"key": "yearly", "give": {"points": 10}, "once": "per_year"},
    ]
    member = Member(program(earning=rules))

    for day in ("2026-03-01", "2026-03-02", "2027-03-01"):
        member.buys(day, 1)

    assert member.points() == 21


# --- who and when -------------------------------------------------------------------------------------------------------------


def test_conditions_see_the_state_before_the_activity():
    member = Member(program(rule={"when": {"orders.day": 0}, "give": {"points": 10}}))

    for moment in ("2026-03-02 09:00", "2026-03-02 10:00", "2026-03-03 09:00"):
        member.buys(moment, 1)

    assert member.points() == 20


def test_a_rule_runs_through_its_last_day():
    running = program(rule={"starts": "2026-03-02", "ends": "2026-03-03", "give": {"points": 1}})
    member = Member(running)

    for moment in ("2026-03-01 23:59", "2026-03-02 00:00", "2026-03-03 23:59", "2026-03-04 00:00"):
        member.buys(moment, 1)

    assert member.points() == 2
    assert member.why() == (False, "ended")


@pytest.mark.parametrize(("status", "points"), [("ACTIVE", 10), ("SHADOW", 10), ("FROZEN", 0), ("CLOSED", 0), ("MERGED", 0)])
def test_stopped_members_earn_nothing_and_shadows_do(status, points):
    """R125, R16."""
    member = Member(program(earning=[BASE]), status=status)

    member.buys(DAY, 10)

    assert member.points() == points


def test_what_goes_to_the_referrer_is_caused():
    running = program(rule={"on": "purchase", "to": "referrer", "give": {"points": 5, "per": 1}})
    friend, referrer = Member(running), Member(running, number=2)
    friend.buys(DAY, 10)
    assert friend.why() == (False, "no_referrer")
    friend.state.marks["referred_by"] = str(referrer.state.member_id)

    friend.buys(DAY, 10)

    (caused,) = friend.caused
    assert (caused.member_id, caused.kind, caused.fields["points"], caused.fields["rule"]) == (
        referrer.state.member_id,
        "award",
        50,
        "base",
    )
    assert friend.points() == 0


def test_a_rule_gives_vouchers_for_steps_and_carries_the_rest():
    running = program(
        rule={"give": {"voucher": "tea", "per": 100}, "carry": True},
        vouchers={"tea": {"item": "tea", "valid": {"after": "30 days"}}},
    )
    member = Member(running)

    member.buys(DAY, 250)
    member.buys(DAY, 50)

    assert member.vouchers() == ["tea", "tea", "tea"]
    assert member.waits("2026-04-02").state and member.vouchers() == []


def test_a_voucher_may_start_later_and_only_one_of_a_choice_may_be_had():
    running = program(
        rule={"give": {"voucher": "later"}},
        vouchers={"later": {"amount": 50, "starts": "next_month", "valid": {"within": "month"}}},
    )
    member = Member(running)

    (voucher,) = member.buys(DAY, 1).new_vouchers

    assert (voucher.starts_at.isoformat(), voucher.expires_at.isoformat(), voucher.value_minor) == (
        "2026-03-31T17:00:00+00:00", "2026-04-30T17:00:00+00:00", 5000,
    )  # fmt: skip


def test_attributes_that_a_rule_sets_can_be_asked_for():
    rules = [{"key": "set", "on": "survey", "give": {"set": {"taste": "sweet"}}}, {**BASE, "when": {"member.taste": "sweet"}}]
    member = Member(program(earning=rules, attributes={"taste": "text"}))
    member.buys(DAY, 10)
    member.does("survey", DAY)

    member.buys(DAY, 10)

    assert member.points() == 10


def test_a_kind_may_be_refused_or_ask_for_something():
    running = program(
        activities={
            "survey": {"requires": {"channel": "app"}, "limits": [{"max": 1, "of": "uses", "per": "day"}]},
            "visit": {"refused": True},
        },
        rule={"on": "survey", "give": {"points": 5}},
    )
    member = Member(running)

    def refusal(kind: str, **more: str) -> str:
        with pytest.raises(Rejected) as refused:
            member.does(kind, DAY, **more)
        return refused.value.code

    assert [refusal("visit"), refusal("survey")] == ["kind_refused", "requirement_not_met"]
    member.does("survey", DAY, channel="app")
    assert refusal("survey", channel="app") == "limit_reached"
    assert member.points() == 5


def test_a_refusal_leaves_the_state_as_it_was():
    member = Member(program(earning=[BASE], units={"points": {"expires": {"after": "1 day"}}}))
    member.buys(DAY, 10)
    before = repr(member.state)

    with pytest.raises(Rejected):
        member.does("refund", "2026-03-09", of="unknown")

    assert repr(member.state) == before


def test_what_is_told_names_the_balance_and_the_level():
    step = Member(program(earning=[BASE], tiers={"levels": [{"key": "Silver"}]})).buys(DAY, 10)

    assert step.outcome == {"earned": {"points": 10}, "balances": {"points": 10}, "level": "Silver"}
    assert [(fact.topic, fact.data["points"]) for fact in step.facts] == [("points.earned", 10)]


def test_rules_that_share_a_limit_take_of_it_in_turn():
    rules = [
        {"key": kind, "lines": {"category": kind}, "give": {"points": 1, "per": 1}, "limits": ["bill"]}
        for kind in ("tea", "cake")
    ]
    member = Member(program(limits={"bill": {"max": 100, "of": "amount", "per": "order"}}, earning=rules))

    member.buys(DAY, 140, lines=lines(tea=80, cake=60))

    assert [entry.points for entry in member.entries] == [80, 20]


def test_the_gives_of_one_rule_share_its_limit():
    member = Member(program(rule={"give": [{"points": 80}, {"points": 60}], "limits": [{"max": 100, "per": "day"}]}))

    member.buys(DAY, 1)

    assert [entry.points for entry in member.entries] == [80, 20]


def test_a_rule_that_gives_a_level_does_not_change_what_the_others_give():
    rules = [
        {"key": "rise", "give": {"level": "Gold"}},
        {"key": "base", "give": {"points": {"by": "level", "values": {"Silver": 1, "Gold": 5}}, "per": 1}},
    ]
    member = Member(program(earning=rules, tiers={"levels": [{"key": "Silver"}, {"key": "Gold"}]}))

    member.buys(DAY, 10)

    assert (member.points(), member.level) == (10, "Gold")
