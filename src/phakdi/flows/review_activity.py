"""Decide about a report that came too late to be booked by itself."""

from datetime import datetime
from uuid import UUID

from phakdi.kit.db.scope import organization_scope
from phakdi.loyalty.engine import recording, reviewing
from phakdi.loyalty.engine.recording import Actor, Receipt

__all__ = ["Actor", "Receipt", "approve_activity", "reject_activity"]


def approve_activity(*, organization_id: UUID, member_id: UUID, activity_id: UUID, now: datetime, actor: Actor) -> Receipt:
    """Book a report that waits for review, by the rules of the day on which it happened; safe to repeat.

    Raises:
        NotFound: no such activity.
        Conflict: it does not wait for review (``activity_not_in_review``).
        Rejected: a rule said no.
    """
    context = recording.Context(organization_id, now, accepts_late=True, actor=recording.actor_values(actor))
    return reviewing.approve(member_id=member_id, activity_id=activity_id, context=context)


def reject_activity(*, organization_id: UUID, member_id: UUID, activity_id: UUID, now: datetime, actor: Actor) -> None:
    """Decide that a report that waits for review has no effects; safe to repeat.

    Raises:
        NotFound: no such activity.
        Conflict: it does not wait for review (``activity_not_in_review``).
    """
    context = recording.Context(organization_id, now, actor=recording.actor_values(actor))
    with organization_scope(organization_id):
        reviewing.reject(member_id=member_id, activity_id=activity_id, context=context)
