"""One step in the making: a copy of the member's state, changed as little as possible, and the rows that come of it.

A handler gets a `Work` and changes it: through the ledger moves (`moves`), vouchers (`rights`), limits (`limits`) and
meters (`meters`) beside this file, and by raising `Rejected`, after which the work is thrown away and the state that
was given is as it was. It is also the context that conditions and look-ups of a program are asked with.

Change nothing that was loaded without taking it into your hands first: `wallet`, `lot`, `voucher`, `order`, `mark`,
`meter_buckets`, `standing` and `membership` return a copy that belongs to this step, the same one each time.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from phakdi.kit.errors import Rejected
from phakdi.kit.ids import fixed_id, nth
from phakdi.loyalty.engine.core import copies
from phakdi.loyalty.engine.core.bills import Bill
from phakdi.loyalty.engine.core.lots import first_end
from phakdi.loyalty.engine.core.prepared import prepared
from phakdi.loyalty.engine.core.state import (
    Activity,
    Caused,
    Entry,
    Fact,
    Line,
    Lot,
    Membership,
    MemberState,
    Standing,
    Step,
    Verdict,
    Voucher,
    Wallet,
)
from phakdi.loyalty.programs.compiled import CompiledProgram, Ratio, RunningRule
from phakdi.loyalty.programs.document.rules import Base
from phakdi.loyalty.programs.periods import Window, start_of

STOPPED = frozenset({"FROZEN", "CLOSED", "MERGED"})  # R125: neither earn nor spend
_ADDS = {"ACTIVE": "active", "PENDING": "pending", "HELD": "held"}
_OUT = frozenset({"REDEEMED", "PARTNER", "FEES"})
_IN = frozenset({"ISSUED", "PENDING", "OPENING"})
_MINE = frozenset({"ACTIVE", "PENDING", "HELD", "DEBT"})
_SALT = 0x9E3779B1
MICROSECOND = timedelta(microseconds=1)


class Work:
    """The working object of one step; see the module.

    ``activity`` is what is being looked at: the reported activity, or one that the engine makes of the calendar or of a
    level reached. ``at`` is its instant, ``local`` the same in the program's time zone; entries become effective then.
    ``line`` is the line being looked at, if any. ``reported`` stays the activity that was told, None if only time passes.
    """

    __slots__ = (
        "_bills", "_cause",  "_mine", "_number", "_rows", "activity", "at", "budget_takes", "caused", "closing", "counts", "earns",
        "entries", "facts", "happenings", "level_before", "line", "local", "lot_ends", "new_lots", "new_vouchers", "now", "order_doc", "orders", "outcome", "prepared", "program", "readings",
        "reported", "state", "touched_lots", "touched_vouchers", "verdicts", "zone",
    )  # fmt: skip

    def __init__(self, state: MemberState, program: CompiledProgram, now: datetime, activity: Activity | None = None) -> None:
        self.state = copies.state(state)
        self.program, self.now, self.zone = program, now, program.zone
        self.prepared = prepared(program)
        self.reported = activity
        self._cause = activity.id if activity else _cause_of_time(state, now)
        self._number = 0
        self._mine: set[str] = set()
        self.entries: list[Entry] = []
        self.new_lots: dict[UUID, Lot] = {}
        self.touched_lots: dict[UUID, Lot] = {}
        self.new_vouchers: dict[UUID, Voucher] = {}
        self.touched_vouchers: dict[UUID, Voucher] = {}
        self.orders: dict[str, dict[str, Any]] = {}
        self.facts: list[Fact] = []
        self.caused: list[Caused] = []
        self.verdicts: list[Verdict] = []
        self.outcome: dict[str, Any] = {}
        self.budget_takes: dict[str, int] = {}
        self.earns = True  # a handler that leaves nothing for earning rules to do sets this to False
        self.order_doc: dict[str, Any] | None = None  # what a return of this activity will need, while it is being booked
        self.level_before = state.standing.level
        self.happenings: list[Activity] = []
        self.lot_ends: datetime | None = None  # the first instant at which a lot as it was loaded has to be booked
        self.closing = False  # a period is being judged from just before its end: "the last one" is seen from its end
        self.look_at(activity or Activity(self._cause, "", now), now if activity is None else activity.at)

    # --- what conditions read ---------------------------------------------------------------------------------------

    def look_at(self, activity: Activity, at: datetime) -> None:
        """Make ``activity`` the one that is looked at, and ``at`` the instant of what is booked from now on."""
        self.activity, self.at, self.local = activity, at, at.astimezone(self.zone)
        self.line: Line | None = None
        self.counts: dict[str, int] = {}  # meter -> what this activity counted
        self._bills: dict[int, Bill] = {}
        self.readings: dict[tuple[str, int], int] = {}  # what meters said, until something is counted

    @contextmanager
    def looking_at(self, activity: Activity, at: datetime) -> Iterator[None]:
        """Look at another activity for a while."""
        before = self.activity, self.at, self.local, self.line, self.counts, self._bills
        self.look_at(activity, at)
        try:
            yield
        finally:
            self.activity, self.at, self.local, self.line, self.counts, self._bills = before
            self.readings = {}

    def bill(self, base: Base | None = None) -> Bill:
        """Return the activity's money and lines as ``base`` (the program's by default) lets them earn (R5)."""
        base = base or self.program.document.base
        found = self._bills.get(id(base))
        if found is None:
            found = self._bills[id(base)] = Bill(self.activity, base)
        return found

    @property
    def net(self) -> int:
        """What of the bill earns under the program's base, in minor units."""
        return self.bill().net

    @property
    def today(self) -> date:
        """The program's day of what is being looked at."""
        return self.local.date()

    def meter(self, key: str, window: Window) -> int:
        """Return what the meter says over ``window``, as of now; ``order`` is this activity alone."""
        from phakdi.loyalty.engine.core import meters  # noqa: PLC0415 - meters count with a Work

        if self.closing and window.previous:
            with self.looking_at(self.activity, self.at + MICROSECOND):
                return meters.read(self, key, window)
        return meters.read(self, key, window)

    def last_at(self, name: str) -> datetime | None:
        """Return the local time of the member's last activity of kind ``name`` before this one."""
        text = self.state.marks.get("last", {}).get(name)
        return datetime.fromisoformat(text).astimezone(self.zone) if text else None

    def quantity(self, ratio: Ratio | None, default: int = 0) -> int:
        """Return a number of the program for this member and activity, rounded down."""
        if ratio is None:
            return default
        numerator, denominator = ratio(self)
        return numerator // denominator

    # --- what belongs to the step --------------------------------------------------------------------------------------

    def wallet(self, unit: str) -> Wallet:
        """Return the wallet, to be changed by entries only."""
        found = self.state.wallets.get(unit)
        if found is None:
            found = Wallet(unit)
        elif f"w:{unit}" in self._mine:
            return found
        else:
            found = copies.wallet(found)
        self._mine.add(f"w:{unit}")
        self.state.wallets[unit] = found
        return found

    def balance(self, unit: str) -> int:
        """Return what may be spent of ``unit``."""
        found = self.state.wallets.get(unit)
        return found.active if found else 0

    def lot(self, lot_id: UUID) -> Lot:
        """Return the lot, to be changed. KeyError: the state does not hold it."""
        found = self.new_lots.get(lot_id) or self.touched_lots.get(lot_id)
        if found is None:
            found = self.touched_lots[lot_id] = self.state.lots[lot_id] = copies.lot(self.state.lots[lot_id])
        return found

    def voucher(self, voucher_id: UUID) -> Voucher:
        """Return the voucher, to be changed. KeyError: the state does not hold it."""
        found = self.new_vouchers.get(voucher_id) or self.touched_vouchers.get(voucher_id)
        if found is None:
            found = copies.voucher(self.state.vouchers[voucher_id])
            self.touched_vouchers[voucher_id] = self.state.vouchers[voucher_id] = found
        return found

    def order(self, ref: str) -> dict[str, Any] | None:
        """Return the document of an order or redemption to be changed, or None where none of that name is known."""
        found = self.orders.get(ref)
        if found is None and (kept := self.state.orders.get(ref)) is not None:
            found = self.orders[ref] = self.state.orders[ref] = cast("dict[str, Any]", copies.document(kept))
        return found

    def put_order(self, ref: str, doc: dict[str, Any]) -> None:
        """Keep a new document under ``ref``: JSON shapes only; lots and vouchers by ``str(id)`` come along when it is loaded."""
        self.orders[ref] = self.state.orders[ref] = doc

    def mark(self, name: str, empty: Any) -> Any:
        """Return what is kept under ``name`` in the marks, to be changed; ``empty`` (a dict or list) where there is nothing."""
        marks = self.state.marks
        if f"m:{name}" not in self._mine:
            self._mine.add(f"m:{name}")
            marks[name] = copies.document(marks[name]) if name in marks else empty
        elif name not in marks:
            marks[name] = empty
        return marks[name]

    def meter_buckets(self, key: str) -> dict[str, int]:
        """Return the buckets of a meter or limit, to be changed."""
        meters = self.state.meters
        if f"b:{key}" not in self._mine:
            self._mine.add(f"b:{key}")
            meters[key] = dict(meters.get(key, ()))
        return meters[key]

    @property
    def standing(self) -> Standing:
        """The member's standing, to be changed (for the level use `levels.set_level`)."""
        if "standing" not in self._mine:
            self._mine.add("standing")
            self.state.standing = copies.standing(self.state.standing)
        return self.state.standing

    @property
    def membership(self) -> Membership:
        """The member's membership, to be changed."""
        if "membership" not in self._mine:
            self._mine.add("membership")
            self.state.membership = copies.membership(self.state.membership)
        return self.state.membership

    # --- rows ---------------------------------------------------------------------------------------------------------

    @property
    def cause(self) -> UUID:
        """What the identifiers of this step derive from."""
        return self._cause

    @property
    def rows_given(self) -> int:
        """How many identifiers this step has given away."""
        return self._number

    def new_id(self) -> UUID:
        """Return the next identifier that this step gives away."""
        self._number += 1
        return nth(self._cause, self._number)

    def entry(
        self,
        kind: str,
        unit: str,
        points: int,
        source: str,
        target: str,
        *,
        uses: tuple[tuple[UUID, int], ...] = (),
        rule: str = "",
        reason: str = "",
        params: Mapping[str, Any] | None = None,
        reverses: UUID | None = None,
        pot: str = "",
        ref: str | None = None,
    ) -> Entry:
        """Write an entry and change the wallet with it. The lots named in ``uses`` are the caller's to change."""
        assert points > 0, "an entry moves at least one point"
        row = Entry(
            self.new_id(), kind, unit, points, source, target, self.at, rule, reason, params or {}, reverses, uses, pot,
            self.activity.of or self.activity.ref if ref is None else ref,
        )  # fmt: skip
        self.entries.append(row)
        _move(self.wallet(unit), points, source, target)
        return row

    def fact(self, topic: str, **data: Any) -> None:
        """Tell something afterwards, with ids and figures only."""
        self.facts.append(Fact(topic, data))

    def happen(self, kind: str, **fields: Any) -> None:
        """Let something happen that rules may give for (``level_up``, ``level_down``, ``level_kept``): its rules run soon after."""
        self.happenings.append(Activity(self._cause, kind, self.at, of=self.activity.of or self.activity.ref, fields=fields))

    def verdict(self, rule: RunningRule | str, applied: bool, reason: str = "", **params: Any) -> None:  # noqa: FBT001 - a verdict is one
        """Keep why a rule did or did not apply."""
        self.verdicts.append(Verdict(rule if isinstance(rule, str) else rule.key, applied, reason, params))

    def start_of(self, day: date) -> datetime:
        """Return the instant at which a local day begins."""
        return start_of(day, self.zone)

    def step(self, due_at: datetime | None) -> Step:
        """Return the rows of this step."""
        lots = self.state.lots
        if self.touched_lots or self.lot_ends is None:
            lots.forget_end()
        else:
            lots.note_end(min(self.lot_ends, first_end(self.new_lots.values())) if self.new_lots else self.lot_ends)
        return Step(
            self.state,
            self.reported,
            self.entries,
            list(self.new_lots.values()),
            list(self.touched_lots.values()),
            list(self.new_vouchers.values()),
            list(self.touched_vouchers.values()),
            self.orders,
            self.facts,
            self.caused,
            self.verdicts,
            self.budget_takes,
            self.outcome,
            due_at,
        )


