"""Calendar arithmetic of programs."""

from datetime import UTC, date, datetime, timedelta

import pytest

from phakdi.loyalty.programs import periods
from phakdi.loyalty.programs.periods import Duration, Window


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90 days", Duration(days=90)),
        ("1 year", Duration(months=12)),
        ("2 weeks", Duration(days=14)),
        ("24 hours", Duration(hours=24)),
        ("1 year and 6 months", Duration(months=18)),
        ("1 month, 10 days", Duration(months=1, days=10)),
    ],
)
def test_a_duration_is_read(text, expected):
    assert periods.parse_duration(text) == expected


@pytest.mark.parametrize("text", ["", "soon", "1 yeer", "-1 day", "1.5 days", "days"])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ValueError, match="write a duration"):
        periods.parse_duration(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("month", Window("month")),
        ("last_year", Window("year", previous=True)),
        ("campaign", Window("lifetime")),
        ("rolling_12_months", Window("rolling", Duration(months=12))),
        ("24 hours", Window("rolling", Duration(hours=24))),
        ("7_days", Window("rolling", Duration(days=7))),
        ("last_30_days", Window("rolling", Duration(days=30))),
    ],
)
def test_a_window_is_read(text, expected):
    assert periods.parse_window(text) == expected


@pytest.mark.parametrize("text", ["moth", "last_lifetime", "last_order", "rolling_12", ""])
def test_what_is_no_window_is_refused(text):
    with pytest.raises(ValueError, match="is no window"):
        periods.parse_window(text)


def test_months_clamp():
    """R24."""
    assert periods.add_months(date(2023, 1, 31), 1) == date(2023, 2, 28)
    assert periods.add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert periods.add_months(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert periods.add_months(date(2024, 1, 15), -2) == date(2023, 11, 15)


@pytest.mark.parametrize(
    ("unit", "last"),
    [
        ("day", date(2024, 5, 15)),
        ("week", date(2024, 5, 19)),
        ("month", date(2024, 5, 31)),
        ("quarter", date(2024, 6, 30)),
        ("half_year", date(2024, 6, 30)),
        ("year", date(2024, 12, 31)),
        ("03-31", date(2025, 3, 31)),
        ("05-15", date(2024, 5, 15)),
    ],
)
def test_a_day_is_rounded_up_to_the_end_of_its_period(unit, last):
    """R25."""
    assert periods.round_up(date(2024, 5, 15), unit) == last


@pytest.mark.parametrize(
    ("unit", "first"),
    [("week", date(2024, 5, 13)), ("month", date(2024, 5, 1)), ("quarter", date(2024, 4, 1)), ("year", date(2024, 1, 1))],
)
def test_a_period_begins(unit, first):
    assert periods.period_start(date(2024, 5, 15), unit) == first


def test_a_yearly_date_exists_in_every_year():
    assert periods.yearly(2023, (2, 29)) == date(2023, 2, 28)
    assert periods.next_yearly(date(2023, 3, 1), (2, 29)) == date(2024, 2, 29)


def test_a_cycle_holds_a_day():
    first = date(2025, 4, 1)

    assert periods.cycle_start(date(2026, 3, 31), first, 12) == first
    assert periods.cycle_start(date(2026, 4, 1), first, 12) == date(2026, 4, 1)
    assert periods.cycle_start(date(2024, 12, 1), first, 12) == date(2024, 4, 1)
    assert periods.cycle_start(date(2025, 3, 30), date(2025, 1, 31), 1) == date(2025, 2, 28)


@pytest.mark.parametrize(
    ("letter", "name"),
    [("L", "L"), ("D", "D2024-12-30"), ("W", "W2025-01"), ("M", "M2024-12"), ("Q", "Q2024-4"), ("H", "H2024-2"), ("Y", "Y2024")],
)
def test_buckets_are_named_by_the_calendar(letter, name):
    assert periods.bucket(letter, date(2024, 12, 30)) == name


@pytest.mark.parametrize(
    ("since", "day", "months"),
    [("2024-01-31", "2024-02-29", 1), ("2024-01-31", "2024-02-28", 0), ("2024-05-10", "2024-05-09", -1)],
)
def test_full_months(since, day, months):
    assert periods.full_months(date.fromisoformat(since), date.fromisoformat(day)) == months


def test_zones_by_name_and_by_offset():
    assert periods.start_of(date(2026, 1, 1), periods.parse_zone("Asia/Bangkok")) == datetime(2025, 12, 31, 17, tzinfo=UTC)
    assert periods.start_of(date(2026, 1, 1), periods.parse_zone("-07:00")) == datetime(2026, 1, 1, 7, tzinfo=UTC)
    assert periods.parse_zone("+05:30").utcoffset(None) == timedelta(hours=5, minutes=30)
    for wrong in ("Bangkok", "+7", "../etc/passwd"):
        with pytest.raises(ValueError, match="is no time zone"):
            periods.parse_zone(wrong)
