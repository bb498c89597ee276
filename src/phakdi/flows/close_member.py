"""End a membership."""

from datetime import datetime
from uuid import UUID

from phakdi.flows.member_trail import Cause, audit, notify, tell
from phakdi.kit.db.scope import organization_scope
from phakdi.loyalty.engine.recording import Actor
from phakdi.people.consents import operations as consents
from phakdi.people.members import facts, operations
from phakdi.people.members.models import Member


def close_member(*, organization_id: UUID, member_id: UUID, reason: str, now: datetime, actor: Actor | None = None) -> Member:
    """Close a member, take back every consent, and tell them. Who enrolls again with the same phone is the same member.

    Raises:
        UnknownMember, WrongStatus: nothing was changed.
    """
    cause = Cause(organization_id, now, actor)
    with organization_scope(organization_id):
        member = operations.close(organization_id=organization_id, member_id=member_id, reason=reason, now=now)
        circumstances = consents.Circumstances(at=now, language=member.language, source="close", actor=cause.who)
        consents.withdraw(organization_id=organization_id, member_id=member_id, circumstances=circumstances)
        audit(cause, "member.closed", member_id, {"reason": reason})
        tell(cause, facts.CLOSED, member_id)
        notify(cause, member, "closed", {})
    return member
