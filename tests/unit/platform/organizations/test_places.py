"""Where a store is, from whatever people paste, and when it is open."""

from datetime import datetime
from decimal import Decimal

import pytest

from phakdi.kit.errors import Invalid
from phakdi.platform.organizations.core.places import is_open, next_change, read_hours, read_place

SIAM = (Decimal("13.7455"), Decimal("100.5331"))


@pytest.mark.parametrize(
    "text",
    [
        "13.7455, 100.5331",
        "13.7455 100.5331",
        "๑๓.๗๔๕๕, ๑๐๐.๕๓๓๑",
        "geo:13.7455,100.5331?z=17",
        "https://www.google.com/maps/place/Siam/@13.7000,100.4000,17z/data=!3m1!4b1!4m6!3m5!8m2!3d13.7455!4d100.5331",
        "https://www.google.com/maps/@13.7455,100.5331,15z",
        "https://maps.google.com/?q=13.7455,100.5331",
        "https://www.google.co.th/maps/search/?api=1&query=13.7455%2C100.5331",
        "https://www.google.com/maps/dir/?api=1&destination=13.7455,100.5331",
        "https://www.google.com/maps/place/13.7455,100.5331",
    ],
)
def test_a_place_is_read_from_coordinates_and_links(text):
    assert read_place(text) == SIAM


def test_degrees_minutes_and_seconds_are_read_too():
    latitude, longitude = read_place("13°44'43.8\"N 100°31'59.2\"E")

    assert (round(latitude, 4), round(longitude, 4)) == SIAM
    assert read_place("33°51'31\"S 151°12'51\"E")[0] < 0


def test_nothing_written_is_no_place():
    assert read_place("  ") is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("https://maps.app.goo.gl/abc", "place_link_short"),
        ("https://evil.example/maps/@13.7,100.5,15z", "place_unreadable"),
        ("https://www.google.com/maps", "place_unreadable"),
        ("Siam", "place_unreadable"),
        ("13.7455", "place_unreadable"),
        ("https://[::1", "place_unreadable"),
    ],
)
def test_what_tells_no_place_is_refused(text, code):
    with pytest.raises(Invalid) as refusal:
        read_place(text)

    assert (refusal.value.code, refusal.value.details["field"]) == (code, "position")


def test_hours_are_kept_by_weekday_and_empty_days_are_closed():
    assert read_hours({"tue": ("9.00", "18:00"), "mon": ("", ""), "sun": ("๑๐:๐๐", "24:00")}) == {
        "tue": ["09:00", "18:00"],
        "sun": ["10:00", "24:00"],
    }


@pytest.mark.parametrize("times", [("9:00", ""), ("x", "18:00"), ("25:00", "26:00"), ("9:00", "9:00"), ("9:00",)])
def test_hours_that_make_no_sense_name_their_day(times):
    with pytest.raises(Invalid) as refusal:
        read_hours({"mon": times})

    assert (refusal.value.code, refusal.value.details["field"]) == ("hours_unreadable", "mon")


HOURS = {"mon": ["09:00", "18:00"], "fri": ["18:00", "02:00"], "sun": ["10:00", "24:00"]}


@pytest.mark.parametrize(
    ("at", "opened", "changes"),
    [
        ("2026-11-23T08:59", False, "2026-11-23T09:00"),  # Monday
        ("2026-11-23T09:00", True, "2026-11-23T18:00"),
        ("2026-11-23T18:00", False, "2026-11-27T18:00"),
        ("2026-11-27T23:00", True, "2026-11-28T02:00"),  # Friday night
        ("2026-11-28T01:59", True, "2026-11-28T02:00"),
        ("2026-11-28T02:00", False, "2026-11-29T10:00"),
        ("2026-11-29T23:59", True, "2026-11-30T00:00"),  # Sunday until midnight
        ("2026-11-30T00:00", False, "2026-11-30T09:00"),
    ],
)
def test_whether_a_store_is_open_and_until_when(at, opened, changes):
    moment = datetime.fromisoformat(at)

    assert is_open(HOURS, moment) is opened
    assert next_change(HOURS, moment) == datetime.fromisoformat(changes)


def test_a_store_without_hours_never_changes():
    assert not is_open({}, datetime(2026, 11, 23))
    assert next_change({}, datetime(2026, 11, 23)) is None
