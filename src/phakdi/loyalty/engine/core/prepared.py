"""What the hot path asks of a program again and again, worked out once."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from phakdi.loyalty.programs.compiled import CompiledProgram, RunningCriterion, RunningMeter, RunningUnit

PROGRAMS_MAX = 200
ENDS_MAX = 20_000
LATE_DAYS = 62  # how much longer than its window a bucket of days or instants is kept: late reports and returns


class Prepared:
    """Figures of one program. ``ends`` remembers when policies that look at the calendar only end, by policy and day."""

    __slots__ = (
        "by_auto",
        "by_card",
        "by_midnight",
        "ends",
        "extends",
        "lost_on",
        "points_meters",
        "program",
        "reach",
        "rising",
    )

    def __init__(self, program: CompiledProgram) -> None:
        units = tuple(program.units.values())
        self.program = program  # held, so that its identity stays its own
        self.by_auto: tuple[RunningUnit, ...] = tuple(unit for unit in units if unit.auto is not None)
        self.by_midnight = tuple(unit for unit in self.by_auto if unit.auto is not None and unit.auto.when != "at_once")
        self.by_card = tuple(unit for unit in units if unit.card is not None)
        self.lost_on = {kind: tuple(u.key for u in units if kind in u.lost_on) for unit in units for kind in unit.lost_on}
        by_rule = {kind for rule in program.rule_by_key.values() for policy in rule.expires or () for kind in policy.extended_by}
        self.extends = frozenset(by_rule.union(*(unit.extended_by for unit in units)))
        of_points = [meter for meter in program.meters if meter.measure.source == "points"]
        self.points_meters: dict[str, tuple[RunningMeter, ...]] = {
            unit.key: tuple(meter for meter in of_points if meter.unit == unit.key) for unit in units
        }
        self.reach = _reach(program)
        self.rising = tuple(leaf for level in program.levels for leaf in leaves(level.reach) if _is_rising(leaf))
        self.ends: dict[tuple[int, date], datetime | None] = {}


TENURE = frozenset({"months", "days", "level_months"})  # what grows by the mere passing of time


def leaves(criterion: RunningCriterion | None) -> Iterator[RunningCriterion]:
    """Yield what a criterion asks for in the end: meters and conditions."""
    if criterion is None:
        return
    if criterion.at_least is not None or criterion.when is not None:
        yield criterion
    for each in (*criterion.any, *criterion.all):
        yield from leaves(each)


def _is_rising(leaf: RunningCriterion) -> bool:
    """Whether time alone can fulfil it: tenure, and periods just ended."""
    is_past = leaf.window is not None and leaf.window.previous
    return leaf.at_least is not None and (leaf.meter in TENURE or is_past)


_known: dict[int, Prepared] = {}


def prepared(program: CompiledProgram) -> Prepared:
    """Return what is worked out of ``program``, at once the second time."""
    found = _known.get(id(program))
    if found is None or found.program is not program:
        if len(_known) >= PROGRAMS_MAX:
            _known.clear()
        found = _known[id(program)] = Prepared(program)
    return found


def _reach(program: CompiledProgram) -> timedelta:
    """Return how far back any rolling window of the program looks, with room for what is late."""
    lengths = [window.length for meter in program.meters for window in meter.windows if window.length]
    lengths += [limit.window.length for rule in program.rule_by_key.values() for limit in rule.limits if limit.window.length]
    longest = max((length.months * 31 + length.days + 1 for length in lengths), default=31)
    return timedelta(days=longest + LATE_DAYS)
