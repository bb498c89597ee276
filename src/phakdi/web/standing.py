"""What a member has, put as pages show it: balances with their worth, what ends when, vouchers and movements with their why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from phakdi.kit.money import exponent, format_money
from phakdi.kit.text import pick
from phakdi.kit.thai import format_date
from phakdi.loyalty.engine.core.progress import Goal, Progress, Way, progress_of
from phakdi.loyalty.engine.core.state import Lot, MemberState
from phakdi.loyalty.engine.snapshots import Snapshot
from phakdi.loyalty.ledger.models import Entry
from phakdi.loyalty.programs.compiled import CompiledProgram
from phakdi.loyalty.programs.periods import Window
from phakdi.loyalty.wording import Reader, reason_text

MINE = frozenset({"ACTIVE", "PENDING", "HELD"})
MOMENT = timedelta(microseconds=1)
DATES_MAX = 12


@dataclass(frozen=True, slots=True)
class Ending:
    """So many points that can be used up to and including a day."""

    last_day: date
    points: int
    is_soon: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """So many points that become spendable on a day, or once something happens."""

    points: int
    from_day: date | None
    waits_for: str


@dataclass(frozen=True, slots=True)
class Balance:
    """What a member has of one unit; ``worth_minor`` is what may be paid with it, None where it pays nothing by itself."""

    unit: str
    name: str
    kind: str
    active: int
    pending: int
    held: int
    debt: int
    worth_minor: int | None
    card_size: int | None
    endings: tuple[Ending, ...]
    waiting: tuple[Waiting, ...]

    @property
    def is_money(self) -> bool:
        """Whether it is counted in money, minor units."""
        return self.kind == "credit"

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell of it."""
        return not (self.active or self.pending or self.held or self.debt)


@dataclass(frozen=True, slots=True)
class OwnVoucher:
    """A voucher that can be used, or will be."""

    id: UUID
    name: str
    starts_at: datetime
    last_day: date | None
    value_minor: int | None
    uses_left: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class Movement:
    """One line of the history: what moved, by how much (0: within the member's accounts), and why."""

    id: UUID
    at: datetime
    unit: str
    delta: int
    points: int
    is_money: bool
    why: str
    rule: str
    ref: str
    kind: str
    activity_id: UUID | None = None
    params: Mapping[str, Any] = field(default_factory=dict)


def balances(snapshot: Snapshot, reader: Reader, now: datetime) -> list[Balance]:
    """Return what the member has of each unit of the program, the main one first."""
    program, state = snapshot.program, snapshot.state
    keys = [program.main_unit, *(key for key in program.units if key != program.main_unit)]
    return [_balance(program, state, key, reader, now) for key in keys]


def own_vouchers(snapshot: Snapshot, reader: Reader, now: datetime) -> list[OwnVoucher]:
    """Return the vouchers that are the member's to use, what ends first first."""
    zone = snapshot.program.zone
    open_ones = [each for each in snapshot.state.vouchers.values() if each.state in {"ISSUED", "HELD"}]
    found = [
        OwnVoucher(
            each.id,
            reader.called(each.definition),
            each.starts_at,
            _last_day(each.expires_at, zone),
            each.value_minor,
            each.uses_left,
            each.starts_at <= now,
        )
        for each in open_ones
    ]
    return sorted(found, key=lambda each: (each.last_day or date.max, each.starts_at, each.id))


def movements(entries: Iterable[Entry], program: CompiledProgram, reader: Reader) -> list[Movement]:
    """Return entries as lines of a history."""
    return [_movement(entry, program, reader) for entry in entries]


def _movement(entry: Entry, program: CompiledProgram, reader: Reader) -> Movement:
    unit = program.units.get(entry.unit)
    into, out = entry.target in MINE, entry.source in MINE
    return Movement(
        entry.id,
        entry.effective_at,
        reader.called(entry.unit),
        entry.points * (into - out),
        entry.points,
        bool(unit and unit.kind == "credit"),
        reason_text(entry.kind, entry.reason, {"rule": entry.rule, "ref": entry.ref, **entry.params}, reader.language, reader),
        reader.names.get(entry.rule, ""),
        entry.ref,
        entry.kind,
        entry.activity_id,
        entry.params,
    )


def _balance(program: CompiledProgram, state: MemberState, key: str, reader: Reader, now: datetime) -> Balance:
    unit, wallet = program.units[key], state.wallets.get(key)
    lots = [lot for lot in state.lots.values() if lot.unit == key and lot.remaining > 0]
    active = wallet.active if wallet else 0
    return Balance(
        key,
        reader.names.get(key) or unit_name(unit.kind),
        unit.kind,
        active,
        wallet.pending if wallet else 0,
        wallet.held if wallet else 0,
        wallet.debt if wallet else 0,
        _worth(program, key, active),
        unit.card.size if unit.card else None,
        _endings(lots, _zone(program), now),
        _waiting(lots, _zone(program), reader),
    )


def unit_name(kind: str) -> str:
    """Return what a kind of points is called where the program gives it no name."""
    names = {"points": _("points"), "status": _("status points"), "stamps": _("stamps"), "credit": _("store credit")}
    return names.get(kind, kind)


