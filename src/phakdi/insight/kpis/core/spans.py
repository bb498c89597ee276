"""The windows of days whose figures are kept: the last 7, 30, 90 and 365 days, and each month, quarter and year."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

EPOCH = date(1970, 1, 1)
LENGTHS = (7, 30, 90, 365)
MONTHS, QUARTERS, YEARS = 25, 9, 4  # so many, with the running one
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
    """Windows without gaps, numbered in the order of time: the place of a day is ``(number − start) // length``.

    ``unit`` says what is numbered: days or months. Only ``spans`` are reported; the one before the first is needed for retention.
    """

    unit: str  # day or month
    start: int
    length: int
    spans: Mapping[int, Span]

    @property
    def first(self) -> int:
        """The number of the first day or month that matters: one window before the first."""
        return self.start + (min(self.spans) - 1) * self.length

    @property
    def end(self) -> int:
        """The number of the day or month after the last."""
        return self.start + (max(self.spans) + 1) * self.length


def rolling(length: int, today: date) -> list[Series]:
    """Return the last ``length`` days with today, as many before, and the same days a year before."""
    to = today + timedelta(days=1)
    step = timedelta(days=length)
    found = [_days(length, to, [Span(f"{length}:before", to - 2 * step, to - step), Span(f"{length}", to - step, to)])]
    last = year_before(to)
    return [*found, _days(length, last, [Span(f"{length}:year", last - step, last)])]


def custom(first: date, to: date) -> Series:
    """Return a window of any days, half-open."""
    return _days((to - first).days, to, [Span("custom", first, to)])


def calendar(today: date) -> list[Series]:
    """Return the months, quarters and years up to today; the last of each is running."""
    month = month_number(today)
    found = []
    for length, number in ((1, MONTHS), (QUARTER, QUARTERS), (YEAR, YEARS)):
        last = month // length
        spans = {place: calendar_span(place, length) for place in range(last - number + 1, last + 1)}
        found.append(Series("month", 0, length, spans))
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
    known = [span for length in LENGTHS for series in rolling(length, today) for span in series.spans.values()]
    known += [span for series in calendar(today) for span in series.spans.values()]
    for span in known:
        if first == span.first and (to == span.to or (last == today and span.first <= today < span.to)):
            return span.key
    return ""


def year_before(day: date) -> date:
    """Return the same day a year before; the 28th for the 29th of February."""
    return day.replace(year=day.year - 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)


def _days(length: int, to: date, spans: list[Span]) -> Series:
    start = day_number(to) - len(spans) * length
    return Series("day", start, length, dict(enumerate(spans)))
