"""Levels: reached, kept, lost, and what keeps a member there."""

from datetime import timedelta
from typing import Any

import pytest

from phakdi.loyalty.engine.core import standing_of
from phakdi.loyalty.programs.compiled import CompiledProgram
from tests.unit.loyalty.engine.core.acting import Member, at, program

ONE = timedelta(microseconds=1)
POINTS = {"give": {"points": 1, "per": 1}}


def ladder(window: str = "lifetime", *, gold: Any = None, **tiers: Any) -> CompiledProgram:
    """Return a program of Silver, Gold (from 100 baht of spending over ``window``) and Platinum (from 500)."""
    extra = {"lasts": {"after": "1 year"}} if tiers.pop("lasts", False) else {}
    levels = [
        {"key": "Silver"},
        {"key": "Gold", "reach": {"meter": "spend", "window": window, "at_least": 100}, **extra, **(gold or {})},
        {"key": "Platinum", "reach": {"meter": "spend", "window": window, "at_least": 500}, **extra},
    ]
    return program(rule=POINTS, tiers={"levels": levels, **tiers})


def test_everybody_starts_at_the_first_level_and_rises_at_once_skipping_levels():
    """R53."""
    member = Member(ladder())

    step = member.buys("2026-03-02", 99)
    assert (member.level, step.outcome["level"]) == ("Silver", "Silver")
    member.buys("2026-03-02", 1)
    assert member.level == "Gold"
    other = Member(ladder())
    other.buys("2026-03-02", 700)

    assert other.level == "Platinum"


def test_levels_are_climbed_one_at_a_time_where_the_program_says_so():
    member = Member(ladder(one_at_a_time=True))

    levels = [member.buys("2026-03-02", 700) and member.level, member.buys("2026-03-03", 1) and member.level]

    assert levels == ["Gold", "Platinum"]


def test_an_order_earns_at_the_level_held_before_it():
    """R13."""
    running = program(
        rule={"give": {"points": {"by": "level", "values": {"Silver": 1, "Gold": 2}}, "per": 1}},
        tiers={"levels": [{"key": "Silver"}, {"key": "Gold", "reach": {"meter": "spend", "at_least": 100}}]},
    )
    member = Member(running)

    assert [member.buys("2026-03-02", 100) and member.points(), member.buys("2026-03-03", 10) and member.points()] == [100, 120]


@pytest.mark.parametrize(
    ("upgrade", "starts"),
    [
        ("next_day", "2026-03-03"),
        ("next_month", "2026-04-01"),
        ("next_quarter", "2026-04-01"),
        ("next_half_year", "2026-07-01"),
        ("next_year", "2027-01-01"),
    ],
)
def test_a_rise_may_wait_for_the_next_period(upgrade, starts):
    member = Member(ladder(upgrade=upgrade))

    step = member.buys("2026-03-02", 100)

    assert (member.level, step.due_at) == ("Silver", at(f"{starts} 00:00"))
    member.buys("2026-03-02 15:00", 400)
    member.waits(f"{starts} 00:00")
    assert (member.level, member.state.standing.since) == ("Platinum", at(f"{starts} 00:00"))


def test_one_qualifying_purchase_is_enough():
    running = ladder(gold={"by_purchase": {"meter": "spend", "window": "order", "at_least": 60}})
    member = Member(running)

    member.buys("2026-03-02", 59)
    assert member.level == "Silver"
    member.buys("2026-03-02", 60)

    assert member.level == "Gold"


@pytest.mark.parametrize(
    ("criterion", "level"),
    [
        ({"any": [{"meter": "spend", "at_least": 1000}, {"meter": "orders", "at_least": 2}]}, "Gold"),
        ({"all": [{"meter": "spend", "at_least": 1000}, {"meter": "orders", "at_least": 2}]}, "Silver"),
        ({"meter": "points", "at_least": 150}, "Gold"),
        ({"meter": "points", "more_than": 150}, "Silver"),
        ({"meter": "balance.points", "at_least": 150}, "Gold"),
        ({"meter": "months", "at_least": 12}, "Gold"),
        ({"when": {"member.segments": "vip"}}, "Gold"),
    ],
)
def test_levels_ask_for_many_things(criterion, level):
    member = Member(
        program(rule=POINTS, tiers={"levels": [{"key": "Silver"}, {"key": "Gold", "reach": criterion}]}),
        joined="2025-03-02", segments=frozenset({"vip"}),
    )  # fmt: skip

    member.buys("2026-03-02", 100)
    member.buys("2026-03-03", 50)

    assert member.level == level


