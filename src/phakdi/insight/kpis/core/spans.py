"""The windows of days whose figures are kept: the last 7, 30, 90 and 365 days, and each month, quarter and year."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

EPOCH = date(1970, 1, 1)
LENGTHS = (7, 30, 90, 365)
KEPT = (25, 9, 4)  # months, quarters and years, with the running one
KEPT_BY_PLACE = (13, 5, 2)  # the same of each store and channel
YEAR = 12
QUARTER = 3


def day_number(day: date) -> int:
    """Return days since 1970-01-01."""
    return (day - EPOCH).days


def month_number(day: date) -> int:
    """Return months since year 0."""
    return day.year * YEAR + day.month - 1


def first_of_month(month: int) -> date:
    """Return the first day of a month."""
    return date(month // YEAR, month % YEAR + 1, 1)


@dataclass(frozen=True, slots=True)
class Span:
    """Program days from ``first`` up to ``to``, not included; ``key`` names it: 30, 30:before, 30:year, 2026-03, 2026-Q1, 2026."""

    key: str
    first: date
    to: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.to - self.first).days

    @property
    def kind(self) -> str:
        """Rolling, month, quarter, year or custom."""
        if self.key[:1].isdigit() and ("-" not in self.key) and len(self.key.split(":")[0]) < 4:  # noqa: PLR2004 - a year has four
            return "rolling"
        return {7: "quarter" if "Q" in self.key else "month", 4: "year"}.get(len(self.key), "custom")


@dataclass(frozen=True, slots=True)
class Series:
    """Windows that are counted together, by place. The place before a window's is that of the window just before it.

    ``unit`` says what ``bounds`` number, from the first up to but not with the last: days or months. Only ``spans`` are reported;
    the others are needed to know who was active before.
    """

    unit: str  # day or month
    bounds: Mapping[int, tuple[int, int]]
    spans: Mapping[int, Span]
    length: int = 0  # in months, where months are numbered


def rolling(length: int, today: date) -> dict[str, Span]:
    """Return the last ``length`` days with today, as many before, and the same days a year before."""
    to = today + timedelta(days=1)
    step, last = timedelta(days=length), year_before(to)
    found = (
        Span(f"{length}", to - step, to),
        Span(f"{length}:before", to - 2 * step, to - step),
        Span(f"{length}:year", last - step, last),
    )
    return {span.key: span for span in found}


def of_days(listed: Iterable[Span]) -> Series:
    """Return the series of any windows of days, each with as many days before it."""
    bounds: dict[int, tuple[int, int]] = {}
    spans_: dict[int, Span] = {}
    for number, span in enumerate(listed):
        start, end = day_number(span.first), day_number(span.to)
        bounds |= {2 * number: (2 * start - end, start), 2 * number + 1: (start, end)}
        spans_[2 * number + 1] = span
    return Series("day", bounds, spans_)


def custom(first: date, to: date) -> Series:
    """Return a window of any days, half-open."""
    return of_days([Span("custom", first, to)])


def usual(today: date, numbers: tuple[int, int, int] = KEPT) -> list[Series]:
    """Return every window that is kept."""
    return [of_days(span for length in LENGTHS for span in rolling(length, today).values()), *calendar(today, numbers)]


def calendar(today: date, numbers: tuple[int, int, int] = KEPT) -> list[Series]:
    """Return the months, quarters and years up to today; the last of each is running."""
    month = month_number(today)
    found = []
    for length, number in zip((1, QUARTER, YEAR), numbers, strict=True):
        last = month // length
        listed = {place: calendar_span(place, length) for place in range(last - number + 1, last + 1)}
        bounds = {place: (place * length, (place + 1) * length) for place in range(last - number, last + 1)}
        found.append(Series("month", bounds, listed, length))
    return found


def calendar_span(place: int, length: int) -> Span:
    """Return the month, quarter or year of a number."""
    first, to = first_of_month(place * length), first_of_month((place + 1) * length)
    if length == YEAR:
        return Span(f"{first.year}", first, to)
    key = f"{first.year}-Q{first.month // QUARTER + 1}" if length == QUARTER else f"{first:%Y-%m}"
    return Span(key, first, to)


def key_of(first: date, last: date, today: date) -> str:
    """Return the key under which days (both included) are kept, or "" where they are not."""
    to = last + timedelta(days=1)
    known = [span for series in usual(today) for span in series.spans.values()]
    for span in known:
        if first == span.first and (to == span.to or (last == today and span.first <= today < span.to)):
            return span.key
    return ""


def year_before(day: date) -> date:
    """Return the same day a year before; the 28th for the 29th of February."""
    return day.replace(year=day.year - 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)
