"""A member in memory: does things under a program, lets time pass, and keeps every row that came of it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from phakdi.kit.ids import fixed_id
from phakdi.loyalty.engine.core import advance, advance_time
from phakdi.loyalty.engine.core.state import Activity, Caused, Entry, Line, Lot, MemberState, Profile, Step
from phakdi.loyalty.programs.compiled import CompiledProgram
from phakdi.loyalty.programs.compiler import compile_program
from phakdi.loyalty.programs.document.program import ProgramDocument

BANGKOK = ZoneInfo("Asia/Bangkok")
DEBIT = {"ACTIVE": "active", "PENDING": "pending", "HELD": "held"}


def program(**document: Any) -> CompiledProgram:
    """Return a program that runs; one rule may be given as ``rule``."""
    if "rule" in document:
        document["earning"] = [{"key": "base", **document.pop("rule")}]
    return compile_program(ProgramDocument.model_validate({"key": "test", **document}))


def at(text: str) -> datetime:
    """Return an instant written as local time of Bangkok: ``2026-01-31`` (at noon) or ``2026-01-31 09:30``."""
    moment = datetime.fromisoformat(text if len(text) > 10 else f"{text} 12:00")
    return moment.replace(tzinfo=BANGKOK).astimezone(UTC)


def lines(*baht: float, **named: float) -> tuple[Line, ...]:
    """Return lines of these amounts; named ones have their name as id and category."""
    return (
        *(Line(f"l{number}", round(amount * 100)) for number, amount in enumerate(baht, 1)),
        *(Line(name, round(amount * 100), category=name) for name, amount in named.items()),
    )


class Member:
    """A member and all that was written."""

    def __init__(self, running: CompiledProgram, joined: str | None = None, number: int = 1, **profile: Any) -> None:
        self.program = running
        joined_at = at(joined) if joined else None
        self.state = MemberState(fixed_id(1, 1), fixed_id(2, number), profile=Profile(joined_at=joined_at, **profile))
        self.now = at("2000-01-01")
        self.entries: list[Entry] = []
        self.lots: dict[UUID, Lot] = {}
        self.caused: list[Caused] = []
        self._number = 0
        self.step: Step | None = None

    def does(self, kind: str, when: str | datetime, baht: float | None = None, **more: Any) -> Step:
        """Report an activity and return the step; ``fields`` and the activity's own attributes by name."""
        moment = at(when) if isinstance(when, str) else when
        own = {name: more.pop(name) for name in ("ref", "of", "origin", "channel", "store", "tender", "lines") if name in more}
        now = more.pop("now", moment)
        self._number += 1
        activity = Activity(
            fixed_id(1000 + self._number, self.state.member_id.int & 0xFFFF), kind, moment,
            amount=None if baht is None else round(baht * 100), fields=more, **own,
        )  # fmt: skip
        return self._take(advance(self.state, activity, program=self.program, now=max(now, moment)))

    def buys(self, when: str | datetime, baht: float | None = None, ref: str = "", **more: Any) -> Step:
        """Report a purchase."""
        return self.does("purchase", when, baht, ref=ref, **more)

    def waits(self, until: str | datetime) -> Step:
        """Let time pass."""
        return self._take(advance_time(self.state, program=self.program, now=at(until) if isinstance(until, str) else until))

    def _take(self, step: Step) -> Step:
        self.step, self.state = step, step.state
        self.entries += step.entries
        self.caused += step.caused
        for lot in (*step.new_lots, *step.changed_lots):
            self.lots[lot.id] = lot
        assert_sound(self)
        return step

    # --- what is there ------------------------------------------------------------------------------------------------

    def points(self, unit: str = "points") -> int:
        """Return what may be spent."""
        wallet = self.state.wallets.get(unit)
        return wallet.active if wallet else 0

    def pending(self, unit: str = "points") -> int:
        """Return what waits."""
        wallet = self.state.wallets.get(unit)
        return wallet.pending if wallet else 0

    def debt(self, unit: str = "points") -> int:
        """Return what is owed."""
        wallet = self.state.wallets.get(unit)
        return wallet.debt if wallet else 0

    @property
    def level(self) -> str:
        """Return the level that is held."""
        return self.state.standing.level

    def vouchers(self) -> list[str]:
        """Return the open vouchers by definition."""
        return sorted(voucher.definition for voucher in self.state.vouchers.values() if voucher.state == "ISSUED")

    def last_days(self, unit: str = "points") -> list[tuple[int, date | None]]:
        """Return what remains of each lot with its last valid day."""
        found = sorted((lot for lot in self.lots.values() if lot.remaining and lot.unit == unit), key=lambda lot: lot.id.int)
        return [(lot.remaining, _last_day(lot.expires_at)) for lot in found]

    def moved(self) -> list[tuple[str, int]]:
        """Return the entries of the last step as (kind, points)."""
        assert self.step
        return [(entry.kind, entry.points) for entry in self.step.entries]

    def why(self, rule: str = "base") -> tuple[bool, str]:
        """Return the last step's verdict on a rule."""
        assert self.step
        return next((verdict.applied, verdict.reason) for verdict in self.step.verdicts if verdict.rule == rule)


