"""The passing of time: what waits, what ends, what the calendar gives, what happens by itself."""

from datetime import date
from typing import Any

import pytest

from phakdi.kit.errors import Rejected
from tests.unit.loyalty.engine.core.acting import Member, at, program

GIVE = {"give": {"points": 1, "per": 1}}


def earned(
    expires: Any, when: str = "2026-03-02", *, joined: str | None = None, **document: Any
) -> list[tuple[int, date | None]]:
    """Return the last valid days of 100 points earned under an expiry policy."""
    member = Member(
        program(units={"points": {"expires": expires}}, rule=GIVE, **document), joined=joined, birthday=date(1990, 5, 14)
    )
    member.buys(when, 100)
    return member.last_days()


# --- expiry (R23-R29) ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expires", "when", "last"),
    [
        ({"after": "90 days"}, "2024-01-10", "2024-04-09"),
        ({"after": "1 year", "last_day": "before"}, "2024-08-01", "2025-07-31"),
        ({"after": "1 month"}, "2026-01-31", "2026-02-28"),
        ({"after": "0 months"}, "2026-03-02", "2026-03-02"),
        ({"after": "12 months", "round_up": "month"}, "2020-07-06", "2021-07-31"),
        ({"after": "1 year", "round_up": "year"}, "2026-01-01", "2027-12-31"),
        ({"after": "1 year", "round_up": "year"}, "2026-12-31", "2027-12-31"),
        ({"after": "3 months", "round_up": "quarter"}, "2026-03-02", "2026-06-30"),
        ({"after": "1 month", "round_up": "half_year"}, "2026-06-02", "2026-12-31"),
        ({"after": "1 month", "round_up": "09-30"}, "2026-03-02", "2026-09-30"),
        ({"on": "12-31"}, "2026-12-31", "2026-12-31"),
        ({"on": ["06-30", "12-31"]}, "2026-07-01", "2026-12-31"),
        ({"on": "12-31", "carry_over_from": "10-01"}, "2026-09-30", "2026-12-31"),
        ({"on": "12-31", "carry_over_from": "10-01"}, "2026-10-01", "2027-12-31"),
        ({"on": "03-31", "carry_over_from": "10-01"}, "2026-11-05", "2028-03-31"),
        ({"on": "03-31", "carry_over_from": "10-01"}, "2026-09-05", "2027-03-31"),
        ({"at": "2026-12-31"}, "2026-03-02", "2026-12-31"),
        ({"within": "month"}, "2026-03-02", "2026-03-31"),
        ({"within": "quarter"}, "2026-04-02", "2026-06-30"),
        ({"within": "birthday"}, "2026-03-02", "2026-05-14"),
        ({"within": "birth_month"}, "2026-06-02", "2027-05-31"),
        ([{"after": "1 year"}, {"on": ["03-31", "09-30"]}], "2026-04-01", "2026-09-30"),
    ],
)
def test_points_are_valid_through_their_last_day(expires, when, last):
    assert earned(expires, when) == [(100, date.fromisoformat(last))]


def test_points_end_with_the_cycle_of_the_program():
    found = earned({"cycle": True}, "2026-05-02", cycle={"start": "2024-04-01", "every": "1 year"})

    assert found == [(100, date(2027, 3, 31))]


@pytest.mark.parametrize(
    ("counted_from", "last"), [("joined", "2027-02-01"), ("earned", "2027-03-02"), ("first_earned", "2027-03-02")]
)
def test_an_end_is_counted_from_another_day(counted_from, last):
    assert earned({"after": "1 year", "counted_from": counted_from}, joined="2026-02-01") == [(100, date.fromisoformat(last))]


def test_all_points_end_with_the_clock_of_the_first_ones():
    running = program(
        units={"points": {"expires": {"after": "2 years", "round_up": "year", "counted_from": "first_earned"}}}, rule=GIVE
    )
    member = Member(running)

    member.buys("2017-06-15", 100)
    member.buys("2018-06-15", 50)

    assert member.last_days() == [(100, date(2019, 12, 31)), (50, date(2019, 12, 31))]


