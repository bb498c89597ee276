"""Thai readers see the Buddhist era; what they write is understood."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phakdi.kit.errors import Invalid
from phakdi.kit.thai import format_date, format_datetime, month_names, parse_date

DAY = date(2026, 11, 24)
BANGKOK = ZoneInfo("Asia/Bangkok")


@pytest.mark.parametrize(
    ("style", "thai", "english"),
    [
        ("short", "24/11/2569", "24/11/2026"),
        ("medium", "24 พ.ย. 2569", "24 Nov 2026"),
        ("long", "24 พฤศจิกายน 2569", "24 November 2026"),
        ("full", "วันอังคารที่ 24 พฤศจิกายน 2569", "Tuesday, 24 November 2026"),
    ],
)
def test_format_date_in_each_style_speaks_both_languages(style: str, thai: str, english: str) -> None:
    assert (format_date(DAY, "th", style), format_date(DAY, "en", style)) == (thai, english)  # type: ignore[arg-type]


def test_format_datetime_shows_the_day_of_the_zone() -> None:
    moment = datetime(2026, 12, 31, 18, 5, tzinfo=UTC)

    assert format_datetime(moment, "th", zone=BANGKOK) == "1 ม.ค. 2570 01:05 น."
    assert format_datetime(moment, "en", zone=BANGKOK) == "1 Jan 2027, 01:05"


def test_format_datetime_of_a_naive_instant_is_a_bug() -> None:
    with pytest.raises(AssertionError):
        format_datetime(datetime(2026, 1, 1), "th", zone=BANGKOK)


def test_month_names_are_twelve_in_each_language() -> None:
    assert [len(month_names(language, short=short)) for language in ("th", "en") for short in (True, False)] == [12] * 4
    assert (month_names("th")[10], month_names("en", short=True)[0]) == ("พฤศจิกายน", "Jan")


@pytest.mark.parametrize(
    "written",
    ["24/11/2569", "24/11/2026", "24-11-2569", "24.11.2026", "2026-11-24", "2569-11-24", "๒๔/๑๑/๒๕๖๙", " 24/11/2026 "],
)
def test_parse_date_of_either_era_is_the_day(written: str) -> None:
    assert parse_date(written) == DAY


@pytest.mark.parametrize("written", ["", "31/02/2026", "24/11/69", "11/24/2026", "0000-01-01", "tomorrow"])
def test_parse_date_of_no_date_is_refused(written: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_date(written, field="birthday")

    assert (refused.value.code, refused.value.details) == ("date_invalid", {"field": "birthday"})


@given(st.dates(date(1900, 1, 1), date(2150, 1, 1)), st.sampled_from(["th", "en"]))
def test_parse_date_reads_what_format_date_wrote(day: date, language: str) -> None:
    assert parse_date(format_date(day, language, "short")) == day
