"""Dates for people: in Thai with the year of the Buddhist era, in English with the common one."""

import re
from datetime import date, datetime, tzinfo
from typing import Literal

from phakdi.kit.errors import Invalid
from phakdi.kit.thai.writing import arabic_digits

Style = Literal["short", "medium", "long", "full"]

BUDDHIST_OFFSET = 543
_BUDDHIST_FROM = 2400
_MONTHS = {
    ("th", True): "ม.ค. ก.พ. มี.ค. เม.ย. พ.ค. มิ.ย. ก.ค. ส.ค. ก.ย. ต.ค. พ.ย. ธ.ค.",
    ("th", False): "มกราคม กุมภาพันธ์ มีนาคม เมษายน พฤษภาคม มิถุนายน กรกฎาคม สิงหาคม กันยายน ตุลาคม พฤศจิกายน ธันวาคม",
    ("en", True): "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    ("en", False): "January February March April May June July August September October November December",
}
_WEEKDAYS = {
    "th": ["จันทร์", "อังคาร", "พุธ", "พฤหัสบดี", "ศุกร์", "เสาร์", "อาทิตย์"],
    "en": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
}
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})", re.ASCII)


def month_names(language: str, *, short: bool = False) -> tuple[str, ...]:
    """Return the twelve names of the months, January first."""
    return tuple(_MONTHS[_known(language), short].split())


def format_date(day: date, language: str = "th", style: Style = "medium") -> str:
    """Return the day for a reader: ``24 พ.ย. 2569`` or ``24 Nov 2026``.

    ``short`` is ``24/11/2569``, ``long`` has the month's whole name, ``full`` the day of the week as well.
    """
    language = _known(language)
    year = day.year + (BUDDHIST_OFFSET if language == "th" else 0)
    if style == "short":
        return f"{day.day:02}/{day.month:02}/{year}"
    text = f"{day.day} {month_names(language, short=style == 'medium')[day.month - 1]} {year}"
    if style != "full":
        return text
    weekday = _WEEKDAYS[language][day.weekday()]
    return f"วัน{weekday}ที่ {text}" if language == "th" else f"{weekday}, {text}"


def format_datetime(moment: datetime, language: str = "th", style: Style = "medium", *, zone: tzinfo) -> str:
    """Return the instant (aware) as it reads in ``zone``: ``24 พ.ย. 2569 16:30 น.`` or ``24 Nov 2026, 16:30``."""
    assert moment.tzinfo is not None, "an instant is aware"
    local = moment.astimezone(zone)
    day = format_date(local.date(), language, style)
    clock = f"{local.hour:02}:{local.minute:02}"
    return f"{day} {clock} น." if _known(language) == "th" else f"{day}, {clock}"


def parse_date(text: str, *, field: str = "date") -> date:
    """Return the day that a person or a file wrote: ``24/11/2569``, ``24-11-2026``, ``2026-11-24``, Thai digits.

    The day comes before the month. A year from 2400 on is of the Buddhist era.

    Raises:
        Invalid: ``date_invalid``, with ``field``.
    """
    written = arabic_digits(text.strip())
    if matched := _DAY_FIRST.fullmatch(written):
        day, month, year = map(int, matched.groups())
    elif matched := _YEAR_FIRST.fullmatch(written):
        year, month, day = map(int, matched.groups())
    else:
        raise Invalid(f"{text!r} is no date.", code="date_invalid", field=field)
    try:
        return date(year - BUDDHIST_OFFSET if year >= _BUDDHIST_FROM else year, month, day)
    except ValueError:
        raise Invalid(f"{text!r} is no date.", code="date_invalid", field=field) from None


def _known(language: str) -> str:
    return "th" if language.lower().startswith("th") else "en"
