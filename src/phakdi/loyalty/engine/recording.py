"""Recording what members did: load, advance, post, and again where the world moved meanwhile.

A receipt number is recorded once: reported again by the same member with the same content it is answered with the
first answer. Other members' or other contents' use of it is a conflict.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Conflict, Invalid, Unavailable
from phakdi.kit.ids import new_id
from phakdi.loyalty.engine import codec, operations, queries
from phakdi.loyalty.engine.core import advance
from phakdi.loyalty.engine.core.state import Activity, Fact, MemberState, Step, Verdict
from phakdi.loyalty.programs.compiled import CompiledProgram
from phakdi.loyalty.programs.queries import version_at
from phakdi.people.members.queries import find_surviving
from phakdi.platform.audit.core import Actor as Actor

ATTEMPTS_MAX = 6
OPTIMISTIC_ATTEMPTS = 2  # the others hold the member's row
CLOCKS_APART = timedelta(minutes=5)
PURCHASE = "purchase"
MERGED = "MERGED"
SEPARATORS = frozenset("\x00\x1e\x1f")


class Busy(Unavailable):
    """Somebody else kept changing the same member or budget."""

    code = "member_busy"


class ReceiptConflict(Conflict):
    """The receipt was recorded before, for another member or with other content."""

    code = "receipt_conflict"


class FutureDate(Invalid):
    """The activity is dated in the future."""

    code = "future_date"


@dataclass(slots=True, frozen=True)
class Receipt:
    """What is answered to a report: what it earned or cost, why, and whether it was known before."""

    activity_id: UUID
    member_id: UUID
    outcome: Mapping[str, Any]
    verdicts: Sequence[Mapping[str, Any]]
    status: str = codec.BOOKED  # REVIEW: too late to be booked by itself, somebody has to look at it
    is_replay: bool = False


@dataclass(slots=True, frozen=True)
class Report:
    """An activity as read, under the version of the program that was in force when it happened."""

    activity: Activity
    program: CompiledProgram
    receipt: codec.ReceiptKey | None
    is_late: bool

    @property
    def refs(self) -> list[str]:
        """The orders it refers to."""
        return [ref for ref in {self.activity.ref, self.activity.of} if ref]


@dataclass(slots=True, frozen=True)
class Context:
    """What all reports of one call share.

    ``is_history``: they happened long ago and are decided as they would have been then; nobody is told of them.
    """

    organization_id: UUID
    now: datetime
    accepts_late: bool = False
    import_id: UUID | None = None
    actor: Mapping[str, Any] | None = None
    is_history: bool = False
    named: UUID | None = None  # who was named, where that member became part of another

    def moment_of(self, activity: Activity, state: MemberState) -> datetime:
        """Return the instant at which the engine decides: the present, or that of the activity once time has come so far."""
        return max(activity.at, state.clock or activity.at) if self.is_history else self.now


def actor_values(actor: Actor | None) -> dict[str, str] | None:
    """Return an actor as it is kept with the activity."""
    return {"kind": actor.kind, "id": actor.id, "store": actor.store} if actor else None


# --- reading ------------------------------------------------------------------------------------------------------


def read(raw: Mapping[str, Any], context: Context, *, depth: int = 0) -> Report:
    """Return the report in ``raw``, checked against the program of the day on which it happened.

    ``depth`` counts how many activities caused one another up to this one.

    Raises:
        Invalid: it cannot be read, names what the program does not know, or lies in the future.
    """
    program = version_at(organization_id=context.organization_id, at=context.now)
    activity = program.read_activity(raw, id=new_id(), now=context.now)
    then = version_at(organization_id=context.organization_id, at=activity.at)
    if then is not program:
        program, activity = then, then.read_activity(raw, id=activity.id, now=context.now)
    if depth:
        activity = replace(activity, depth=depth)
    if activity.at > context.now + CLOCKS_APART:
        raise FutureDate("The activity is dated in the future.", field="at")
    if SEPARATORS & {*activity.ref, *activity.of, *activity.origin}:
        raise Invalid("The reference has characters that cannot be kept.", field="ref")
    is_late = not context.accepts_late and activity.at < context.now - timedelta(days=program.late_days)
    return Report(activity, program, receipt_of(activity), is_late)


def receipt_of(activity: Activity) -> codec.ReceiptKey | None:
    """Return the key under which an activity is recorded once, or None where it has no reference of its own.

    Receipts are numbered by themselves; what is not a purchase (a refund, a delivery) is numbered by its kind.
    """
    if not activity.ref:
        return None
    number = activity.ref if activity.kind == PURCHASE else f"{activity.kind}:{activity.ref}"
    return codec.ReceiptKey(activity.origin, number, codec.content_hash(activity))


# --- one ----------------------------------------------------------------------------------------------------------


def record(*, member_id: UUID, report: Report, context: Context) -> Receipt:
    """Record one report and return the answer; safe to repeat where it has a receipt number.

    Raises:
        UnknownMember, ReceiptConflict, Busy, and every `Rejected` of the engine.
    """
    for attempt in range(ATTEMPTS_MAX):
        try:
            if attempt < OPTIMISTIC_ATTEMPTS:
                answer = _attempt(member_id, report, context)
            else:
                with organization_scope(context.organization_id):
                    operations.lock_member(organization_id=context.organization_id, member_id=member_id)
                    answer = _attempt(member_id, report, context)
        except operations.WorldMoved:
            continue
        except _BecamePart as merged:
            context = replace(context, named=context.named or member_id)
            member_id = merged.survivor_id
            continue
        if answer is not None:
            return answer
    raise Busy("Somebody else is changing this member.", member_id=str(member_id))


def rehearse(*, member_id: UUID, report: Report, context: Context) -> Receipt:
    """Return what `record` would answer, and write nothing."""
    try:
        loaded = _load(member_id, report, context)
    except _BecamePart as merged:
        member_id = merged.survivor_id
        loaded = _load(member_id, report, context)
    group = codec.Group(member_id, 0)
    if loaded.state is None:
        return _replayed(loaded, member_id, report, context)
    return answer_to(member_id, decide(loaded.state, report, context, group))


def _attempt(member_id: UUID, report: Report, context: Context) -> Receipt | None:
    loaded = _load(member_id, report, context)
    if loaded.state is None:
        return _replayed(loaded, member_id, report, context)
    group = codec.Group(member_id, loaded.state.version)
    booking = decide(loaded.state, report, context, group)
    moved = operations.post(organization_id=context.organization_id, groups=[group])
    return None if moved else answer_to(member_id, booking)


class _BecamePart(Exception):
    """The member became part of another one, to whom the report goes."""

    def __init__(self, survivor_id: UUID) -> None:
        super().__init__(str(survivor_id))
        self.survivor_id = survivor_id


def _load(member_id: UUID, report: Report, context: Context) -> queries.Loaded:
    loaded = queries.load(
        organization_id=context.organization_id,
        member_id=member_id,
        refs=report.refs,
        receipt=report.receipt,
        budgets=report.program.budgets,
    )
    if loaded.state is not None and loaded.state.profile.status == MERGED:
        with organization_scope(context.organization_id):
            raise _BecamePart(find_surviving(organization_id=context.organization_id, member_id=member_id).id)
    if loaded.state is not None and report.program.traits:
        queries.add_traits({member_id: loaded.state}, organization_id=context.organization_id, wanted=report.program.traits)
    return loaded


def _replayed(loaded: queries.Loaded, member_id: UUID, report: Report, context: Context) -> Receipt:
    assert loaded.first_answer
    assert report.receipt
    return replay(loaded.first_answer, member_id=member_id, receipt=report.receipt, context=context)


def decide(state: MemberState, report: Report, context: Context, group: codec.Group) -> codec.Booking:
    """Let the engine decide what ``report`` causes, add it to ``group`` and return it; `Rejected` adds nothing."""
    if report.is_late:
        verdict = Verdict("", False, "late", {"days": report.program.late_days})
        fact = Fact("activity.in_review", {"activity_id": report.activity.id, "kind": report.activity.kind})
        step, status = Step(state, report.activity, verdicts=[verdict], facts=[fact]), codec.REVIEW
    else:
        moment = context.moment_of(report.activity, state)
        step, status = advance(state, report.activity, program=report.program, now=moment), codec.BOOKED
    booking = codec.Booking(
        step,
        context.now,
        report.program.version_id,
        report.receipt,
        status,
        context.import_id,
        context.actor,
        tells=not context.is_history,
        named=context.named,
    )
    group.bookings.append(booking)
    return booking


def replay(first: queries.FirstAnswer, *, member_id: UUID, receipt: codec.ReceiptKey, context: Context) -> Receipt:
    """Return the first answer again, or raise ReceiptConflict; of members who became one it does not matter which is named."""
    if first.member_id != member_id and not queries.were_one(
        organization_id=context.organization_id, member_ids=(first.member_id, member_id)
    ):
        raise ReceiptConflict("This receipt was recorded for another member.", ref=receipt.number, reason="other_member")
    if first.content_hash != receipt.content_hash:
        raise ReceiptConflict("This receipt was recorded with other content.", ref=receipt.number, reason="other_content")
    return Receipt(first.activity_id, first.member_id, first.outcome, first.verdicts, first.state, is_replay=True)


def answer_to(member_id: UUID, booking: codec.Booking) -> Receipt:
    """Return what is answered to a report that was booked."""
    activity = booking.step.activity
    assert activity is not None
    return Receipt(activity.id, member_id, booking.step.outcome, codec.verdict_values(booking.step.verdicts), booking.state)
