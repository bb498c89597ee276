"""Who is meant by an identity, in one call."""

from datetime import UTC, datetime

import pytest

from phakdi.kit.db.scope import organization_scope
from phakdi.people.members.core import IdentityKey
from phakdi.people.members.models import Member
from phakdi.people.members.queries import ids_named

pytestmark = pytest.mark.django_db(transaction=True)


def phone(number):
    return IdentityKey("PHONE", f"+6680000000{number}")


def test_each_is_named_in_the_order_asked_without_a_scope(organization_id, member_id, other_member_id):
    assert ids_named(organization_id=organization_id, keys=[phone(2), phone(9), phone(1)]) == [other_member_id, None, member_id]
    assert ids_named(organization_id=organization_id, keys=[]) == []


def test_of_merged_members_it_is_the_surviving_one(organization_id, member_id, other_member_id):
    with organization_scope(organization_id):
        merged = Member.objects.filter(organization_id=organization_id, id=member_id)
        merged.update(status="MERGED", merged_into=other_member_id, updated_at=datetime(2026, 1, 1, tzinfo=UTC))

    assert ids_named(organization_id=organization_id, keys=[phone(1)]) == [other_member_id]


def test_nobody_of_another_organization_is_named(other_organization_id, member_id):
    assert ids_named(organization_id=other_organization_id, keys=[phone(1)]) == [None]