def test_points_that_do_not_qualify_leave_the_level_alone():
    rules = [{"key": "base", **POINTS}, {"key": "gift", "give": {"points": 1000}, "qualifying": False}]
    levels = [{"key": "Silver"}, {"key": "Gold", "reach": {"meter": "points", "at_least": 1000}}]
    member = Member(program(earning=rules, tiers={"levels": levels}))

    member.buys("2026-03-02", 100)

    assert (member.points(), member.level) == (1100, "Silver")


# --- ends -------------------------------------------------------------------------------------------------------------


def test_a_level_is_kept_by_what_was_done_in_its_term_and_lost_without():
    running = ladder(gold={"keep": {"meter": "spend", "window": "level_term", "at_least": 50}, "lasts": {"after": "1 year"}})
    member = Member(running)
    member.buys("2026-03-02", 100)
    member.buys("2026-09-02", 50)

    member.waits("2027-03-03")
    assert (member.level, member.state.standing.until) == ("Gold", at("2028-03-04 00:00"))
    member.waits("2028-03-04")

    assert member.level == "Silver"


@pytest.mark.parametrize(
    ("downgrade", "falls_to"), [("none", "Platinum"), ("one_step", "Gold"), ("fit", "Silver"), ("start", "Silver")]
)
def test_what_is_lost_falls(downgrade, falls_to):
    """R54."""
    member = Member(ladder("year", lasts=True, downgrade=downgrade))
    member.buys("2026-03-02", 500)
    assert member.level == "Platinum"

    member.waits("2027-03-03")

    assert member.level == falls_to


def test_fit_finds_the_level_that_is_deserved_now():
    member = Member(ladder("rolling_12_months", lasts=True))
    member.buys("2026-03-02", 500)
    member.buys("2026-09-02", 150)

    member.waits("2027-03-03")

    assert member.level == "Gold"


def test_a_level_that_never_falls_and_one_that_falls_to_a_named_one():
    """R56."""
    forever = Member(ladder("year", gold={"never_downgrade": True, "lasts": {"within": "year"}}))
    named = program(tiers={"levels": [
        {"key": "A"}, {"key": "B"}, {"key": "C", "reach": {"meter": "spend", "window": "year", "at_least": 1}, "lasts": {"within": "year"}, "falls_to": "B"},
    ]})  # fmt: skip
    falling = Member(named)
    for member in (forever, falling):
        member.buys("2026-03-02", 100)
        member.waits("2028-01-01")

    assert (forever.level, falling.level) == ("Gold", "B")


@pytest.mark.parametrize(("round_up", "until"), [(None, "2026-08-25"), ("month", "2026-09-01")])
def test_grace_counts_from_the_disqualification(round_up, until):
    """R55: Gold by balance 250, spends 200 on 25 July: through 24 August, or rounded to 31 August."""
    levels = [{"key": "Bronze"}, {"key": "Gold", "reach": {"meter": "balance.points", "at_least": 250}, "grace": "1 month"}]
    tiers = {"levels": levels, "review": "at_once", **({"grace_round_up": round_up} if round_up else {})}
    member = Member(program(rule=POINTS, tiers=tiers, rewards={"thing": {"cost": {"points": 200}}}))
    member.buys("2026-07-20", 250)
    assert member.level == "Gold"

    member.does("redeem", "2026-07-25", reward="thing")

    assert (member.level, member.state.standing.grace_until) == ("Gold", at(f"{until} 00:00"))
    member.waits(f"{until} 00:00")
    assert member.level == "Bronze"