def _last_day(end: datetime | None) -> date | None:
    if end is None:
        return None
    local = end.astimezone(BANGKOK)
    assert (local.hour, local.minute) == (0, 0)
    return date.fromordinal(local.date().toordinal() - 1)


# --- replaying --------------------------------------------------------------------------------------------------------


def assert_sound(member: Member) -> None:
    """Hold wallets and lots to what the entries say, as `phakdi verify` does."""
    assert _replayed_wallets(member.entries) == {
        unit: (wallet.active, wallet.pending, wallet.held, wallet.debt) for unit, wallet in member.state.wallets.items()
    }
    assert _replayed_lots(member.entries) == {lot.id: lot.remaining for lot in member.lots.values()}
    for unit, wallet in member.state.wallets.items():
        mine = [lot for lot in member.lots.values() if lot.unit == unit]
        assert sum(lot.remaining for lot in mine if lot.is_pending) == wallet.pending
        assert sum(lot.remaining for lot in mine if not lot.is_pending) == wallet.active
    assert all(0 <= lot.remaining <= lot.granted for lot in member.lots.values())
    assert {lot.id for lot in member.lots.values() if lot.remaining} <= member.state.lots.keys()
    _assert_reversals(member.entries)
    assert len({entry.id for entry in member.entries}) == len(member.entries)


def _replayed_wallets(entries: Sequence[Entry]) -> dict[str, tuple[int, int, int, int]]:
    found: dict[str, dict[str, int]] = {}
    for entry in entries:
        account = found.setdefault(entry.unit, dict.fromkeys(("active", "pending", "held", "debt"), 0))
        for side, sign in ((entry.source, -1), (entry.target, 1)):
            if side in DEBIT:
                account[DEBIT[side]] += sign * entry.points
            elif side == "DEBT":
                account["debt"] -= sign * entry.points
    return {unit: (each["active"], each["pending"], each["held"], each["debt"]) for unit, each in found.items()}


def _replayed_lots(entries: Sequence[Entry]) -> dict[UUID, int]:
    found: dict[UUID, int] = {}
    for entry in entries:
        sign = (entry.target in {"ACTIVE", "PENDING"}) - (entry.source in {"ACTIVE", "PENDING"})
        for lot_id, points in entry.uses:
            found[lot_id] = found.get(lot_id, 0) + sign * points
        if {entry.source, entry.target} & {"ACTIVE", "PENDING"}:
            assert sum(points for _, points in entry.uses) == entry.points
    return found


def _assert_reversals(entries: Sequence[Entry]) -> None:
    given = {entry.id: entry.points for entry in entries}
    taken: dict[UUID, int] = {}
    for entry in entries:
        if entry.reverses_id is not None:
            taken[entry.reverses_id] = taken.get(entry.reverses_id, 0) + entry.points
    assert all(points <= given[entry_id] for entry_id, points in taken.items())