def _worth(program: CompiledProgram, unit: str, points: int) -> int | None:
    """Return what so many points pay, as far as the program says it with a plain number."""
    scale = 10 ** exponent(program.currency)
    if program.units[unit].kind == "credit":
        return points
    worth = program.document.units[unit].worth
    if worth is not None:
        return int(points * worth * scale)
    for rule in program.document.spending:
        if (rule.unit or program.main_unit) == unit and isinstance(rule.pays, Decimal):
            return int(points // rule.points * rule.pays * scale)
    return None


def _endings(lots: Iterable[Lot], zone: ZoneInfo, now: datetime) -> tuple[Ending, ...]:
    by_day: dict[date, int] = {}
    for lot in lots:
        if not lot.is_pending and (day := _last_day(lot.expires_at, zone)):
            by_day[day] = by_day.get(day, 0) + lot.remaining
    soon = now.astimezone(zone).date() + timedelta(days=30)
    return tuple(Ending(day, points, day <= soon) for day, points in sorted(by_day.items())[:DATES_MAX])


def _waiting(lots: Iterable[Lot], zone: ZoneInfo, reader: Reader) -> tuple[Waiting, ...]:
    groups: dict[tuple[date, str], int] = {}
    for lot in lots:
        if lot.is_pending:
            day = lot.available_at.astimezone(zone).date() if lot.available_at else date.max
            name = (day, "" if lot.available_at else lot.waits_for)
            groups[name] = groups.get(name, 0) + lot.remaining
    return tuple(
        Waiting(points, None if day == date.max else day, reader.called(waits_for) if waits_for else "")
        for (day, waits_for), points in sorted(groups.items())[:DATES_MAX]
    )


def _last_day(ends_at: datetime | None, zone: Any) -> date | None:
    """Return the last day on which something can be used that ends at an instant."""
    return (ends_at - MOMENT).astimezone(zone).date() if ends_at else None


def _zone(program: CompiledProgram) -> Any:
    return program.zone


def program_name(program: CompiledProgram, reads: str) -> str:
    """Return what the program is called, else its key."""
    return pick(program.document.name, reads) or program.key


# --- levels -------------------------------------------------------------------------------------------------------------


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
    is_met: bool


@dataclass(frozen=True, slots=True)
class ShownLevel:
    """The level a member holds, the way to the next, and what keeps this one."""

    name: str
    since: datetime | None
    last_day: date | None
    notes: tuple[str, ...]
    next: ShownWay | None
    keep: ShownWay | None
    benefits: tuple[str, ...]


def level_of(snapshot: Snapshot, reader: Reader, now: datetime) -> ShownLevel | None:
    """Return where the member stands, or None where the program has no levels."""
    program = snapshot.program
    if program.tiers is None:
        return None
    found = progress_of(snapshot.state, program=program, now=now)
    level = program.level_by_key.get(found.level)
    benefits = tuple(pick(text, reader.language) for text in level.definition.benefits) if level else ()
    return ShownLevel(
        reader.called(found.level) if found.level else _("No level yet"),
        found.since if found.level else None,
        _last_day(found.until, _zone(program)),
        tuple(_level_notes(found, program, reader)),
        _shown_way(found.reach, program, reader),
        _shown_way(found.keep, program, reader),
        benefits,
    )


def _level_notes(found: Progress, program: CompiledProgram, reader: Reader) -> Iterable[str]:
    if found.next_level and found.next_at:
        day = format_date(found.next_at.astimezone(_zone(program)).date(), reader.language)
        yield _("%(level)s from %(day)s") % {"level": reader.called(found.next_level), "day": day}
    if found.grace_until:
        last = _last_day(found.grace_until, _zone(program))
        assert last
        yield _("This level ends on %(day)s unless you reach its goal by then.") % {"day": format_date(last, reader.language)}


def _shown_way(way: Way | None, program: CompiledProgram, reader: Reader) -> ShownWay | None:
    if way is None or not way.goals:
        return None
    goals = tuple(_shown_goal(goal, program, reader) for goal in way.goals)
    return ShownWay(reader.called(way.level), goals, way.any_is_enough and len(goals) > 1, way.is_met)


def _shown_goal(goal: Goal, program: CompiledProgram, reader: Reader) -> ShownGoal:
    name, over = goal_name(goal.meter, reader), window_name(goal.window)
    percent = min(100, max(0, goal.there * 100 // goal.needed)) if goal.needed else 100
    label = f"{name} ({over})" if over else name
    return ShownGoal(
        label, _quantity(goal.there, goal.meter, program, reader), _quantity(goal.needed, goal.meter, program, reader), percent
    )


def _quantity(value: int, meter: str, program: CompiledProgram, reader: Reader) -> str:
    running = next((each for each in program.meters if each.key == meter), None)
    source, scale = (running.measure.source, running.measure.scale) if running else ("", 1)
    if meter in {"spend", "gross"} or source in {"net", "gross"}:
        return format_money(value, program.currency, reader.language)
    return f"{value / scale:,.10g}" if scale > 1 else f"{value:,}"


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
