"""Where a store is and when it is open: read from what people write or paste."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal
from urllib.parse import parse_qs, unquote, urlsplit

from phakdi.kit.errors import Invalid
from phakdi.kit.thai import arabic_digits

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LINK_MAX = 2000
MIDNIGHT = "24:00"
_NUMBER = r"[-+]?\d{1,3}(?:\.\d+)?"
_PAIR = re.compile(rf"({_NUMBER})\s*[, ]\s*({_NUMBER})", re.ASCII)
_PIN = re.compile(rf"!3d({_NUMBER})!4d({_NUMBER})", re.ASCII)
_VIEW = re.compile(rf"@({_NUMBER}),({_NUMBER})", re.ASCII)
_ANGLE = re.compile(r"(\d{1,3})°\s*(\d{1,2})['′]\s*(\d{1,2}(?:\.\d+)?)[\"″]\s*([NSEW])", re.ASCII)
_TIME = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)|24[:.]00", re.ASCII)
_ASKED = ("q", "query", "ll", "destination", "center")
_MAPS = re.compile(r"(?:maps\.google\.[a-z.]+|(?:www\.)?google\.[a-z.]+)")
_SHORT = frozenset({"maps.app.goo.gl", "goo.gl"})

Hours = Mapping[str, Sequence[str]]
"""Opening hours by weekday: ``{"mon": ["09:00", "18:00"]}``; a day that is left out is closed. An end before the beginning is
on the next day."""


def read_place(text: str) -> tuple[Decimal, Decimal] | None:
    """Return latitude and longitude from coordinates or a long Google Maps link, None where nothing is written.

    Of a link the pin counts, else what was asked for, else the middle of the view.

    Raises:
        Invalid: ``place_unreadable``, or ``place_link_short``: a short link tells nothing before it is opened.
    """
    written = arabic_digits(text.strip())[:LINK_MAX]
    if not written:
        return None
    if angles := _ANGLE.findall(written):
        return _from_angles(angles)
    is_link = "://" in written or written.startswith("geo:")
    found = _from_link(written) if is_link else _PAIR.fullmatch(written.replace(";", ","))
    if found is None:
        raise _unreadable()
    return Decimal(found[1]), Decimal(found[2])


def read_hours(given: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return opening hours as they are kept; a day without times is closed.

    Raises:
        Invalid: ``hours_unreadable`` with ``field`` (the day): a time cannot be read, or only one of two is there.
    """
    kept: dict[str, list[str]] = {}
    for day, times in given.items():
        written = [arabic_digits(str(each)).strip() for each in times]
        if day not in DAYS or len(written) != 2:  # noqa: PLR2004 - from and to
            raise Invalid("Hours are given by weekday, from and to.", code="hours_unreadable", field=day)
        if not any(written):
            continue
        read = [_read_time(each) for each in written]
        if not all(read) or read[0] == read[1]:
            raise Invalid("Write from when to when, such as 09:00 and 18:00.", code="hours_unreadable", field=day)
        kept[day] = [each for each in read if each]
    return {day: kept[day] for day in DAYS if day in kept}


def is_open(hours: Hours, at: datetime) -> bool:
    """Tell whether a store with these hours is open at a local instant; also after midnight of the day before."""
    day, clock = at.weekday(), at.strftime("%H:%M")
    begins, ends = _of(hours, day)
    if begins and begins <= clock and (clock < ends or ends <= begins):
        return True
    before_begins, before_ends = _of(hours, (day - 1) % 7)
    return bool(before_begins) and before_ends <= before_begins and clock < before_ends


def next_change(hours: Hours, at: datetime) -> datetime | None:
    """Return when the store opens or closes next after a local instant, within a week; None where it never does."""
    if not hours:
        return None
    moments = []
    for offset in range(-1, 8):
        day = (at + timedelta(days=offset)).date()
        begins, ends = _of(hours, day.weekday())
        if begins:
            opens = datetime.combine(day, time.fromisoformat(begins), tzinfo=at.tzinfo)
            ending = day + timedelta(days=1) if ends <= begins or ends == MIDNIGHT else day
            closes = datetime.combine(ending, time() if ends == MIDNIGHT else time.fromisoformat(ends), tzinfo=at.tzinfo)
            moments += [opens, closes]
    return min((moment for moment in moments if moment > at), default=None)


def _of(hours: Hours, weekday: int) -> tuple[str, str]:
    found = hours.get(DAYS[weekday])
    return (found[0], found[1]) if found else ("", "")


def _read_time(text: str) -> str:
    if not (found := _TIME.fullmatch(text)):
        return ""
    return MIDNIGHT if found[1] is None else f"{int(found[1]):02}:{found[2]}"


def _from_link(link: str) -> re.Match[str] | None:
    if link.startswith("geo:"):
        return _PAIR.match(link.removeprefix("geo:"))
    try:
        parts = urlsplit(link)
        host = (parts.hostname or "").lower()
    except ValueError:
        raise _unreadable() from None
    if host in _SHORT:
        raise Invalid("Open this link and copy the long address.", code="place_link_short", field="position")
    if not _MAPS.fullmatch(host):
        raise _unreadable()
    asked = parse_qs(parts.query)
    places = [value for name in _ASKED for value in asked.get(name, ())]
    path = unquote(parts.path)
    candidates = [_PIN.search(path), *(_PAIR.fullmatch(value.strip()) for value in places), _VIEW.search(path), _in_path(path)]
    return next((found for found in candidates if found), None)


def _in_path(path: str) -> re.Match[str] | None:
    """Return coordinates that are a part of the path: ``/maps/place/13.75,100.50``."""
    return next((found for part in path.split("/") if (found := _PAIR.fullmatch(part.replace("+", "")))), None)


def _from_angles(angles: Sequence[tuple[str, str, str, str]]) -> tuple[Decimal, Decimal]:
    read: dict[str, Decimal] = {}
    for degrees, minutes, seconds, side in angles:
        value = Decimal(degrees) + Decimal(minutes) / 60 + Decimal(seconds) / 3600
        read["latitude" if side in "NS" else "longitude"] = -value if side in "SW" else value
    if len(read) != 2:  # noqa: PLR2004 - two of them are a place
        raise _unreadable()
    return read["latitude"], read["longitude"]


def _unreadable() -> Invalid:
    return Invalid("Paste a Google Maps link or write 13.7563, 100.5018.", code="place_unreadable", field="position")
