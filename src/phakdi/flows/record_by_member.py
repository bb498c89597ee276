"""Record what members do on their own pages: take a reward, give points away. They report nothing that earns."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from phakdi.kit.errors import Forbidden
from phakdi.loyalty.engine import recording
from phakdi.loyalty.engine.recording import Receipt
from phakdi.platform.audit.core import Actor

__all__ = ["OWN_KINDS", "NotOnesOwn", "Receipt", "record_by_member", "rehearse_by_member"]

OWN_KINDS = frozenset({"redeem", "cancel_redeem", "transfer"})
OWN_FIELDS = frozenset({"kind", "at", "ref", "of", "origin", "channel", "reward", "points", "unit", "to"})


class NotOnesOwn(Forbidden):
    """Members do not report this themselves."""

    code = "not_ones_own"


def record_by_member(*, organization_id: UUID, member_id: UUID, activity: Mapping[str, Any], now: datetime) -> Receipt:
    """Record ``activity`` of a member who is signed in. With a ``ref`` it is safe to repeat.

    Raises:
        NotOnesOwn: members do not report such things themselves; nothing was recorded.
        Invalid, NotFound, Conflict, Rejected, Unavailable: as for any activity.
    """
    context = _context(organization_id, member_id, activity, now)
    return recording.record(member_id=member_id, report=recording.read(activity, context), context=context)


def rehearse_by_member(*, organization_id: UUID, member_id: UUID, activity: Mapping[str, Any], now: datetime) -> Receipt:
    """Return what `record_by_member` would answer, and write nothing. Raises what it raises."""
    context = _context(organization_id, member_id, activity, now)
    return recording.rehearse(member_id=member_id, report=recording.read(activity, context), context=context)


def _context(organization_id: UUID, member_id: UUID, activity: Mapping[str, Any], now: datetime) -> recording.Context:
    if activity.get("kind") not in OWN_KINDS or activity.keys() - OWN_FIELDS:
        raise NotOnesOwn("Members do not report this themselves.", kind=str(activity.get("kind"))[:60])
    actor = recording.actor_values(Actor("member", str(member_id)))
    return recording.Context(organization_id, now, actor=actor)