def test_points_of_hours_end_to_the_minute():
    member = Member(program(units={"points": {"expires": {"after": "24 hours"}}}, rule=GIVE))
    member.buys("2026-03-02 10:30", 100)

    assert member.waits("2026-03-03 10:29").entries == []
    assert member.waits("2026-03-03 10:30").state.wallets["points"].active == 0


def test_points_lapse_at_midnight_of_the_program():
    """R23."""
    member = Member(program(units={"points": {"expires": {"after": "30 days"}}}, rule=GIVE))
    member.buys("2026-03-02", 100)

    member.waits("2026-04-01 23:59:59")
    assert member.points() == 100
    step = member.waits("2026-04-02 00:00")

    assert (member.points(), member.state.wallets["points"].expired) == (0, 100)
    assert [(entry.kind, entry.effective_at) for entry in step.entries] == [("EXPIRE", at("2026-04-02 00:00"))]


def test_an_activity_moves_all_points_on():
    """R28: 500 of 1 January 2021, 100 on 31 December 2021: 600 until the end of December 2022."""
    running = program(units={"points": {"expires": {"after": "1 year", "extended_by": ["purchase"]}}}, rule=GIVE)
    member = Member(running)
    member.buys("2021-01-01", 500)

    member.buys("2021-12-31", 100)

    assert member.last_days() == [(500, date(2022, 12, 31)), (100, date(2022, 12, 31))]


@pytest.mark.parametrize(
    ("named", "moves"), [("any", True), ("earn", False), ("spend", False), ("visit", True), ("purchase", False)]
)
def test_activities_may_be_named_in_general(named, moves):
    member = Member(program(units={"points": {"expires": {"after": "1 year", "extended_by": [named]}}}, rule=GIVE))
    member.buys("2026-01-01", 100)

    member.does("visit", "2026-06-01")

    assert member.last_days() == [(100, date(2027, 6, 1) if moves else date(2027, 1, 1))]


def test_what_moves_points_on_never_shortens_them_and_leaves_absolute_ends_alone():
    running = program(
        units={"points": {"expires": [{"after": "2 years"}, {"after": "1 year", "extended_by": ["visit"]}]}}, rule=GIVE
    )
    member = Member(running)
    member.buys("2024-01-01", 100)

    member.does("visit", "2024-12-01")
    member.does("visit", "2025-11-01")

    assert member.last_days() == [(100, date(2026, 1, 1))]


def test_an_end_by_level():
    running = program(
        units={"points": {"expires": {"after": "1 year", "by_level": {"Gold": "never"}}}},
        rule=GIVE,
        tiers={"levels": [{"key": "Silver"}, {"key": "Gold", "reach": {"meter": "spend", "at_least": 100}}]},
    )
    member = Member(running)
    member.buys("2026-03-02", 100)

    member.buys("2026-03-03", 50)

    assert member.last_days() == [(100, date(2027, 3, 2)), (50, None)]


def test_points_are_lost_on_an_activity():
    running = program(units={"points": {"lost_on": "level_down"}, "other": {}}, rule=GIVE, tiers={
        "levels": [{"key": "Silver"}, {"key": "Gold", "reach": {"meter": "spend", "window": "year", "at_least": 100}, "lasts": {"within": "year"}}]
    })  # fmt: skip
    member = Member(running)
    member.buys("2026-03-02", 100)

    member.waits("2027-01-01")
    assert (member.level, member.points()) == ("Gold", 100)
    member.waits("2028-01-01")

    assert (member.level, member.points()) == ("Silver", 0)


# --- waiting (R17-R21) ----------------------------------------------------------------------------------------------------


def test_the_clock_of_points_that_wait_starts_when_they_come():
    """R18: earned 1 January, 14 days pending, valid 30 days from 15 January 00:00."""
    running = program(units={"points": {"pending": {"after": "14 days"}, "expires": {"after": "30 days"}}}, rule=GIVE)
    member = Member(running)
    member.buys("2026-01-01", 100)
    assert (member.points(), member.pending()) == (0, 100)

    member.waits("2026-01-14 23:59:59")
    assert member.points() == 0
    member.waits("2026-01-15 00:00")

    assert (member.points(), member.pending(), member.moved()) == (100, 0, [("ACTIVATE", 100)])
    assert member.last_days() == [(100, date(2026, 2, 14))]


