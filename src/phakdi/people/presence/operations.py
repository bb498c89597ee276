"""Every write of presence."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from phakdi.kit.db.scope import in_transaction
from phakdi.people.presence.core import SignedInBy
from phakdi.people.presence.models import MemberSession, ReadMark

SEEN_ONCE_IN = timedelta(minutes=10)
LIFE = timedelta(days=180)  # without a visit
KEPT = timedelta(days=30)  # after the end

_READ = """
INSERT INTO member_read_mark AS kept (organization_id, member_id, read_until) VALUES (%s, %s, %s)
ON CONFLICT (member_id, organization_id) DO UPDATE SET read_until = greatest(kept.read_until, excluded.read_until)
"""


@in_transaction
def begin_session(*, organization_id: UUID, member_id: UUID, browser: str, way: SignedInBy, now: datetime) -> MemberSession:
    """Note that the member is signed in in one more browser, and return the session."""
    return MemberSession.objects.create(
        organization_id=organization_id, member_id=member_id, browser=browser, way=way.value, begun_at=now, last_seen_at=now
    )


@in_transaction
def note_visit(session: MemberSession, *, now: datetime) -> None:
    """Note that the browser came by; once in ten minutes is enough."""
    if now - session.last_seen_at >= SEEN_ONCE_IN:
        MemberSession.objects.filter(organization_id=session.organization_id, id=session.id).update(last_seen_at=now)


@in_transaction
def end_session(*, organization_id: UUID, member_id: UUID, session_id: UUID, now: datetime) -> bool:
    """Sign one browser of the member out; False where it was not signed in."""
    found = MemberSession.objects.filter(organization_id=organization_id, member_id=member_id, id=session_id, ended_at=None)
    return bool(found.update(ended_at=now))


@in_transaction
def end_sessions(*, organization_id: UUID, member_id: UUID, now: datetime) -> int:
    """Sign the member out everywhere and return in how many browsers."""
    return MemberSession.objects.filter(organization_id=organization_id, member_id=member_id, ended_at=None).update(ended_at=now)


@in_transaction
def mark_read(*, organization_id: UUID, member_id: UUID, until: datetime) -> None:
    """Note up to when the member has read; never back."""
    with connection.cursor() as db:
        db.execute(_READ, [organization_id, member_id, until])


@in_transaction
def forget_old_sessions(*, organization_id: UUID, now: datetime) -> int:
    """Delete sessions that ended long ago or were not seen for half a year, and return how many."""
    found = MemberSession.objects.filter(organization_id=organization_id)
    ended = found.filter(ended_at__lt=now - KEPT).delete()[0]
    return ended + found.filter(last_seen_at__lt=now - LIFE).delete()[0]


@in_transaction
def forget_members(*, organization_id: UUID, member_ids: Collection[UUID]) -> int:
    """Sign members who are forgotten out everywhere, leave no trace of it, and return of how many browsers."""
    ReadMark.objects.filter(organization_id=organization_id, member_id__in=member_ids).delete()
    return MemberSession.objects.filter(organization_id=organization_id, member_id__in=member_ids).delete()[0]
