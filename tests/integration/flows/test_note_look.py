"""Looking at a member leaves a line in the audit, once an hour for each who looks."""

from datetime import UTC, datetime, timedelta

import pytest

from phakdi.flows.note_look import forget_looks, note_look
from phakdi.kit.db.scope import organization_scope
from phakdi.platform.audit import queries
from phakdi.platform.audit.core import Actor

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
CLERK, OTHER = Actor("staff", "7"), Actor("api_key", "8")


@pytest.fixture(autouse=True)
def _nothing_is_remembered():
    forget_looks()


def test_a_look_is_noted_once_an_hour_for_each_who_looks(organization_id, member_id, other_member_id):
    def look(member=member_id, actor=CLERK, minutes=0):
        return note_look(organization_id=organization_id, member_id=member, actor=actor, now=NOW + timedelta(minutes=minutes))

    answers = [look(), look(minutes=59), look(minutes=60), look(actor=OTHER), look(other_member_id), look(minutes=-5)]

    assert answers == [True, False, True, True, True, True]
    with organization_scope(organization_id):
        entries = queries.entries(organization_id=organization_id, wanted=queries.AuditFilter(action="member.seen"))
    assert [(entry.actor_id, entry.subject_id) for entry in entries] == [
        ("7", str(member_id)),
        ("7", str(other_member_id)),
        ("8", str(member_id)),
        ("7", str(member_id)),
        ("7", str(member_id)),
    ]


def test_a_look_that_another_process_noted_is_not_noted_again(organization_id, member_id):
    look = {"organization_id": organization_id, "member_id": member_id, "actor": CLERK, "now": NOW}
    note_look(**look)
    forget_looks()  # as in a process of its own
    assert note_look(**{**look, "now": NOW + timedelta(minutes=59)}) is False
    forget_looks()
    assert note_look(**{**look, "now": NOW + timedelta(minutes=60)}) is True
