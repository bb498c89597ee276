"""Take back what was recorded at the counter: a purchase as a whole return, a redemption as its cancellation."""

from datetime import datetime
from uuid import UUID

from phakdi.flows.record_by_staff import actor_of, check_hand
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Rejected
from phakdi.loyalty.engine import recording
from phakdi.loyalty.engine.recording import Receipt
from phakdi.loyalty.ledger.queries import get_activity
from phakdi.platform.staff.core import Place

UNDONE_BY = {"purchase": "refund", "redeem": "cancel_redeem", "convert": "cancel_convert"}


class NotUndoable(Rejected):
    """This kind of activity has nothing that takes it back."""

    code = "activity_not_undoable"


def undo_activity(*, place: Place, member_id: UUID, activity_id: UUID, now: datetime) -> Receipt:
    """Record what takes the activity back as a whole, and return what that caused; undoing it again answers the same.

    Raises:
        UnknownActivity: no such activity of this member.
        NotUndoable: it is none that can be taken back, or it has no number of its own.
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
    report = {"kind": kind, "of": undone.ref, "ref": f"undo:{undone.ref}", "origin": undone.origin, "store": undone.store}
    actor = recording.actor_values(actor_of(place, report))
    context = recording.Context(organization_id, now, accepts_late=True, actor=actor)
    known = {name: value for name, value in report.items() if value}
    return recording.record(member_id=member_id, report=recording.read({**known, "at": now}, context), context=context)