@pytest.mark.parametrize(
    ("pending", "comes"),
    [
        ({"after": "1 day"}, "2026-03-03 00:00"),
        ({"after": "1 day", "round": "none"}, "2026-03-03 12:00"),
        ({"after": "1 day", "round": "day_end"}, "2026-03-04 00:00"),
        ({"after": "36 hours"}, "2026-03-04 00:00"),
        ({"after": "1 day", "round": "week_end"}, "2026-03-09 00:00"),
        ({"after": "0 days", "round": "month_end"}, "2026-04-01 00:00"),
        ({"after": "1 month", "round": "quarter_end"}, "2026-07-01 00:00"),
        ({"on": "04-15"}, "2026-04-15 00:00"),
    ],
)
def test_points_wait_until(pending, comes):
    member = Member(program(units={"points": {"pending": pending}}, rule=GIVE))

    step = member.buys("2026-03-02", 100)

    assert step.due_at == at(comes)
    assert member.waits(comes).state.wallets["points"].active == 100


def test_points_wait_for_a_delivery_and_a_day():
    running = program(
        units={"points": {"pending": {"when": {"channel": "online"}, "until": "deliver", "after": "1 day"}}}, rule=GIVE
    )
    member = Member(running)
    member.buys("2026-03-01", 100, "o1", channel="online")
    member.buys("2026-03-01", 50, "o2", channel="store")
    assert (member.points(), member.pending()) == (50, 100)

    member.does("deliver", "2026-03-05", of="o1")
    assert member.points() == 50
    member.does("deliver", "2026-03-05 18:00", of="o1")

    assert member.waits("2026-03-06 00:00").state.wallets["points"].active == 150


def test_a_delivery_of_an_unknown_order_is_refused():
    member = Member(program(units={"points": {"pending": {"until": "deliver"}}}, rule=GIVE))

    with pytest.raises(Rejected) as refused:
        member.does("deliver", "2026-03-05", of="o1")

    assert refused.value.code == "order_unknown"


def test_what_never_came_true_is_cancelled_and_not_expired():
    """R21."""
    member = Member(program(units={"points": {"pending": {"until": "deliver", "cancel_after": "30 days"}}}, rule=GIVE))
    member.buys("2026-03-01", 100, "o1")

    member.waits("2026-04-01")

    assert (member.points(), member.pending(), member.moved()) == (0, 0, [("CANCEL", 100)])
    assert member.state.wallets["points"].expired == 0


# --- late and in between ---------------------------------------------------------------------------------------------------------


def test_a_late_report_keeps_its_own_time():
    """R15."""
    running = program(units={"points": {"expires": {"after": "30 days"}}}, rule={**GIVE, "limits": [{"max": 100, "per": "day"}]})
    member = Member(running)
    member.buys("2026-03-20", 80)

    member.buys("2026-03-10", 100, now=at("2026-03-21"))

    assert member.points() == 180
    assert member.last_days() == [(80, date(2026, 4, 19)), (100, date(2026, 4, 9))]


def test_a_report_so_late_that_its_points_have_ended_books_both():
    member = Member(program(units={"points": {"expires": {"after": "5 days"}}}, rule=GIVE))

    member.buys("2026-03-02", 100, now=at("2026-03-20"))

    assert member.moved() == [("EARN", 100), ("EXPIRE", 100)]
    assert member.points() == 0


# --- the calendar's own activities -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "days"),
    [
        ("birthday", ["2026-05-14", "2027-05-14"]),
        ("birth_month", ["2026-05-01", "2027-05-01"]),
        ("year_start", ["2027-01-01", "2028-01-01"]),
        ("half_year_start", ["2026-07-01", "2027-01-01"]),
        ("quarter_start", ["2026-04-01", "2026-07-01"]),
        ("month_start", ["2026-04-01", "2026-05-01"]),
        ("week_start", ["2026-03-09", "2026-03-16"]),
        ("day_start", ["2026-03-03", "2026-03-04"]),
        ("join_anniversary", ["2027-03-02", "2028-03-02"]),
    ],
)
def test_the_calendar_lets_rules_give(kind, days):
    running = program(rule={"on": kind, "give": {"points": 5}})
    member = Member(running, joined="2026-03-02", birthday=date(1990, 5, 14))
    step = member.does("visit", "2026-03-02")

    for day, points in zip(days, (5, 10), strict=True):
        assert step.due_at == at(f"{day} 00:00")
        step = member.waits(f"{day} 00:00")
        assert member.points() == points


