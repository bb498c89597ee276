"""Book a bill that a till kept while the network was gone: once, however often it is sent, and never silently lost (R158)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from phakdi.flows.identify_by_code import CardPurpose, identify_by_code
from phakdi.flows.member_trail import Cause, tell
from phakdi.flows.organization_trail import note
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Invalid, Refusal, Unavailable
from phakdi.loyalty.engine import recording
from phakdi.people.cards.core import CardUnreadable
from phakdi.people.members import facts
from phakdi.people.members import operations as members
from phakdi.people.members.core.identities import PHONE, read_identity
from phakdi.people.members.core.status import Status
from phakdi.people.members.queries import find_surviving
from phakdi.people.members.queries.exactly import find_exactly
from phakdi.platform.audit.core import Actor
from phakdi.platform.staff.core import Permission, Place, Role, can
from phakdi.platform.staff.models import StaffMember
from phakdi.platform.staff.queries import UnknownStaff, get_staff
from phakdi.platform.tills import operations, queries
from phakdi.platform.tills.core import BillState, KeptBill, fault_of, is_signed, keys_of, purchase_of, read_bill
from phakdi.platform.tills.models import TillBill

__all__ = ["Reconciled", "give_for_bill", "give_up_bill", "reconcile_bill"]

TILL, COUNTER = "pos", "counter"  # receipts have the till's numbers; bills without one have ours
SOURCE = "counter"
EARNS = frozenset({Status.ACTIVE.value, Status.SHADOW.value})


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What became of a bill: booked (perhaps before), or set aside for somebody to look at."""

    bill_id: UUID
    number: int
    state: BillState
    reason: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    member_id: UUID | None = None
    activity_id: UUID | None = None
    is_replay: bool = False


class _SetAside(Exception):
    """The bill cannot be booked as it is."""

    def __init__(self, reason: str, **details: Any) -> None:
        super().__init__(reason)
        self.reason, self.details = reason, details


def reconcile_bill(*, place: Place, text: str, signature: str, now: datetime) -> Reconciled:
    """Book the bill that ``text`` says for whoever it names; what cannot be booked is kept for somebody to look at.

    The cashier who took the money vouches for it with the till's key, whoever is signed in now. Safe to repeat: an
    answer that was lost is given again. An unknown phone is kept as a shadow (R16).

    Raises:
        NotAllowed: who is signed in may not record bills.
        BillUnreadable: this is no bill.
        Unavailable: others keep changing the member: send it again.
    """
    place.require(Permission.ACTIVITIES_WRITE)
    said, organization_id = read_bill(text), place.organization_id
    with organization_scope(organization_id):
        received = operations.receive_bill(organization_id=organization_id, said=said, text=text, sent_by=place.staff_id, now=now)
    bill = received.bill
    if bill.state != BillState.RECEIVED:
        return _answer(bill, is_replay=True)
    try:
        author = _author(organization_id, said, text, signature)
        _check(said, received, now)
        member_id = _whose(organization_id, said, now)
        receipt = _record(organization_id, author, said, member_id, now)
    except _SetAside as refused:
        return _aside(bill, refused.reason, refused.details)
    except Unavailable:
        raise
    except Refusal as refusal:
        return _aside(bill, refusal.code, refusal.details)
    return _booked(bill, receipt, None, now)


def give_for_bill(*, place: Place, bill_id: UUID, member_id: UUID, now: datetime) -> Reconciled:
    """Give the points of a bill that was set aside to the member whom somebody found for it. Safe to repeat.

    Raises:
        UnknownBill, NotAllowed, OwnMembership, and whatever any activity may be refused for: nothing was changed.
    """
    place.require(Permission.ACTIVITIES_WRITE)
    organization_id = place.organization_id
    with organization_scope(organization_id):
        bill = queries.get_bill(organization_id=organization_id, bill_id=bill_id)
        said = queries.said_by(bill)
        hand = get_staff(organization_id=organization_id, staff_id=place.staff_id)
    if bill.state != BillState.CONFLICT or said is None:
        return _answer(bill, is_replay=True)
    place.require(Permission.ACTIVITIES_WRITE, store=bill.store)
    try:
        receipt = _record(organization_id, hand, said, member_id, now, is_looked_at=True)
    except _SetAside as refused:
        raise Invalid("This bill cannot be given.", code=refused.reason, **refused.details) from refused
    return _booked(bill, receipt, place.staff_id, now)


def give_up_bill(*, place: Place, bill_id: UUID, reason: str, now: datetime) -> None:
    """Give nothing for a bill that was set aside, saying why. Safe to repeat.

    Raises:
        UnknownBill, NotAllowed.
        Invalid: ``why_missing``.
    """
    organization_id = place.organization_id
    if not reason.strip():
        raise Invalid("Say why.", code="why_missing", field="reason")
    with organization_scope(organization_id):
        bill = queries.get_bill(organization_id=organization_id, bill_id=bill_id)
        place.require(Permission.ACTIVITIES_WRITE, store=bill.store)
        if operations.give_up(organization_id=organization_id, bill_id=bill_id, by=place.staff_id, now=now):
            _note(place, "till_bill.given_up", bill, now, {"reason": reason.strip()[:200], "number": bill.number})


