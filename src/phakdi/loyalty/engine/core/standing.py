"""What keeps me here: a member's level, what it asks to be kept, and what the next one asks (R59)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from phakdi.loyalty.engine.core import clockwork, levels
from phakdi.loyalty.engine.core.state import MemberState
from phakdi.loyalty.engine.core.work import Work
from phakdi.loyalty.programs import periods
from phakdi.loyalty.programs.compiled import CompiledProgram, RunningCriterion, RunningLevel

FULL = 100
DAY = timedelta(days=1)


@dataclass(slots=True, frozen=True)
class Ask:
    """One thing that a level asks for, with what is there.

    ``kind`` is ``meter`` (``have`` of ``need``, both times ``scale``), ``condition``, or ``any``/``all`` of its ``parts``.
    ``percent`` is never above 100. ``counted_until`` is when the counting window ends; None where it does not.
    """

    kind: str
    is_met: bool
    percent: int
    meter: str = ""
    window: str = ""
    have: int = 0
    need: int = 0
    missing: int = 0
    scale: int = 1
    counted_until: datetime | None = None
    parts: tuple["Ask", ...] = ()


@dataclass(slots=True, frozen=True)
class StandingView:
    """A member's place: ``to_retain`` is None when the level is secured or asks for nothing, ``to_next`` at the top."""

    level: str
    since: datetime | None
    until: datetime | None
    grace_until: datetime | None
    is_assigned: bool
    next_level: str
    to_retain: Ask | None
    to_next: Ask | None
    percent_to_next: int
    upgrade_to: str
    upgrade_at: datetime | None
    review_at: datetime | None

    @property
    def is_secured(self) -> bool:
        """Whether the level ends some day, and what was done already keeps it."""
        return self.until is not None and self.to_retain is None and not self.is_assigned


def standing_of(state: MemberState, *, program: CompiledProgram, now: datetime) -> StandingView:
    """Return where the member stands at ``now``, whatever has been booked; the state stays as it is."""
    work = Work(state, program, now)
    clockwork.pass_time(work, now)
    work.look_at(work.activity, now)
    levels.begin(work)
    standing = work.state.standing
    level = levels.current(work)
    higher = _next(work, level)
    to_next = _ask(work, higher.reach) if higher is not None and higher.reach is not None else None
    return StandingView(
        level=standing.level,
        since=standing.since,
        until=standing.until,
        grace_until=standing.grace_until,
        is_assigned=standing.assigned,
        next_level=higher.key if higher else "",
        to_retain=_to_retain(work, level),
        to_next=to_next,
        percent_to_next=to_next.percent if to_next else FULL,
        upgrade_to=standing.next_level,
        upgrade_at=standing.next_at,
        review_at=_review_at(work),
    )


def _next(work: Work, level: RunningLevel | None) -> RunningLevel | None:
    """Return the next level that can be reached by what a member does."""
    held = level.number if level else levels.NO_LEVEL
    return next((each for each in work.program.levels if each.number > held and each.reach is not None), None)


def _to_retain(work: Work, level: RunningLevel | None) -> Ask | None:
    if level is None or level.keep is None or level.definition.never_downgrade or work.state.standing.assigned:
        return None
    tiers = work.program.tiers
    if tiers is None or tiers.downgrade == "none" or not (level.lasts or tiers.review != "at_end"):
        return None
    ask = _ask(work, level.keep)
    return None if ask.is_met else ask


def _review_at(work: Work) -> datetime | None:
    tiers, standing = work.program.tiers, work.state.standing
    if tiers is not None and tiers.review == "dates" and tiers.review_dates:
        tomorrow = work.today + DAY
        return work.start_of(min(periods.next_yearly(tomorrow, periods.parse_month_day(each)) for each in tiers.review_dates))
    return standing.grace_until or standing.until


def _ask(work: Work, criterion: RunningCriterion) -> Ask:
    if criterion.at_least is not None:
        return _of_meter(work, criterion)
    if criterion.when is not None:
        is_met = criterion.when(work)
        return Ask("condition", is_met, FULL if is_met else 0)
    kind, children = ("any", criterion.any) if criterion.any else ("all", criterion.all)
    parts = tuple(_ask(work, child) for child in children)
    best = max if kind == "any" else min
    is_met = any(part.is_met for part in parts) if kind == "any" else all(part.is_met for part in parts)
    return Ask(kind, is_met, best((part.percent for part in parts), default=FULL), parts=parts)


def _of_meter(work: Work, criterion: RunningCriterion) -> Ask:
    assert criterion.at_least
    assert criterion.window
    numerator, denominator = criterion.at_least(work)
    need = numerator // denominator + 1 if criterion.beyond else -(-numerator // denominator)
    have = levels.quantity(work, criterion)
    missing = max(need - have, 0)
    percent = FULL if missing == 0 or need <= 0 else max(have, 0) * FULL // need
    window = criterion.window
    name = window.kind if window.length is None else f"{window.length}"
    return Ask(
        "meter", missing == 0, percent, criterion.meter, f"last_{name}" if window.previous else name, have, need, missing,
        _scale(work, criterion.meter), _counted_until(work, window),
    )  # fmt: skip


def _scale(work: Work, name: str) -> int:
    if name.startswith("balance."):
        return work.program.units[name.removeprefix("balance.")].scale
    return next((meter.measure.scale for meter in work.program.meters if meter.key == name and meter.measure.source != "one"), 1)


def _counted_until(work: Work, window: periods.Window) -> datetime | None:
    if window.previous or window.kind in {"lifetime", "rolling", "order"}:
        return None
    if window.kind in {"level_term", "term"}:
        return work.state.standing.until if window.kind == "level_term" else work.state.membership.until
    today = work.today
    if window.kind in {"membership_year", "cycle"}:
        first, months = work.program.cycle_start, work.program.cycle_months
        if window.kind == "membership_year":
            joined = work.state.profile.joined_at or work.state.membership.since
            first, months = (periods.day_of(joined, work.zone) if joined else None), 12
        if first is None or not months:
            return None
        return work.start_of(periods.add_months(periods.cycle_start(today, first, months), months))
    return work.start_of(periods.next_start(today, window.kind))
