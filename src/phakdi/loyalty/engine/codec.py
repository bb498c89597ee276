"""Between the engine's values and the JSON that the posting and loading functions speak.

Written by hand because every till transaction passes through here: `decode_member` reads the row that
``sql/load_1.sql`` answers, `encode` writes the records that ``sql/post_1.sql`` unpacks. Numbers and instants keep their
meaning from `state`: whole points, minor units, aware UTC.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Any
from uuid import UUID

import orjson

from phakdi.kit.ids import new_id, nth
from phakdi.loyalty.engine.core.lots import Lots
from phakdi.loyalty.engine.core.state import (
    Activity,
    Entry,
    Lot,
    Membership,
    MemberState,
    Profile,
    Standing,
    Step,
    Verdict,
    Voucher,
    Wallet,
)
from phakdi.loyalty.engine.leaving import POINTS_LEFT, points_left
from phakdi.loyalty.engine.loaded import ROWS, VALUES, LoadedLots, read_id

CAUSED_TOPIC = "activity.caused"
BOOKED, REVIEW = "BOOKED", "REVIEW"
SOME_ID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")  # lots and vouchers that an order names

Json = dict[str, Any]

_read = datetime.fromisoformat


@dataclass(slots=True, frozen=True)
class ReceiptKey:
    """What makes a report the same report: where it came from, its number there, and a digest of what it says."""

    origin: str
    number: str
    content_hash: str


@dataclass(slots=True, frozen=True)
class Booking:
    """One step together with what only the store needs to know of it."""

    step: Step
    recorded_at: datetime
    program_version_id: UUID | None
    receipt: ReceiptKey | None = None
    state: str = BOOKED
    import_id: UUID | None = None
    actor: Mapping[str, Any] | None = None
    tells: bool = True  # its facts; what it causes is told in any case
    named: UUID | None = None  # who was named, where that member became part of another


@dataclass(slots=True)
class Group:
    """The steps of one member that are written together, each having started where the one before ended."""

    member_id: UUID
    expected_version: int
    bookings: list[Booking] = field(default_factory=list)


# --- reading -----------------------------------------------------------------------------------------------------


def decode_member(organization_id: UUID, member_id: UUID, row: Sequence[str | None], budgets: Mapping[str, int]) -> MemberState:
    """Return the member's state from the columns that ``engine_load`` answers, from ``status`` on."""
    status, joined_at, birthday, language, segments, attributes, version, clock, doc, wallets, lots, vouchers, orders, held = row
    profile = Profile(
        status or "",
        _instant(joined_at),
        date.fromisoformat(birthday) if birthday else None,
        language or "",
        frozenset(segments.split(VALUES)) if segments else frozenset(),
        orjson.loads(attributes) if attributes else {},
        _instant(held),
    )
    if version is None:
        return MemberState(organization_id, member_id, profile=profile, budgets=dict(budgets))
    assert doc is not None
    kept = orjson.loads(doc)
    return MemberState(
        organization_id,
        member_id,
        int(version),
        _instant(clock),
        profile,
        {wallet.unit: wallet for wallet in map(_wallet, wallets.split(ROWS))} if wallets else {},
        Lots(LoadedLots(lots)) if lots else Lots(),
        {voucher.id: voucher for voucher in map(_voucher, sorted(vouchers.split(ROWS)))} if vouchers else {},
        _standing(kept.get("standing")),
        _membership(kept.get("membership")),
        kept.get("meters") or {},
        kept.get("marks") or {},
        orjson.loads(orders) if orders else {},
        dict(budgets),
    )


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None  # the functions answer in UTC


def _wallet(text: str) -> Wallet:
    unit, *figures = text.split(VALUES)
    return Wallet(unit, *map(int, figures))


