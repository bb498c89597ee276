"""Calendar arithmetic of a program: durations, last valid days, windows and the buckets that meters count in.

A period is half-open. A "day" is the program's day, in its own time zone. Month arithmetic clamps (R24):
31 January + 1 month = 28 or 29 February.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

_DURATION = re.compile(r"(\d+)\s*(hour|day|week|month|year)s?")
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)")
MONTHS = 12
_MONTH_DAY = re.compile(r"(\d\d)-(\d\d)")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time in calendar units: months are added before days, days before hours."""

    months: int = 0
    days: int = 0
    hours: int = 0

    @property
    def is_exact(self) -> bool:
        """Whether it is counted in hours from the instant, not in whole local days."""
        return self.hours > 0

    def __str__(self) -> str:
        for number, name in ((self.hours, "hour"), (self.days, "day"), (self.months, "month")):
            if number:
                return f"{number} {name}{'s' if number > 1 else ''}"
        return "0 days"


def parse_duration(text: str) -> Duration:
    """Return the duration written as ``90 days``, ``1 year``, ``24 hours``; several parts may follow one another.

    Raises:
        ValueError: the text is no duration.
    """
    rest = _DURATION.sub("", text).replace(",", "").replace("and", "").strip()
    parts = [(int(number), unit) for number, unit in _DURATION.findall(text)]
    if rest or not parts:
        raise ValueError(f"write a duration such as '90 days', '6 months', '1 year' or '24 hours', not '{text}'")
    months = days = hours = 0
    for number, unit in parts:
        months += number * {"month": 1, "year": 12}.get(unit, 0)
        days += number * {"day": 1, "week": 7}.get(unit, 0)
        hours += number if unit == "hour" else 0
    return Duration(months, days, hours)


def parse_zone(name: str) -> tzinfo:
    """Return the time zone called ``name``: an IANA name, or an offset such as ``+07:00``."""
    if match := _OFFSET.fullmatch(name):
        sign, hours, minutes = match.groups()
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        return timezone(-offset if sign == "-" else offset)
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"'{name}' is no time zone; write one such as Asia/Bangkok or +07:00") from error


def parse_month_day(text: str) -> tuple[int, int]:
    """Return (month, day) of a yearly date written as ``MM-DD``."""
    match = _MONTH_DAY.fullmatch(text)
    if not match or not 1 <= int(match[1]) <= MONTHS or not 1 <= int(match[2]) <= monthrange(2024, int(match[1]))[1]:
        raise ValueError(f"write a yearly date as MM-DD, such as 12-31, not '{text}'")
    return int(match[1]), int(match[2])


def add_months(day: date, months: int) -> date:
    """Return ``day`` moved by ``months``, clamped to the last day of the month (R24)."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add(day: date, duration: Duration) -> date:
    """Return ``day`` moved by the calendar part of ``duration``."""
    return add_months(day, duration.months) + timedelta(days=duration.days)


def yearly(year: int, month_day: tuple[int, int]) -> date:
    """Return that date in ``year``; 29 February becomes the 28th in a common year."""
    month, day = month_day
    return date(year, month, min(day, monthrange(year, month)[1]))


def next_yearly(day: date, month_day: tuple[int, int]) -> date:
    """Return the first such date on or after ``day``."""
    found = yearly(day.year, month_day)
    return found if found >= day else yearly(day.year + 1, month_day)


def round_up(day: date, unit: str) -> date:
    """Return the last day of the week, month, quarter, half_year or year that holds ``day``, or the next MM-DD."""
    if unit == "day":
        return day
    if unit == "week":
        return day + timedelta(days=6 - day.weekday())
    if unit in _MONTHS:
        span = _MONTHS[unit]
        last = (day.month - 1) // span * span + span
        return date(day.year, last, monthrange(day.year, last)[1])
    return next_yearly(day, parse_month_day(unit))


_MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}


def period_start(day: date, unit: str) -> date:
    """Return the first day of the day, week, month, quarter, half_year or year that holds ``day``."""
    if unit == "day":
        return day
    if unit == "week":
        return day - timedelta(days=day.weekday())
    span = _MONTHS[unit]
    return date(day.year, (day.month - 1) // span * span + 1, 1)


def next_start(day: date, unit: str) -> date:
    """Return the first day of the period after the one that holds ``day``."""
    return round_up(day, unit) + timedelta(days=1)


def start_of(day: date, zone: tzinfo) -> datetime:
    """Return the instant at which ``day`` begins in ``zone``, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def day_of(instant: datetime, zone: tzinfo) -> date:
    """Return the local day that holds ``instant``."""
    return instant.astimezone(zone).date()


