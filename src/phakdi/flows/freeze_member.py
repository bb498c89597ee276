"""Freeze a member, so that nobody earns or spends, and thaw them again."""

from datetime import datetime
from uuid import UUID

from phakdi.flows.member_trail import Cause, audit, notify, tell
from phakdi.kit.db.scope import organization_scope
from phakdi.loyalty.engine.recording import Actor
from phakdi.people.members import facts, operations
from phakdi.people.members.core.status import FrozenBy
from phakdi.people.members.models import Member


def freeze_member(*, organization_id: UUID, member_id: UUID, reason: str, now: datetime, actor: Actor | None = None) -> Member:
    """Freeze a member (R125) and tell them. Without an actor the member does it, with one tap.

    Raises:
        UnknownMember, WrongStatus: nothing was changed.
    """
    cause = Cause(organization_id, now, actor)
    by = FrozenBy.MEMBER if cause.is_member else FrozenBy.STAFF
    with organization_scope(organization_id):
        member = operations.freeze(organization_id=organization_id, member_id=member_id, by=by, reason=reason, now=now)
        audit(cause, "member.frozen", member_id, {"by": by.value, "reason": reason})
        tell(cause, facts.FROZEN, member_id, {"by": by.value})
        notify(cause, member, "frozen", {})
    return member


def unfreeze_member(*, organization_id: UUID, member_id: UUID, now: datetime, actor: Actor | None = None) -> Member:
    """Thaw a member and tell them. A member may thaw only what the member froze.

    Raises:
        UnknownMember, WrongStatus, FrozenByStaff: nothing was changed.
    """
    cause = Cause(organization_id, now, actor)
    by = FrozenBy.MEMBER if cause.is_member else FrozenBy.STAFF
    with organization_scope(organization_id):
        member = operations.unfreeze(organization_id=organization_id, member_id=member_id, by=by, now=now)
        audit(cause, "member.unfrozen", member_id, {"by": by.value})
        tell(cause, facts.UNFROZEN, member_id, {"by": by.value})
        notify(cause, member, "unfrozen", {})
    return member