def _voucher(text: str) -> Voucher:
    (
        voucher_id, definition, state, issued_at, starts_at, expires_at, value_minor, uses_left, rule, activity_id, ref, choice,
    ) = text.split(VALUES)  # fmt: skip
    return Voucher(
        read_id(voucher_id),
        definition,
        state,
        _read(issued_at),
        _read(starts_at),
        _read(expires_at) if expires_at else None,
        int(value_minor) if value_minor else None,
        int(uses_left),
        rule,
        read_id(activity_id) if activity_id else None,
        ref,
        choice,
    )


def read_lots(text: str | None) -> list[Lot]:
    """Return lots as ``engine_lots`` tells them."""
    return list(LoadedLots(text).read().values()) if text else []


def read_vouchers(text: str | None) -> list[Voucher]:
    """Return vouchers as ``engine_vouchers`` tells them."""
    return [_voucher(row) for row in sorted(text.split(ROWS))] if text else []


def _standing(doc: Mapping[str, Any] | None) -> Standing:
    if not doc:
        return Standing()
    return Standing(
        doc["level"],
        _instant(doc["since"]),
        _instant(doc["until"]),
        _instant(doc["grace_until"]),
        doc["next_level"],
        _instant(doc["next_at"]),
        doc["assigned"],
    )


def _membership(doc: Mapping[str, Any] | None) -> Membership:
    if not doc:
        return Membership()
    return Membership(doc["plan"], _instant(doc["since"]), _instant(doc["until"]), doc["ended"], doc["fee_paid_minor"])


# --- writing -----------------------------------------------------------------------------------------------------


def encode(groups: Sequence[Group]) -> tuple[str | None, ...]:
    """Return the arguments of ``engine_post`` after the organization, in its order; ``None`` where nothing is written.

    Members and receipts come sorted: the order in which they are locked.
    """
    tables = _Tables()
    for group in sorted(groups, key=_member_of) if len(groups) > 1 else groups:
        tables.add(group)
    return tables.arguments()


def _member_of(group: Group) -> int:
    return group.member_id.int


class _Tables:
    """The records of a post by table, each as JSON: written at once, a batch holds texts and not thousands of dictionaries."""

    def __init__(self) -> None:
        self.states: list[bytes] = []
        self.activities: list[bytes] = []
        self.receipts: list[tuple[str, str, bytes]] = []
        self.entries: list[bytes] = []
        self.lots: list[bytes] = []
        self.wallets: list[bytes] = []
        self.vouchers: list[bytes] = []
        self.orders: list[bytes] = []
        self.takes: list[bytes] = []
        self.facts: list[bytes] = []

    def arguments(self) -> tuple[str | None, ...]:
        self.receipts.sort()
        return (
            str(len(self.states)),
            _array(self.states),
            _array(self.activities),
            str(len(self.receipts)),
            _array([record for _, _, record in self.receipts]),
            _array(self.entries),
            _array(self.lots),
            _array(self.wallets),
            _array(self.vouchers),
            _array(self.orders),
            _array(self.takes),
            _array(self.facts),
        )

    def add(self, group: Group) -> None:
        member_id = group.member_id
        lots: dict[UUID, Lot] = {}
        vouchers: dict[UUID, Voucher] = {}
        orders: dict[str, Json] = {}
        takes: dict[str, int] = {}
        units: set[str] = set()
        for booking in group.bookings:
            step = booking.step
            self._add_booking(member_id, booking)
            units.update([entry.unit for entry in step.entries])
            for lot in (*step.new_lots, *step.changed_lots):
                lots[lot.id] = lot
            for voucher in (*step.new_vouchers, *step.changed_vouchers):
                vouchers[voucher.id] = voucher
            orders.update(step.changed_orders)
            for budget, amount in step.budget_takes.items():
                takes[budget] = takes.get(budget, 0) + amount
        last = next((booking.step for booking in reversed(group.bookings) if booking.state == BOOKED), None)
        if last is None:  # only reports that wait for review: nothing changes for the member
            return
        self.states.append(_bytes(_state_record(group.expected_version + 1, last)))
        self.lots += [_bytes(_lot_record(member_id, lot)) for lot in lots.values()]
        self.wallets += [_bytes(_wallet_record(member_id, last.state.wallets[unit])) for unit in units]
        self.vouchers += [_bytes(_voucher_record(member_id, voucher)) for voucher in vouchers.values()]
        self.orders += [_bytes(_order_record(ref, doc, last.state)) for ref, doc in orders.items()]
        self.takes += [
            _bytes({"member_id": member_id, "budget": key, "amount": amount}) for key, amount in takes.items() if amount
        ]

    def _add_booking(self, member_id: UUID, booking: Booking) -> None:
        step = booking.step
        cause = step.activity.id if step.activity else new_id()
        if step.activity:
            self.activities.append(_bytes(_activity_record(member_id, booking, step.activity)))
        if receipt := booking.receipt:
            self.receipts.append((receipt.origin, receipt.number, _bytes(_receipt_record(member_id, cause, receipt))))
        self.entries += [_bytes(_entry_record(member_id, booking, entry, number)) for number, entry in enumerate(step.entries)]
        if step.facts or step.caused or step.entries:
            self.facts += [_bytes(record) for record in _fact_records(member_id, cause, booking)]


