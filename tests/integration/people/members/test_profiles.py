"""Changing members, their identities and their status."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Conflict, Invalid, NotFound
from phakdi.people.members import operations, queries
from phakdi.people.members.core import read_identity
from phakdi.people.members.core.status import FrozenBy
from phakdi.people.members.models import Member
from phakdi.people.members.operations.standing import FrozenByStaff

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
TODAY = date(2026, 11, 24)


@pytest.fixture
def member(organization_id):
    with organization_scope(organization_id):
        return operations.enroll(
            organization_id=organization_id,
            profile={"given_name": "Somchai", "phone": "0812345678"},
            identities=[operations.NewIdentity(read_identity("PHONE", "0812345678"), verified_at=NOW)],
            now=NOW,
            today=TODAY,
        ).member


def update(member, **changes):
    with organization_scope(member.organization_id):
        return operations.update_profile(
            organization_id=member.organization_id, member_id=member.id, changes=changes, now=LATER, today=TODAY
        )


def identities(member):
    with organization_scope(member.organization_id):
        rows = queries.identities_of(organization_id=member.organization_id, member_id=member.id)
        return [(row.kind, row.value, row.verified_at) for row in rows]


def kept(member):
    with organization_scope(member.organization_id):
        return Member.objects.get(organization_id=member.organization_id, id=member.id)


def test_update_writes_what_changed_and_says_so(member):
    changed = update(member, given_name="Somchai", family_name="ใจดี", birthday="1/2/2533")

    assert changed.fields == ("birthday", "family_name")
    assert (kept(member).search_key, kept(member).birthday) == ("somchai ใจดี", date(1990, 2, 1))
    assert kept(member).updated_at == LATER


def test_update_with_nothing_new_writes_nothing(member):
    assert update(member, given_name="Somchai").fields == ()
    assert kept(member).updated_at == NOW


def test_new_phone_takes_the_place_of_the_old_one(member):
    changed = update(member, phone="0898765432")

    assert (changed.fields, dict(changed.replaced)) == (("phone",), {"phone": "+66812345678"})
    assert identities(member) == [("PHONE", "+66898765432", None)]
    assert kept(member).search_digits == "0898765432 66898765432"


def test_phone_of_somebody_else_is_refused_and_nothing_changes(member, organization_id):
    with organization_scope(organization_id):
        key = read_identity("PHONE", "0898765432")
        operations.find_or_create_shadow(organization_id=organization_id, key=key, now=NOW)
    with pytest.raises(operations.IdentityTaken):
        update(member, phone="0898765432", nickname="x")

    assert identities(member) == [("PHONE", "+66812345678", NOW)]
    assert kept(member).nickname == ""


def test_attributes_merge_and_none_clears(member, organization_id):
    with organization_scope(organization_id):
        for key in ("a", "b"):
            operations.define_attribute(organization_id=organization_id, key=key, type="text", now=NOW)
    update(member, attributes={"a": "1", "b": "2"})
    update(member, attributes={"a": None})

    assert kept(member).attributes == {"b": "2"}


def test_attribute_keeps_its_type_and_can_be_retired(member, organization_id):
    with organization_scope(organization_id):
        operations.define_attribute(organization_id=organization_id, key="a", type="text", now=NOW)
        with pytest.raises(Conflict):
            operations.define_attribute(organization_id=organization_id, key="a", type="integer", now=NOW)
        operations.retire_attribute(organization_id=organization_id, key="a", now=NOW)
        assert queries.attribute_definitions(organization_id=organization_id) == []
        with pytest.raises(NotFound):
            operations.retire_attribute(organization_id=organization_id, key="a", now=NOW)
    with pytest.raises(Invalid):
        update(member, attributes={"a": "1"})


def test_identity_is_bound_once_and_verified_later(member, organization_id):
    key = read_identity("LINE", "U" + "a" * 32)
    with organization_scope(organization_id):
        operations.bind_identity(organization_id=organization_id, member_id=member.id, key=key, now=NOW)
        operations.bind_identity(organization_id=organization_id, member_id=member.id, key=key, now=NOW, verified_at=LATER)
    assert identities(member)[0] == ("LINE", "U" + "a" * 32, LATER)

    with organization_scope(organization_id):
        operations.unbind_identity(organization_id=organization_id, member_id=member.id, key=key)
    assert [kind for kind, _, _ in identities(member)] == ["PHONE"]


def test_frozen_by_staff_cannot_be_thawed_by_the_member(member, organization_id):
    who = {"organization_id": organization_id, "member_id": member.id}
    with organization_scope(organization_id):
        operations.freeze(**who, by=FrozenBy.STAFF, reason="lost card", now=NOW)
        with pytest.raises(FrozenByStaff):
            operations.unfreeze(**who, by=FrozenBy.MEMBER, now=NOW)
        assert operations.unfreeze(**who, by=FrozenBy.STAFF, now=NOW).status == "ACTIVE"
    assert (kept(member).frozen_by, kept(member).status_reason) == ("", "")


def test_status_only_moves_where_it_may(member, organization_id):
    who = {"organization_id": organization_id, "member_id": member.id}
    with organization_scope(organization_id):
        with pytest.raises(operations.WrongStatus):
            operations.unfreeze(**who, by=FrozenBy.STAFF, now=NOW)
        operations.freeze(**who, by=FrozenBy.MEMBER, reason="", now=NOW)
        with pytest.raises(operations.WrongStatus):
            operations.freeze(**who, by=FrozenBy.MEMBER, reason="", now=NOW)
        assert operations.close(**who, reason="", now=NOW).status == "CLOSED"
        with pytest.raises(operations.WrongStatus):
            operations.close(**who, reason="", now=NOW)


def test_unknown_member_is_not_found(organization_id, member, other_organization_id):
    with organization_scope(other_organization_id), pytest.raises(queries.UnknownMember):
        queries.get_member(organization_id=other_organization_id, member_id=member.id)


def test_change_is_seen_by_incremental_readers(member):
    def written_by():
        with organization_scope(member.organization_id), connection.cursor() as db:
            db.execute("SELECT written_by::text::bigint FROM member WHERE id = %s", [member.id])
            return db.fetchone()[0]

    before = written_by()
    update(member, nickname="หมู")
    assert written_by() > before


@pytest.mark.parametrize(
    "values", [{"status": "FROZEN"}, {"status": "MERGED"}, {"frozen_by": "STAFF"}, {"status": "GONE"}, {"number": ""}]
)
def test_database_refuses_what_makes_no_sense(member, values):
    with organization_scope(member.organization_id), pytest.raises(IntegrityError), transaction.atomic():
        Member.objects.filter(organization_id=member.organization_id, id=member.id).update(**values)