def test_without_grace_a_level_held_in_real_time_is_lost_at_once_and_grace_ends_when_it_is_earned_again():
    levels = [{"key": "Bronze"}, {"key": "Gold", "reach": {"meter": "balance.points", "at_least": 250}}]
    rewards = {"thing": {"cost": {"points": 200}}}
    strict = Member(program(rule=POINTS, tiers={"levels": levels, "review": "at_once"}, rewards=rewards))
    levels[1]["grace"] = "1 month"
    kind = Member(program(rule=POINTS, tiers={"levels": levels, "review": "at_once"}, rewards=rewards))
    for member in (strict, kind):
        member.buys("2026-07-20", 250)
        member.does("redeem", "2026-07-25", reward="thing")
    assert strict.level == "Bronze"

    kind.buys("2026-08-01", 200)

    assert (kind.level, kind.state.standing.grace_until) == ("Gold", None)


def test_a_rolling_window_in_real_time_is_lost_when_the_day_leaves_it():
    member = Member(ladder("rolling_30_days", review="at_once"))
    member.buys("2026-03-02", 100)

    member.waits("2026-03-31 23:59")
    assert member.level == "Gold"
    member.waits("2026-04-01 00:00")

    assert member.level == "Silver"


def test_review_dates_raise_and_lower():
    running = program(
        tiers={
            "upgrade": "review", "review": "dates", "review_dates": ["01-01", "07-01"], "downgrade": "one_step",
            "levels": [{"key": "A"}, *({"key": key, "reach": {"meter": "spend", "window": "half_year", "at_least": bound}} for key, bound in (("B", 100), ("C", 500)))],
        }
    )  # fmt: skip
    member = Member(running)
    member.buys("2026-03-02", 600)
    assert member.level == "A"

    levels = [member.waits(f"{day} 00:00") and member.level for day in ("2026-07-01", "2027-01-01", "2027-07-01")]

    assert levels == ["C", "B", "A"]


def test_a_level_prolonged_early_runs_from_the_day_it_was_earned_again():
    running = ladder("month", gold={"lasts": {"after": "3 months"}}, prolong="at_once")
    member = Member(running)
    member.buys("2026-03-02", 100)

    member.buys("2026-05-10", 100)

    assert member.state.standing.until == at("2026-08-11 00:00")


def test_an_assigned_level_is_left_alone_until_its_end():
    running = program(
        earning=[{"key": "gift", "on": "survey", "give": {"level": "Gold"}}],
        tiers={"review": "at_once", "levels": [{"key": "Silver"}, {"key": "Gold", "reach": {"meter": "spend", "at_least": 100}, "lasts": {"after": "30 days"}}]},
    )  # fmt: skip
    member = Member(running)
    member.does("survey", "2026-03-02")
    member.buys("2026-03-10", 1)

    member.waits("2026-04-01 23:00")
    assert (member.level, member.state.standing.assigned) == ("Gold", True)
    member.waits("2026-04-02 00:00")

    assert member.level == "Silver"


def test_each_change_is_told_once_and_lets_rules_give():
    """R61."""
    rules = [
        {"key": "hello", "on": "level_up", "when": {"level": "Gold"}, "give": {"points": 50}, "once": "per_level"},
        {"key": "sorry", "on": "level_down", "give": {"points": 5}},
    ]
    levels = [
        {"key": "Silver"},
        {"key": "Gold", "reach": {"meter": "spend", "window": "year", "at_least": 100}, "lasts": {"within": "year"}},
    ]
    member = Member(program(earning=rules, tiers={"levels": levels}))

    topics = [fact.topic for fact in member.buys("2026-03-02", 100).facts]
    topics += [fact.topic for fact in member.waits("2028-01-01").facts]
    topics += [fact.topic for fact in member.buys("2028-03-02", 100).facts]

    assert [topic for topic in topics if topic.startswith("level.")] == [
        "level.upgraded",
        "level.prolonged",
        "level.downgraded",
        "level.upgraded",
    ]
    assert member.points() == 55


