"""Sign members in and out: one browser, or every one."""

from datetime import datetime
from uuid import UUID

from phakdi.flows.member_trail import Cause, audit
from phakdi.kit.db.scope import organization_scope
from phakdi.people.cards.operations import renew_card
from phakdi.people.presence import operations
from phakdi.people.presence.core import SignedInBy, browser_name
from phakdi.people.presence.models import MemberSession

__all__ = ["MemberSession", "SignedInBy", "begin_session", "end_session", "mark_read", "note_visit", "sign_out_everywhere"]


def begin_session(*, organization_id: UUID, member_id: UUID, agent: str, way: SignedInBy, now: datetime) -> MemberSession:
    """Sign the member in in one more browser; ``agent`` is what the browser says of itself, two words of which are kept."""
    with organization_scope(organization_id):
        return operations.begin_session(
            organization_id=organization_id, member_id=member_id, browser=browser_name(agent), way=way, now=now
        )


def note_visit(session: MemberSession, *, now: datetime) -> None:
    """Note that the browser came by; in a scope of the organization."""
    operations.note_visit(session, now=now)


def mark_read(*, organization_id: UUID, member_id: UUID, until: datetime) -> None:
    """Note up to when the member has read what happened."""
    with organization_scope(organization_id):
        operations.mark_read(organization_id=organization_id, member_id=member_id, until=until)


def end_session(*, organization_id: UUID, member_id: UUID, session_id: UUID, now: datetime) -> bool:
    """Sign one browser of the member out; False where it was not signed in."""
    with organization_scope(organization_id):
        return operations.end_session(organization_id=organization_id, member_id=member_id, session_id=session_id, now=now)


def sign_out_everywhere(*, organization_id: UUID, member_id: UUID, now: datetime) -> int:
    """Sign the member out in every browser and give them a new card, so that the codes those browsers keep are worth nothing."""
    with organization_scope(organization_id):
        ended = operations.end_sessions(organization_id=organization_id, member_id=member_id, now=now)
        renew_card(organization_id=organization_id, member_id=member_id, now=now)
        audit(Cause(organization_id, now), "member.signed_out", member_id, {"browsers": ended})
    return ended