def test_a_birthday_in_february_of_a_leap_year_is_kept_every_year():
    member = Member(program(rule={"on": "birthday", "give": {"points": 5}}), birthday=date(2000, 2, 29))
    member.does("visit", "2026-01-01")

    member.waits("2029-01-01")

    assert [entry.effective_at for entry in member.entries] == [
        at(f"{day} 00:00") for day in ("2026-02-28", "2027-02-28", "2028-02-29")
    ]


def test_who_joins_in_the_month_of_birth_is_not_passed_over():
    member = Member(program(rule={"on": "birth_month", "give": {"points": 5}}), birthday=date(1990, 5, 14))

    member.does("join", "2026-05-20")

    assert member.points() == 5


# --- what happens by itself ---------------------------------------------------------------------------------------------------

TEN = {"stamps": {"kind": "stamps", "auto": {"every": 10, "voucher": "tea", "when": "at_once"}}}
TEA = {"tea": {"item": "tea"}}


def test_every_ten_turn_into_a_voucher():
    member = Member(program(units=TEN, vouchers=TEA, rule=GIVE))

    member.buys("2026-03-02", 23)

    assert (member.points("stamps"), member.vouchers()) == (3, ["tea", "tea"])


def test_turning_waits_for_the_end_of_the_day():
    units = {"stamps": {"kind": "stamps", "auto": {"every": 10, "voucher": "tea", "when": "day_end"}}}
    member = Member(program(units=units, vouchers=TEA, rule=GIVE))

    step = member.buys("2026-03-02", 12)

    assert (member.points("stamps"), step.due_at) == (12, at("2026-03-03 00:00"))
    member.waits("2026-03-03 00:00")
    assert (member.points("stamps"), member.vouchers()) == (2, ["tea"])


def test_turning_stops_after_so_many_a_day():
    """R72."""
    member = Member(program(units=TEN, vouchers=TEA, rule=GIVE))

    step = member.buys("2026-03-02", 200)

    assert len(member.vouchers()) == 10
    assert [fact.topic for fact in step.facts].count("auto.blocked") == 1
    member.buys("2026-03-03", 1)
    assert len(member.vouchers()) == 20


@pytest.mark.parametrize(("surplus", "left"), [("carry", 2), ("lost", 0)])
def test_a_stamp_card_opens_its_places(surplus, left):
    """R81: 9 of 10 plus 3: the reward, and 2 on the next card."""
    card = {"size": 10, "milestones": [{"at": 5, "voucher": "cookie"}, {"at": 10, "voucher": "tea"}], "surplus": surplus}
    member = Member(
        program(units={"stamps": {"kind": "stamps", "card": card}}, vouchers={**TEA, "cookie": {"item": "cookie"}}, rule=GIVE)
    )
    member.buys("2026-03-02", 9)
    assert (member.points("stamps"), member.vouchers()) == (9, ["cookie"])

    member.buys("2026-03-03", 3)

    assert (member.points("stamps"), member.vouchers()) == (left, ["cookie", "tea"])


def test_rules_that_make_one_another_happen_without_end_are_stopped():
    flip = [
        {"key": "up", "on": ["purchase", "level_down"], "give": {"level": "Gold"}},
        {"key": "down", "on": "level_up", "give": {"level": "Silver"}},
    ]
    member = Member(program(earning=flip, tiers={"levels": [{"key": "Silver"}, {"key": "Gold"}]}))

    member.buys("2026-03-02", 1)

    assert member.why("") == (False, "endless")


def test_what_the_calendar_brings_is_no_day_with_an_activity():
    running = program(
        earning=[
            {"key": "gift", "on": "birthday", "give": {"points": 5}},
            {"key": "busy", "when": {"active_days.lifetime": 1}, "give": {"points": 100}},
        ]
    )
    member = Member(running, birthday=date(1990, 3, 3))
    member.buys("2026-03-02", 1, "R1")
    member.waits("2026-03-04")
    member.does("refund", "2026-03-05", of="R1")

    member.buys("2026-03-06", 1)

    assert member.points() == 105
