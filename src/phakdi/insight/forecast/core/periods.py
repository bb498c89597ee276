"""Days put together to whole weeks and months."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from phakdi.insight.forecast.core.choosing import Plan

WEEK_DAYS, MONTHS = 7, 12


class Grain(StrEnum):
    """How long a period is; a week begins on Monday."""

    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"


SEASONAL_MONTHS = Plan(season=12, horizon=6, need=30)
PLANS: Mapping[Grain, Sequence[Plan]] = {
    Grain.MONTH: (SEASONAL_MONTHS, Plan(season=1, horizon=3, need=15)),
    Grain.WEEK: (Plan(season=1, horizon=4, need=20),),
    Grain.DAY: (Plan(season=7, horizon=14, need=56),),
}
KEPT: Mapping[Grain, int] = {Grain.MONTH: 120, Grain.WEEK: 260, Grain.DAY: 224}  # periods that are looked at


@dataclass(frozen=True, slots=True)
class Series:
    """Whole periods without a gap: the first day of each, and its value."""

    grain: Grain
    starts: tuple[date, ...]
    values: tuple[float, ...]

    def plan(self) -> Plan | None:
        """Return how it can be forecast: with a season only where two are known besides what is tested; None where it is too short."""
        return next((plan for plan in PLANS[self.grain] if len(self.values) >= plan.need), None)

    def ahead(self, horizon: int) -> list[date]:
        """Return the first days of the periods after it."""
        found, day = [], self.starts[-1]
        for _ in range(horizon):
            day = after(day, self.grain)
            found.append(day)
        return found


def begin_of(day: date, grain: Grain) -> date:
    """Return the first day of the period a day is in."""
    if grain is Grain.MONTH:
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if grain is Grain.WEEK else day


def after(start: date, grain: Grain) -> date:
    """Return the first day of the next period."""
    if grain is Grain.MONTH:
        return date(start.year + start.month // MONTHS, start.month % MONTHS + 1, 1)
    return start + timedelta(days=WEEK_DAYS if grain is Grain.WEEK else 1)


def whole_periods(first: date, end: date, grain: Grain) -> list[date]:
    """Return the first days of the periods that lie within ``first`` to before ``end``, at most as many as are looked at."""
    start, found = begin_of(first, grain), []
    if start < first:
        start = after(start, grain)
    while after(start, grain) <= end:
        found.append(start)
        start = after(start, grain)
    return found[-KEPT[grain] :]


def sums(days: Mapping[date, int], *, first: date, end: date, grain: Grain) -> Series:
    """Add days up to whole periods; a period without any is 0."""
    starts = whole_periods(first, end, grain)
    totals = dict.fromkeys(starts, 0)
    for day, value in days.items():
        if (start := begin_of(day, grain)) in totals:
            totals[start] += value
    return Series(grain, tuple(starts), tuple(float(value) for value in totals.values()))


def scores(days: Mapping[date, tuple[int, int, int]], *, end: date, at_least: int) -> Series:
    """Return NPS by month from (answers, promoters, detractors) by day: the last months in a row with ``at_least`` answers each."""
    months: dict[date, tuple[int, int, int]] = {}
    for day, counts in days.items():
        start = begin_of(day, Grain.MONTH)
        before = months.get(start, (0, 0, 0))
        months[start] = (before[0] + counts[0], before[1] + counts[1], before[2] + counts[2])
    found: list[tuple[date, float]] = []
    for start in reversed(whole_periods(min(days, default=end), end, Grain.MONTH)):
        answers, promoters, detractors = months.get(start, (0, 0, 0))
        if answers < at_least:
            break
        found.append((start, 100 * (promoters - detractors) / answers))
    found.reverse()
    return Series(Grain.MONTH, tuple(start for start, _ in found), tuple(value for _, value in found))
