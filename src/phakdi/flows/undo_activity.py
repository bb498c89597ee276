"""Take back what was recorded at the counter: a purchase as a whole return, a redemption as its cancellation."""

from datetime import datetime, timedelta
from uuid import UUID

from phakdi.flows.member_trail import Cause, audit
from phakdi.flows.record_by_staff import actor_of, check_hand
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Rejected
from phakdi.loyalty.engine import recording
from phakdi.loyalty.engine.recording import Receipt
from phakdi.loyalty.ledger.models import Activity
from phakdi.loyalty.ledger.queries import get_activity
from phakdi.platform.staff.core import Permission, Place

UNDONE_BY = {"purchase": "refund", "redeem": "cancel_redeem", "convert": "cancel_convert"}
UNDO_WITHIN = timedelta(hours=24)  # by whoever stands at the counter; who decides about late activities may later
REASON_MAX = 200


class NotUndoable(Rejected):
    """This kind of activity has nothing that takes it back."""

    code = "activity_not_undoable"


class UndoTooLate(Rejected):
    """It was recorded too long ago for a cashier."""

    code = "undo_too_late"


def can_undo(place: Place, activity: Activity, *, now: datetime) -> bool:
    """Tell whether this person may take the activity back now."""
    if activity.kind not in UNDONE_BY or not activity.ref or not place.can(Permission.ACTIVITIES_WRITE, store=activity.store):
        return False
    return now - activity.recorded_at <= UNDO_WITHIN or place.can(Permission.ACTIVITIES_REVIEW)


def undo_activity(*, place: Place, member_id: UUID, activity_id: UUID, now: datetime, reason: str = "") -> Receipt:
    """Record what takes the activity back as a whole, and return what that caused; undoing it again answers the same.

    ``reason`` is kept in the audit.

    Raises:
        UnknownActivity: no such activity of this member.
        NotUndoable: it is none that can be taken back, or it has no number of its own.
        UndoTooLate: a day has passed, and this person does not decide about what is late.
        OwnMembership, OtherStore: this person may not.
        Rejected, Conflict: what is left of it cannot be taken back.
    """
    organization_id = place.organization_id
    with organization_scope(organization_id):
        undone = get_activity(organization_id=organization_id, member_id=member_id, activity_id=activity_id)
    kind = UNDONE_BY.get(undone.kind)
    if kind is None or not undone.ref:
        raise NotUndoable("This cannot be taken back here.", kind=undone.kind)
    check_hand(place=place, member_id=member_id, store=undone.store)
    if not can_undo(place, undone, now=now):
        raise UndoTooLate("This was recorded too long ago.", hours=int(UNDO_WITHIN.total_seconds()) // 3600)
    report = {"kind": kind, "of": undone.ref, "ref": f"undo:{undone.ref}", "origin": undone.origin, "store": undone.store}
    actor = recording.actor_values(actor_of(place, report))
    context = recording.Context(organization_id, now, accepts_late=True, actor=actor)
    known = {name: value for name, value in report.items() if value}
    receipt = recording.record(member_id=member_id, report=recording.read({**known, "at": now}, context), context=context)
    if not receipt.is_replay:
        with organization_scope(organization_id):
            told = {"activity": str(activity_id), "kind": undone.kind, "reason": reason[:REASON_MAX]}
            audit(Cause(organization_id, now, actor_of(place, report)), "activity.undone", member_id, told)
    return receipt
