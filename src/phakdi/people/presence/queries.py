"""Every read of presence. All run in a scope of the organization."""

from datetime import datetime
from uuid import UUID

from phakdi.people.presence.models import MemberSession, ReadMark

SESSIONS_MAX = 50


def find_session(*, organization_id: UUID, session_id: UUID) -> MemberSession | None:
    """Return the browser's session, or None where it was ended."""
    return MemberSession.objects.filter(organization_id=organization_id, id=session_id, ended_at=None).first()


def sessions_of(*, organization_id: UUID, member_id: UUID) -> list[MemberSession]:
    """Return where the member is signed in, the latest seen first."""
    found = MemberSession.objects.filter(organization_id=organization_id, member_id=member_id, ended_at=None)
    return list(found.order_by("-last_seen_at", "-id")[:SESSIONS_MAX])


def read_until(*, organization_id: UUID, member_id: UUID) -> datetime | None:
    """Return up to when the member has read, or None where they never have."""
    found = ReadMark.objects.filter(organization_id=organization_id, member_id=member_id)
    return found.values_list("read_until", flat=True).first()
