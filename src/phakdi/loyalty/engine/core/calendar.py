"""When the calendar has something to say: birthdays, starts of periods, review dates."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from phakdi.loyalty.engine.core.prepared import leaves
from phakdi.loyalty.engine.core.work import Work
from phakdi.loyalty.programs import periods
from phakdi.loyalty.programs.compiled import RunningCriterion

DAY = timedelta(days=1)
_STARTS = {
    "day_start": "day",
    "week_start": "week",
    "month_start": "month",
    "quarter_start": "quarter",
    "half_year_start": "half_year",
    "year_start": "year",
}


def next_of_kinds(work: Work, after: datetime) -> Iterator[tuple[str, datetime]]:
    """Yield each kind of the calendar that the program's rules ask for, with its first instant after ``after``."""
    today = periods.day_of(after, work.zone)
    for kind in sorted(work.program.clock_kinds):
        day = _next_day(work, kind, today)
        if day is not None:
            yield kind, work.start_of(day)


def _next_day(work: Work, kind: str, today: date) -> date | None:
    if kind in _STARTS:
        return periods.next_start(today, _STARTS[kind])
    profile = work.state.profile
    if kind == "join_anniversary":
        if profile.joined_at is None:
            return None
        joined = periods.day_of(profile.joined_at, work.zone)
        day = periods.next_yearly(today + DAY, (joined.month, joined.day))
        return day if day.year > joined.year else periods.yearly(day.year + 1, (joined.month, joined.day))
    born = profile.birthday
    if born is None:
        return None
    return periods.next_yearly(today + DAY, (born.month, born.day if kind == "birthday" else 1))


def kinds_of_today(work: Work) -> Iterator[str]:
    """Yield the birthday kinds that hold on the very day on which a member begins."""
    born, today = work.state.profile.birthday, work.today
    if born is None:
        return
    if "birth_month" in work.program.clock_kinds and born.month == today.month:
        yield "birth_month"
    if "birthday" in work.program.clock_kinds and periods.yearly(today.year, (born.month, born.day)) == today:
        yield "birthday"


def next_review(work: Work, after: datetime | None = None) -> datetime | None:
    """Return the next instant after ``after`` (by default: after what is booked) at which levels are looked at by date."""
    tiers = work.program.tiers
    after = after or work.state.clock
    if tiers is None or after is None or tiers.review == "at_end":
        return None
    today = periods.day_of(after, work.zone)
    if tiers.review == "dates":
        days = [periods.next_yearly(today + DAY, periods.parse_month_day(text)) for text in tiers.review_dates]
        return work.start_of(min(days)) if days else None
    level = work.program.level_by_key.get(work.state.standing.level)
    if level is None or level.keep is None or work.state.standing.assigned:
        return None
    days = [day for leaf in leaves(level.keep) if (day := _day_of_fall(leaf, today)) is not None]
    return work.start_of(min(days)) if days else None


def _day_of_fall(leaf: RunningCriterion, today: date) -> date | None:
    """Return the next day on which the mere passing of time may lose what is held in real time; None for never."""
    if leaf.when is not None or (leaf.window is not None and leaf.window.kind in {"rolling", "membership_year", "cycle"}):
        return today + DAY
    if leaf.window is not None and leaf.window.kind in _PERIODS:
        return periods.next_start(today, leaf.window.kind)
    return None


def next_rise(work: Work, after: datetime | None = None) -> datetime | None:
    """Return the next instant after ``after`` at which time alone may have fulfilled what a level asks for."""
    tiers = work.program.tiers
    after = after or work.state.clock
    if not work.prepared.rising or tiers is None or after is None or tiers.upgrade == "review":
        return None
    today = periods.day_of(after, work.zone)
    days = [_day_of_rise(work, leaf, today) for leaf in work.prepared.rising]
    return min([work.start_of(day) for day in days if day is not None and day > today], default=None)


def _day_of_rise(work: Work, leaf: RunningCriterion, today: date) -> date | None:
    if leaf.window is not None and leaf.window.previous:
        return periods.next_start(today, leaf.window.kind) if leaf.window.kind in _PERIODS else None
    since = work.state.standing.since if leaf.meter == "level_months" else work.state.profile.joined_at
    if since is None or leaf.at_least is None:
        return None
    numerator, denominator = leaf.at_least(work)
    need = numerator // denominator + 1 if leaf.beyond else -(-numerator // denominator)
    start = periods.day_of(since, work.zone)
    return start + timedelta(days=need) if leaf.meter == "days" else periods.add_months(start, need)


_PERIODS = frozenset(_STARTS.values())
