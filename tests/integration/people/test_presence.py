"""Where members are signed in, what they have read, and what is forgotten."""

from datetime import UTC, datetime, timedelta

import pytest

from phakdi.flows.tidy_up import tidy_organization
from phakdi.kit.db.scope import organization_scope
from phakdi.people.presence import operations, queries
from phakdi.people.presence.core import SignedInBy
from phakdi.people.presence.models import MemberSession

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
NOW = datetime(2026, 11, 25, 4, tzinfo=UTC)


def begin(organization_id, member_id, at=NOW):
    return operations.begin_session(
        organization_id=organization_id, member_id=member_id, browser="Android · LINE", way=SignedInBy.LINE, now=at
    )


def test_ended_session_is_found_no_more_and_is_ended_by_its_member_only(organization_id, member_id, other_member_id):
    with organization_scope(organization_id):
        session = begin(organization_id, member_id)
        asked = {"organization_id": organization_id, "session_id": session.id, "now": NOW}
        assert not operations.end_session(member_id=other_member_id, **asked)
        assert queries.find_session(organization_id=organization_id, session_id=session.id) == session
        assert operations.end_session(member_id=member_id, **asked)
        assert not operations.end_session(member_id=member_id, **asked)
        assert queries.find_session(organization_id=organization_id, session_id=session.id) is None


def test_session_of_one_shop_is_not_seen_by_another(organization_id, member_id, other_organization_id):
    with organization_scope(organization_id):
        session = begin(organization_id, member_id)
    with organization_scope(other_organization_id):
        assert queries.find_session(organization_id=other_organization_id, session_id=session.id) is None
        assert MemberSession.objects.count() == 0


def test_visit_is_noted_once_in_ten_minutes(organization_id, member_id):
    with organization_scope(organization_id):
        session = begin(organization_id, member_id)
        for minutes, seen in ((9, 0), (10, 10)):
            operations.note_visit(session, now=NOW + timedelta(minutes=minutes))
            assert queries.sessions_of(organization_id=organization_id, member_id=member_id)[0].last_seen_at == NOW + timedelta(
                minutes=seen
            )


def test_what_was_read_stays_read(organization_id, member_id):
    with organization_scope(organization_id):
        for at in (NOW, NOW - timedelta(days=1)):
            operations.mark_read(organization_id=organization_id, member_id=member_id, until=at)
        assert queries.read_until(organization_id=organization_id, member_id=member_id) == NOW


def test_old_sessions_are_forgotten_and_those_in_use_stay(organization_id, member_id):
    with organization_scope(organization_id):
        kept = begin(organization_id, member_id, NOW - timedelta(days=170))
        begin(organization_id, member_id, NOW - timedelta(days=181))
        ended = begin(organization_id, member_id, NOW - timedelta(days=40))
        operations.end_session(
            organization_id=organization_id, member_id=member_id, session_id=ended.id, now=NOW - timedelta(days=31)
        )
    tidy_organization(organization_id=organization_id, now=NOW)
    with organization_scope(organization_id):
        assert list(MemberSession.objects.all()) == [kept]
