"""What a member has, put as pages show it: balances with their worth, what ends when, vouchers and movements with their why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from phakdi.kit.text import pick
from phakdi.loyalty.engine.core.state import Lot, MemberState
from phakdi.loyalty.engine.snapshots import Snapshot
from phakdi.loyalty.ledger.models import Entry
from phakdi.loyalty.programs.compiled import CompiledProgram
from phakdi.loyalty.wording import Reader, reason_text
from phakdi.web.naming import shown_ref
from phakdi.web.worth import worth_of

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
            last_day_of(each.expires_at, zone),
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
        reason_text(
            entry.kind, entry.reason, {"rule": entry.rule, "ref": shown_ref(entry.ref), **entry.params}, reader.language, reader
        ),
        reader.names.get(entry.rule, ""),
        shown_ref(entry.ref),
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
        worth.minor if (worth := worth_of(program, key, active, now)) else None,
        unit.card.size if unit.card else None,
        _endings(lots, _zone(program), now),
        _waiting(lots, _zone(program), reader),
    )


def unit_name(kind: str) -> str:
    """Return what a kind of points is called where the program gives it no name."""
    names = {"points": _("points"), "status": _("status points"), "stamps": _("stamps"), "credit": _("store credit")}
    return names.get(kind, kind)


def _endings(lots: Iterable[Lot], zone: ZoneInfo, now: datetime) -> tuple[Ending, ...]:
    by_day: dict[date, int] = {}
    for lot in lots:
        if not lot.is_pending and (day := last_day_of(lot.expires_at, zone)):
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


def last_day_of(ends_at: datetime | None, zone: Any) -> date | None:
    """Return the last day on which something can be used that ends at an instant."""
    return (ends_at - MOMENT).astimezone(zone).date() if ends_at else None


def _zone(program: CompiledProgram) -> Any:
    return program.zone


def program_name(program: CompiledProgram, reads: str) -> str:
    """Return what the program is called, else its key."""
    return pick(program.document.name, reads) or program.key
