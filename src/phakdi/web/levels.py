"""Where a member stands, put as pages show it: the level, the way to the next, and what keeps this one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from phakdi.kit.money import format_money
from phakdi.kit.text import pick
from phakdi.kit.thai import format_date
from phakdi.loyalty.engine.core.standing import Ask, StandingView, standing_of
from phakdi.loyalty.engine.snapshots import Snapshot
from phakdi.loyalty.programs.compiled import CompiledProgram
from phakdi.loyalty.programs.periods import Window, parse_window
from phakdi.loyalty.wording import Reader
from phakdi.web.standing import last_day_of


@dataclass(frozen=True, slots=True)
class ShownGoal:
    """One thing counted towards a level, with its figures as they are read."""

    label: str
    shown_there: str
    shown_needed: str
    percent: int


@dataclass(frozen=True, slots=True)
class ShownWay:
    """What leads to a level, or keeps it."""

    name: str
    goals: tuple[ShownGoal, ...]
    any_is_enough: bool


@dataclass(frozen=True, slots=True)
class ShownLevel:
    """The level a member holds, the way to the next, and what keeps this one; ``is_secured``: it is kept already."""

    name: str
    since: datetime | None
    last_day: date | None
    notes: tuple[str, ...]
    next: ShownWay | None
    keep: ShownWay | None
    is_secured: bool
    benefits: tuple[str, ...]


def level_of(snapshot: Snapshot, reader: Reader, now: datetime) -> ShownLevel | None:
    """Return where the member stands, or None where the program has no levels."""
    program = snapshot.program
    if program.tiers is None:
        return None
    found = standing_of(snapshot.state, program=program, now=now)
    level = program.level_by_key.get(found.level)
    benefits = tuple(pick(text, reader.language) for text in level.definition.benefits) if level else ()
    return ShownLevel(
        reader.called(found.level) if found.level else _("No level yet"),
        found.since if found.level else None,
        last_day_of(found.until, program.zone),
        tuple(_level_notes(found, program, reader)),
        _shown_way(found.next_level, found.to_next, program, reader),
        _shown_way(found.level, found.to_retain, program, reader),
        found.is_secured,
        benefits,
    )


def _level_notes(found: StandingView, program: CompiledProgram, reader: Reader) -> Iterable[str]:
    if found.upgrade_to and found.upgrade_at:
        day = format_date(found.upgrade_at.astimezone(program.zone).date(), reader.language)
        yield _("%(level)s from %(day)s") % {"level": reader.called(found.upgrade_to), "day": day}
    if found.grace_until:
        last = last_day_of(found.grace_until, program.zone)
        assert last
        yield _("This level ends on %(day)s unless you reach its goal by then.") % {"day": format_date(last, reader.language)}


def _shown_way(level: str, ask: Ask | None, program: CompiledProgram, reader: Reader) -> ShownWay | None:
    goals = tuple(_shown_goal(goal, program, reader) for goal in _counted(ask)) if ask else ()
    if ask is None or not goals:
        return None
    return ShownWay(reader.called(level), goals, ask.kind == "any" and len(goals) > 1)


def _counted(ask: Ask) -> list[Ask]:
    """Return what is counted of all that is asked for; of a group inside a group, all of it."""
    return [ask] if ask.kind == "meter" else [goal for part in ask.parts for goal in _counted(part)]


def _shown_goal(goal: Ask, program: CompiledProgram, reader: Reader) -> ShownGoal:
    name, over = goal_name(goal.meter, reader), window_name(parse_window(goal.window))
    label = f"{name} ({over})" if over else name
    have, need = (quantity(value, goal.meter, program, reader) for value in (goal.have, goal.need))
    return ShownGoal(label, have, need, goal.percent)


def quantity(value: int, meter: str, program: CompiledProgram, reader: Reader) -> str:
    """Return so much of what a meter counts, as it is read: money as money."""
    if is_money(meter, program):
        return format_money(value, program.currency, reader.language)
    running = next((each for each in program.meters if each.key == meter), None)
    scale = running.measure.scale if running else 1
    return f"{value / scale:,.10g}" if scale > 1 else f"{value:,}"


def is_money(meter: str, program: CompiledProgram) -> bool:
    """Tell whether a meter counts money, in minor units."""
    running = next((each for each in program.meters if each.key == meter), None)
    return meter in {"spend", "gross"} or (running is not None and running.measure.source in {"net", "gross"})


def goal_name(meter: str, reader: Reader) -> str:
    """Return what is counted, in words."""
    if meter.startswith("balance."):
        return _("Balance: %(unit)s") % {"unit": reader.called(meter.removeprefix("balance."))}
    names = {
        "spend": _("Spending"),
        "gross": _("Spending"),
        "orders": _("Purchases"),
        "points": _("Points earned"),
        "active_days": _("Days with a purchase"),
        "redeemed": _("Points used"),
        "months": _("Months as a member"),
        "days": _("Days as a member"),
        "level_months": _("Months at this level"),
    }
    return names.get(meter) or reader.called(meter)


def window_name(window: Window | None) -> str:
    """Return over which time something is counted, in words; empty for all time."""
    if window is None or window.kind == "lifetime":
        return ""
    if window.kind == "rolling" and window.length:
        if window.length.months:
            return _("last %(months)s months") % {"months": window.length.months}
        return _("last %(days)s days") % {"days": window.length.days}
    names = {
        "order": _("one purchase"),
        "day": _("today"),
        "week": _("this week"),
        "month": _("this month"),
        "quarter": _("this quarter"),
        "half_year": _("this half year"),
        "year": _("this year"),
        "membership_year": _("this membership year"),
        "term": _("this membership term"),
        "level_term": _("since the level began"),
        "cycle": _("this program year"),
    }
    return names.get(window.kind, window.kind)
