"""Where a member stands: the level held and until when, what is missing for the next one, and what keeps this one (R58, R60)."""

from dataclasses import dataclass
from datetime import datetime

from phakdi.loyalty.engine.core import levels
from phakdi.loyalty.engine.core.state import MemberState
from phakdi.loyalty.engine.core.work import Work
from phakdi.loyalty.programs.compiled import CompiledProgram, RunningCriterion
from phakdi.loyalty.programs.periods import Window


@dataclass(slots=True, frozen=True)
class Goal:
    """One thing that is counted towards a level, in the scaled units of its meter. ``beyond``: it must be exceeded."""

    meter: str
    window: Window | None
    there: int
    needed: int

    @property
    def missing(self) -> int:
        """How much is missing; 0 where it is reached."""
        return max(0, self.needed - self.there)


@dataclass(slots=True, frozen=True)
class Way:
    """What leads to (or keeps) a level: all of ``goals``, or any one of them. ``others``: something that is not counted is asked too."""

    level: str
    goals: tuple[Goal, ...]
    any_is_enough: bool
    is_met: bool
    others: bool


@dataclass(slots=True, frozen=True)
class Progress:
    """A member's standing as at an instant. ``keep`` is None where the level does not end."""

    level: str
    since: datetime | None
    until: datetime | None
    grace_until: datetime | None
    next_level: str
    next_at: datetime | None
    reach: Way | None
    keep: Way | None


def progress_of(state: MemberState, *, program: CompiledProgram, now: datetime) -> Progress:
    """Return where the member stands at ``now``; time must have passed up to then (`advance_time`)."""
    work = Work(state, program, now)
    standing = state.standing
    held = levels.current(work)
    above = [level for level in program.levels if level.reach is not None and (held is None or level.number > held.number)]
    ends = held is not None and (standing.until is not None or standing.grace_until is not None)
    asked = (held.keep or held.reach) if held is not None and ends else None
    return Progress(
        standing.level,
        standing.since,
        standing.until,
        standing.grace_until,
        standing.next_level,
        standing.next_at,
        _way(work, above[0].key, above[0].reach) if above and above[0].reach else None,
        _way(work, held.key, asked) if held is not None and asked is not None else None,
    )


def _way(work: Work, level: str, criterion: RunningCriterion) -> Way:
    is_any = bool(criterion.any)
    parts = criterion.any or criterion.all or (criterion,)
    goals = [goal for part in parts for goal in _goals(work, part)]
    others = any(part.when is not None for part in parts)
    return Way(level, tuple(goals), is_any, levels.meets(work, criterion), others)


def _goals(work: Work, criterion: RunningCriterion) -> list[Goal]:
    """Return what is counted; of a group inside a group, all that it asks for."""
    if criterion.at_least is None:
        return [goal for part in (*criterion.any, *criterion.all) for goal in _goals(work, part)]
    numerator, denominator = criterion.at_least(work)
    needed = -(-numerator // denominator)
    if criterion.beyond:
        needed = numerator // denominator + 1
    return [Goal(criterion.meter, criterion.window, levels.quantity(work, criterion), needed)]