def _array(records: list[bytes]) -> str | None:
    return f"[{b','.join(records).decode()}]" if records else None


def _bytes(record: Json) -> bytes:
    return orjson.dumps(record, default=_plain)


def dump(value: Any) -> str:
    """Return ``value`` as JSON text; decimals and dates as text, sets as sorted lists."""
    return orjson.dumps(value, default=_plain).decode()


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, frozenset | set):
        return sorted(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _activity_record(member_id: UUID, booking: Booking, activity: Activity) -> Json:
    return {
        "member_id": member_id,
        "id": activity.id,
        "kind": activity.kind,
        "ref": activity.ref,
        "origin": activity.origin,
        "of": activity.of,
        "channel": activity.channel,
        "store": activity.store,
        "tender": activity.tender,
        "amount_minor": activity.amount,
        "occurred_at": activity.at,
        "recorded_at": booking.recorded_at,
        "program_version_id": booking.program_version_id,
        "data": activity_data(activity) | ({"named": booking.named} if booking.named else {}),
        "outcome": booking.step.outcome,
        "verdicts": booking.step.verdicts,
        "state": booking.state,
        "import_id": booking.import_id,
        "actor": booking.actor,
    }


def activity_data(activity: Activity) -> Json:
    """Return what an activity says beyond its own columns: lines, the program's fields, depth."""
    data: Json = {}
    if activity.lines:
        data["lines"] = activity.lines
    if activity.fields:
        data["fields"] = activity.fields
    if activity.depth:
        data["depth"] = activity.depth
    return data


def _receipt_record(member_id: UUID, activity_id: UUID, receipt: ReceiptKey) -> Json:
    return {
        "origin": receipt.origin,
        "number": receipt.number,
        "member_id": member_id,
        "activity_id": activity_id,
        "content_hash": receipt.content_hash,
    }


def _entry_record(member_id: UUID, booking: Booking, entry: Entry, number: int) -> Json:
    activity = booking.step.activity
    return {
        "member_id": member_id,
        "id": entry.id,
        "activity_id": activity.id if activity else None,
        "program_version_id": booking.program_version_id,
        "seq": number,
        "kind": entry.kind,
        "unit": entry.unit,
        "points": entry.points,
        "source": entry.source,
        "target": entry.target,
        "rule": entry.rule,
        "reason": entry.reason,
        "params": entry.params,
        "reverses_id": entry.reverses_id,
        "uses": entry.uses,
        "pot": entry.pot,
        "ref": entry.ref,
        "effective_at": entry.effective_at,
        "recorded_at": booking.recorded_at,
    }


def _lot_record(member_id: UUID, lot: Lot) -> Json:
    return {
        "member_id": member_id,
        "id": lot.id,
        "activity_id": lot.activity_id,
        "unit": lot.unit,
        "granted": lot.granted,
        "remaining": lot.remaining,
        "earned_at": lot.earned_at,
        "available_at": lot.available_at,
        "expires_at": lot.expires_at,
        "is_pending": lot.is_pending,
        "waits_for": lot.waits_for,
        "cancel_at": lot.cancel_at,
        "pot": lot.pot,
        "rule": lot.rule,
        "is_bonus": lot.is_bonus,
        "ref": lot.ref,
    }


def _wallet_record(member_id: UUID, wallet: Wallet) -> Json:
    return {
        "member_id": member_id,
        "unit": wallet.unit,
        "active": wallet.active,
        "pending": wallet.pending,
        "held": wallet.held,
        "debt": wallet.debt,
        "earned": wallet.earned,
        "spent": wallet.spent,
        "expired": wallet.expired,
    }


def _voucher_record(member_id: UUID, voucher: Voucher) -> Json:
    return {
        "member_id": member_id,
        "id": voucher.id,
        "activity_id": voucher.activity_id,
        "definition": voucher.definition,
        "state": voucher.state,
        "issued_at": voucher.issued_at,
        "starts_at": voucher.starts_at,
        "expires_at": voucher.expires_at,
        "value_minor": voucher.value_minor,
        "uses_left": voucher.uses_left,
        "rule": voucher.rule,
        "ref": voucher.ref,
        "choice": voucher.choice,
    }


def _order_record(ref: str, doc: Json, state: MemberState) -> Json:
    text = orjson.dumps(doc, default=_plain)
    named = dict.fromkeys([read_id(found) for found in SOME_ID.findall(text.decode())])
    return {
        "member_id": state.member_id,
        "ref": ref,
        "doc": orjson.Fragment(text),
        "lot_ids": [value for value in named if value in state.lots],
        "voucher_ids": [value for value in named if value in state.vouchers],
    }


def _state_record(version: int, step: Step) -> Json:
    state = step.state
    return {
        "member_id": state.member_id,
        "version": version,
        "clock": state.clock,
        "level": state.standing.level,
        "due_at": step.due_at,
        "doc": {"standing": state.standing, "membership": state.membership, "meters": state.meters, "marks": state.marks},
    }


def _fact_records(member_id: UUID, cause: UUID, booking: Booking) -> Iterable[Json]:
    step, number = booking.step, 0
    told: list[tuple[str, Mapping[str, Any]]] = []
    if booking.tells:
        told = [(fact.topic, fact.data) for fact in step.facts] + [(POINTS_LEFT, data) for data in points_left(step)]
    for topic, data in told:
        number += 1
        yield {
            "id": nth(cause, number),
            "member_id": member_id,
            "topic": topic,
            "data": {**data, "import_id": booking.import_id} if booking.import_id else data,
            "at": booking.recorded_at,
        }
    depth = (step.activity.depth if step.activity else 0) + 1
    for caused in step.caused:
        number += 1
        data = {"kind": caused.kind, "at": caused.at, "fields": caused.fields, "of": caused.ref, "depth": depth}
        yield {
            "id": nth(cause, number),
            "member_id": caused.member_id,
            "told_by": member_id,
            "topic": CAUSED_TOPIC,
            "data": data,
            "at": booking.recorded_at,
        }


# --- digests -----------------------------------------------------------------------------------------------------


def content_hash(activity: Activity) -> str:
    """Return a digest of what an activity says, leaving out when and through which channel it was told."""
    said = (activity.kind, activity.of, activity.amount, activity.lines, activity.fields)
    text = orjson.dumps(said, default=_plain, option=orjson.OPT_SORT_KEYS)
    return blake2b(text, digest_size=16).hexdigest()


def verdict_values(verdicts: Sequence[Verdict]) -> list[Json]:
    """Return verdicts as dictionaries, as a caller is answered with them."""
    return [{"rule": v.rule, "applied": v.applied, "reason": v.reason, "params": dict(v.params)} for v in verdicts]