def reject(code: str, message: str, **details: Any) -> Rejected:
    """Return a refusal, to be raised: a stable code, an English message, and the figures behind it."""
    return Rejected(message, code=code, **details)


def _move(wallet: Wallet, points: int, source: str, target: str) -> None:
    assert source in _MINE or target in _MINE, "one side of an entry is the member's"
    if source == "ISSUED" and target == "ACTIVE":  # what happens most
        wallet.active += points
        wallet.earned += points
        return
    if source in _ADDS:
        setattr(wallet, _ADDS[source], getattr(wallet, _ADDS[source]) - points)
    if target in _ADDS:
        setattr(wallet, _ADDS[target], getattr(wallet, _ADDS[target]) + points)
    wallet.debt += points * ((source == "DEBT") - (target == "DEBT"))
    wallet.spent += points * ((target in _OUT) - (source in _OUT))
    wallet.expired += points * ((target == "EXPIRED" and source != "PENDING") - (source == "EXPIRED"))
    if target == "ACTIVE" and source in _IN:
        wallet.earned += points
    elif target == "CANCELLED" and source != "PENDING":
        wallet.earned -= points
    assert min(wallet.active, wallet.pending, wallet.held, wallet.debt) >= 0, "no account of a member falls below zero"


def _cause_of_time(state: MemberState, now: datetime) -> UUID:
    """Return an identifier for the rows of passing time: the same for the same member, version and moment."""
    mixed = (state.member_id.int ^ (state.version * _SALT)) & ((1 << 30) - 1)
    return fixed_id(int(now.astimezone(UTC).timestamp() * 1000), mixed << 16)
