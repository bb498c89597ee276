"""Whether a member keeps their level if they go on as so far."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from phakdi.loyalty.engine.core.standing import Ask, StandingView, standing_of
from phakdi.loyalty.engine.snapshots import Snapshot
from phakdi.loyalty.programs import periods
from phakdi.loyalty.programs.compiled import CompiledProgram
from phakdi.loyalty.wording import Reader
from phakdi.web.levels import is_money, quantity

TOO_EARLY_DAYS = 14
CALENDAR = frozenset({"week", "month", "quarter", "half_year", "year"})


@dataclass(frozen=True, slots=True)
class Pace:
    """Where one goes if one goes on so: ``shown_then`` of ``shown_needed`` on the last day that counts."""

    level: str
    keeps: bool
    shown_then: str
    shown_needed: str
    shown_missing: str
    last_day: date


@dataclass(frozen=True, slots=True)
class _Way:
    ask: Ask
    then: int
    last_day: date

    @property
    def is_enough(self) -> bool:
        return self.then >= self.ask.need


def pace_of(snapshot: Snapshot, reader: Reader, now: datetime) -> Pace | None:
    """Return how the member's level ends at the present pace; None where nothing is asked, or it is too early to tell.

    The pace is what was done since the window began, spread over its days. Where several things are asked, the one told is
    the nearest to its goal (any of them is enough) or the farthest from it (all are needed).
    """
    program = snapshot.program
    if program.tiers is None:
        return None
    found = standing_of(snapshot.state, program=program, now=now)
    if found.to_retain is None:
        return None
    ways = [way for ask in _meters(found.to_retain) if (way := _way(ask, found, snapshot, now)) is not None]
    if not ways or len(ways) < len(_meters(found.to_retain)):
        return None
    pick = max if found.to_retain.kind == "any" else min
    told = pick(ways, key=lambda way: way.then / max(way.ask.need, 1))
    show = _shower(told.ask, program, reader)
    then = told.then // 100 * 100 if is_money(told.ask.meter, program) else told.then  # a guess has no satang
    return Pace(
        reader.called(found.level),
        told.is_enough,
        show(then),
        show(told.ask.need),
        show(max(told.ask.need - then, 0)),
        told.last_day,
    )


def _meters(ask: Ask) -> list[Ask]:
    return [ask] if ask.kind == "meter" else [meter for part in ask.parts for meter in _meters(part)]


def _shower(ask: Ask, program: CompiledProgram, reader: Reader) -> Callable[[int], str]:
    return lambda value: quantity(value, ask.meter, program, reader)


def _way(ask: Ask, found: StandingView, snapshot: Snapshot, now: datetime) -> _Way | None:
    zone = snapshot.program.zone
    today = periods.day_of(now, zone)
    window = periods.parse_window(ask.window)
    end_at = ask.counted_until or found.until or found.review_at
    if window.previous or end_at is None or ask.meter.startswith("balance."):
        return None
    end = periods.day_of(end_at, zone)
    if window.kind == "rolling":
        return _rolling(ask, window, snapshot, today, end)
    start = _start(window.kind, found, snapshot.program, today, end, zone)
    if start is None or (today - start).days < TOO_EARLY_DAYS or end <= today:
        return None
    return _Way(ask, ask.have * (end - start).days // (today - start).days, _day_before(end))


def _rolling(ask: Ask, window: periods.Window, snapshot: Snapshot, today: date, end: date) -> _Way | None:
    """What a rolling window holds is what one does in its length; whoever joined within it has had less time."""
    length = window.length
    if length is None or length.is_exact:
        return None
    begun = periods.add_months(today, -length.months)
    joined = snapshot.state.profile.joined_at
    since = max(begun, periods.day_of(joined, snapshot.program.zone)) if joined else begun
    if not length.months or (today - since).days < TOO_EARLY_DAYS:
        return None
    return _Way(ask, ask.have * (today - begun).days // (today - since).days, _day_before(end))


def _start(kind: str, found: StandingView, program: CompiledProgram, today: date, end: date, zone: tzinfo) -> date | None:
    if kind in CALENDAR:
        return periods.period_start(today, kind)
    if kind == "level_term" and found.since is not None:
        return periods.day_of(found.since, zone)
    if kind == "membership_year":
        return periods.add_months(end, -12)
    if kind == "cycle" and program.cycle_months:
        return periods.add_months(end, -program.cycle_months)
    return None


def _day_before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)