def cycle_start(day: date, first: date, months: int) -> date:
    """Return the start of the fixed cycle (``first``, every ``months``) that holds ``day``."""
    elapsed = (day.year - first.year) * 12 + day.month - first.month
    start = add_months(first, elapsed // months * months)
    return start if start <= day else add_months(start, -months)


def full_months(since: date, day: date) -> int:
    """Return the whole months from ``since`` to ``day`` (anniversaries clamp)."""
    months = (day.year - since.year) * 12 + day.month - since.month
    return months if add_months(since, months) <= day else months - 1


@dataclass(frozen=True, slots=True)
class Window:
    """Over which time a meter is read: the kind, and for a rolling one its length."""

    kind: str  # order day week month quarter half_year year lifetime membership_year term level_term cycle rolling
    length: Duration | None = None
    previous: bool = False

    @property
    def letter(self) -> str:
        """The kind of bucket that this window reads."""
        if self.kind == "rolling":
            return "T" if self.length and self.length.is_exact else "D"
        return _LETTERS[self.kind]


_LETTERS = {
    "day": "D",
    "week": "W",
    "month": "M",
    "quarter": "Q",
    "half_year": "H",
    "year": "Y",
    "lifetime": "L",
    "campaign": "L",
    "membership_year": "J",
    "term": "P",
    "level_term": "S",
    "cycle": "C",
    "order": "O",
}
_ROLLING = re.compile(r"(?:rolling_|last_)?(\d+)[_ ](hour|day|week|month|year)s?")


@lru_cache(maxsize=1024)
def parse_window(text: str) -> Window:
    """Return the window called ``text``: ``month``, ``last_year``, ``lifetime``, ``rolling_12_months``, ``24 hours``.

    Raises:
        ValueError: no such window.
    """
    if match := _ROLLING.fullmatch(text.strip()):
        return Window("rolling", parse_duration(f"{match[1]} {match[2]}"))
    previous, name = text.startswith("last_"), text.removeprefix("last_")
    if name in _LETTERS and not (previous and name in {"lifetime", "campaign", "order"}):
        return Window("lifetime" if name == "campaign" else name, previous=previous)
    known = "order, day, week, month, quarter, half_year, year, lifetime, membership_year, term, level_term, cycle"
    raise ValueError(f"'{text}' is no window; write one of {known}, last_year, rolling_12_months or '24 hours'")


@lru_cache(maxsize=4096)
def bucket(letter: str, day: date) -> str:
    """Return the name of the calendar bucket of kind ``letter`` that holds ``day``."""
    if letter == "L":
        return "L"
    if letter == "D":
        return f"D{day.isoformat()}"
    if letter == "M":
        return f"M{day.year}-{day.month:02}"
    if letter == "Y":
        return f"Y{day.year}"
    if letter == "W":
        year, week, _ = day.isocalendar()
        return f"W{year}-{week:02}"
    span = {"Q": 3, "H": 6}[letter]
    return f"{letter}{day.year}-{(day.month - 1) // span + 1}"


def previous_day(window: Window, day: date) -> date:
    """Return a day in the calendar period before the one that holds ``day``."""
    return period_start(day, window.kind) - timedelta(days=1)