def _author(organization_id: UUID, said: KeptBill, text: str, signature: str) -> StaffMember:
    """Return who took the money: still of the staff, in that store, and named by the till's own signature."""
    with organization_scope(organization_id):
        till = queries.find_till(organization_id=organization_id, till_id=said.till_id)
        try:
            author = get_staff(organization_id=organization_id, staff_id=said.staff_id)
        except UnknownStaff as unknown:
            raise _SetAside("bill_cashier_unknown") from unknown
    if till is None:
        raise _SetAside("till_unknown")
    if not is_signed(text, signature, keys_of(queries.secret_of(till), said.staff_id).signing):
        raise _SetAside("bill_signature_wrong")
    if till.closed_at is not None and till.closed_at < said.at:
        raise _SetAside("till_unknown")
    if not author.is_active or not can(Role(author.role), Permission.ACTIVITIES_WRITE):
        raise _SetAside("bill_cashier_unknown")
    if said.store and author.stores and said.store not in author.stores:
        raise _SetAside("store_not_theirs", store=said.store)
    return author


def _check(said: KeptBill, received: operations.Received, now: datetime) -> None:
    if received.is_number_used:
        raise _SetAside("bill_number_used", number=said.number)
    if fault := fault_of(said, now=now):
        raise _SetAside(fault)


def _whose(organization_id: UUID, said: KeptBill, now: datetime) -> UUID:
    """Return the member a bill is of: who was on the page, whose card was shown then, or who is known by what was typed."""
    if said.member_id is not None:
        return said.member_id
    try:
        return identify_by_code(
            organization_id=organization_id, text=said.who, purpose=CardPurpose.EARN, now=min(said.shown_at, now)
        )
    except CardUnreadable:
        pass
    with organization_scope(organization_id):
        if found := find_exactly(organization_id=organization_id, text=said.who):
            return found.id
        try:
            key = read_identity(PHONE, said.who)
        except Invalid as no_phone:
            raise _SetAside("bill_nobody_found") from no_phone
        shadow = members.find_or_create_shadow(organization_id=organization_id, key=key, now=now, source=SOURCE)
        if shadow.is_new:
            tell(Cause(organization_id, now), facts.SHADOWED, shadow.member.id, {"kind": key.kind})
        return shadow.member.id


def _record(
    organization_id: UUID, hand: StaffMember, said: KeptBill, member_id: UUID, now: datetime, *, is_looked_at: bool = False
) -> recording.Receipt:
    with organization_scope(organization_id):
        member = find_surviving(organization_id=organization_id, member_id=member_id)
    if member.status not in EARNS:  # the engine would write the bill down and give nothing: somebody has to know
        raise _SetAside("bill_member_stopped", status=member.status)
    if hand.member_id == member.id:
        raise _SetAside("own_membership")
    told = {
        "kind": "purchase",
        "at": min(said.at, now),
        "ref": said.receipt or f"{COUNTER}-{said.token}",
        "origin": TILL if said.receipt else COUNTER,
        "channel": "store",
        "tender": said.tender,
        "store": said.store,
        **purchase_of(said.amount, said.parts),
    }
    actor = recording.actor_values(Actor("staff", str(hand.id), said.store))
    context = recording.Context(organization_id, now, accepts_late=is_looked_at, actor=actor)
    activity = {name: value for name, value in told.items() if value != ""}
    return recording.record(member_id=member.id, report=recording.read(activity, context), context=context)


def _booked(bill: TillBill, receipt: recording.Receipt, by: UUID | None, now: datetime) -> Reconciled:
    with organization_scope(bill.organization_id):
        operations.book(
            organization_id=bill.organization_id,
            bill_id=bill.id,
            member_id=receipt.member_id,
            activity_id=receipt.activity_id,
            by=by,
            now=now,
        )
    return Reconciled(
        bill.id,
        bill.number,
        BillState.BOOKED,
        member_id=receipt.member_id,
        activity_id=receipt.activity_id,
        is_replay=receipt.is_replay,
    )


def _aside(bill: TillBill, reason: str, details: Mapping[str, Any]) -> Reconciled:
    plain = {name: value for name, value in details.items() if isinstance(value, str | int | bool)}
    with organization_scope(bill.organization_id):
        operations.set_aside(organization_id=bill.organization_id, bill_id=bill.id, reason=reason, details=plain)
    return Reconciled(bill.id, bill.number, BillState.CONFLICT, reason, plain)


def _answer(bill: TillBill, *, is_replay: bool) -> Reconciled:
    return Reconciled(
        bill.id, bill.number, BillState(bill.state), bill.reason, bill.details, bill.member_id, bill.activity_id, is_replay
    )


def _note(place: Place, action: str, bill: TillBill, now: datetime, data: Mapping[str, Any]) -> None:
    note(
        organization_id=place.organization_id,
        action=action,
        subject=("till_bill", str(bill.id)),
        now=now,
        actor=Actor("staff", str(place.staff_id), bill.store),
        data=data,
    )