# --- what keeps me here (R59) ---------------------------------------------------------------------------------------------


def test_the_view_tells_what_is_missing_to_keep_and_to_rise():
    member = Member(ladder("level_term", lasts=True))
    member.buys("2026-03-02", 100)
    member.buys("2026-03-03", 30)

    view = standing_of(member.state, program=member.program, now=at("2026-04-01"))

    assert (view.level, view.until, view.next_level, view.percent_to_next) == ("Gold", at("2027-03-03 00:00"), "Platinum", 6)
    keep, rise = view.to_retain, view.to_next
    assert keep
    assert (keep.have, keep.need, keep.missing) == (3000, 10000, 7000)
    assert rise
    assert (rise.missing, rise.scale, rise.counted_until) == (47000, 100, view.until)


def test_the_view_is_empty_where_nothing_is_missing():
    member = Member(ladder("year", lasts=True))
    member.buys("2026-03-02", 600)

    view = standing_of(member.state, program=member.program, now=at("2026-04-01"))

    assert (view.level, view.to_retain, view.to_next, view.percent_to_next, view.next_level) == ("Platinum", None, None, 100, "")


def test_the_view_does_not_wait_for_jobs_and_changes_nothing():
    member = Member(ladder("level_term", lasts=True))
    member.buys("2026-03-02", 100)
    before = repr(member.state)

    view = standing_of(member.state, program=member.program, now=at("2027-03-03"))

    assert (view.level, member.level) == ("Silver", "Gold")
    assert repr(member.state) == before


def test_a_level_that_is_no_more_is_left_for_the_one_deserved():
    member = Member(ladder())
    member.buys("2026-03-02", 600)
    assert member.level == "Platinum"
    member.program = program(
        rule=POINTS, tiers={"levels": [{"key": "Basic"}, {"key": "Silver", "reach": {"meter": "spend", "at_least": 50}}]}
    )

    member.buys("2026-03-03", 1)

    assert member.level == "Silver"


@pytest.mark.parametrize(
    ("criterion", "day"),
    [
        ({"meter": "months", "at_least": 12}, "2027-03-02"),
        ({"meter": "days", "more_than": 30}, "2026-04-02"),
        ({"all": [{"meter": "months", "at_least": 3}, {"meter": "spend", "window": "last_year", "at_least": 100}]}, "2027-01-01"),
        ({"meter": "spend", "window": "last_month", "at_least": 100}, "2026-04-01"),
    ],
)
def test_time_alone_raises_a_level(criterion, day):
    running = program(tiers={"levels": [{"key": "Silver"}, {"key": "Gold", "reach": criterion}]})
    member = Member(running, joined="2026-03-02")
    member.buys("2026-03-02", 100)

    member.waits(at(f"{day} 00:00") - ONE)
    assert member.level == "Silver"
    member.waits(f"{day} 00:00")

    assert (member.level, member.state.standing.since) == ("Gold", at(f"{day} 00:00"))


def test_days_with_an_activity_are_counted_once_each():
    running = program(
        rule={
            "when": {"active_days.rolling_7_days": {"at_least": 2}},
            "give": {"points": 10},
            "limits": [{"max": 1, "of": "uses", "per": "week"}],
        }
    )
    member = Member(running)

    for moment in ("2026-03-02 09:00", "2026-03-02 18:00", "2026-03-03 09:00", "2026-03-04 09:00"):
        member.buys(moment, 1)

    assert [entry.effective_at for entry in member.entries] == [at("2026-03-04 09:00")]


@pytest.mark.parametrize(
    ("window", "due"), [("lifetime", None), ("month", "2026-04-01"), ("year", "2027-01-01"), ("rolling_30_days", "2026-03-03")]
)
def test_a_level_held_in_real_time_is_looked_at_when_time_may_lose_it(window, due):
    step = Member(ladder(window, review="at_once")).buys("2026-03-02", 100)

    assert step.due_at == (at(f"{due} 00:00") if due else None)
