"""Enrolling: one person, one member, whoever asks at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Invalid
from phakdi.people.members import operations, queries
from phakdi.people.members.core import is_member_number, read_identity
from phakdi.people.members.models import Identity, Member

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
PHONE = "0812345678"


def enroll(organization_id, *identities, profile=None, now=NOW, **more):
    given = [operations.NewIdentity(read_identity(kind, value)) for kind, value in identities]
    with organization_scope(organization_id):
        return operations.enroll(
            organization_id=organization_id, profile=profile or {}, identities=given, now=now, today=TODAY, **more
        )


def shadow(organization_id, value=PHONE, now=NOW):
    with organization_scope(organization_id):
        key = read_identity("PHONE", value)
        return operations.find_or_create_shadow(organization_id=organization_id, key=key, now=now, source="till-1")


def in_threads(call, times):
    """Return what ``times`` calls at once answer, each on a connection of its own."""

    def run(number):
        try:
            return call(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def test_enroll_makes_an_active_member_known_by_phone(organization_id):
    enrolled = enroll(organization_id, ("PHONE", PHONE), profile={"given_name": "สมชาย"}, source="portal")

    member = enrolled.member
    assert enrolled.is_new
    assert (member.status, member.phone, member.given_name, member.source) == ("ACTIVE", "+66812345678", "สมชาย", "portal")
    assert (member.joined_at, member.created_at) == (NOW, NOW)
    assert is_member_number(member.number)
    with organization_scope(organization_id):
        found = queries.find_by_identity(organization_id=organization_id, kind="phone", value="+66 81 234 5678")
        assert found == member
        assert (
            queries.find_by_number(organization_id=organization_id, number=f"{member.number[:4]} {member.number[4:]}") == member
        )


def test_enroll_again_changes_nothing(organization_id):
    first = enroll(organization_id, ("PHONE", PHONE), profile={"given_name": "สมชาย"})
    again = enroll(organization_id, ("PHONE", "+66812345678"), profile={"given_name": "สมหญิง"})

    assert (again.is_new, again.member.id, again.member.given_name) == (False, first.member.id, "สมชาย")


def test_shadow_becomes_the_same_member(organization_id):
    before = shadow(organization_id).member
    later = NOW + timedelta(days=3)
    enrolled = enroll(organization_id, ("PHONE", PHONE), ("EMAIL", "a@b.co"), profile={"nickname": "หมู"}, now=later)

    assert (before.status, before.joined_at, before.phone) == ("SHADOW", None, "+66812345678")
    member = enrolled.member
    assert (enrolled.is_new, member.id, member.number) == (True, before.id, before.number)
    assert (member.status, member.joined_at, member.nickname, member.email) == ("ACTIVE", later, "หมู", "a@b.co")
    with organization_scope(organization_id):
        kept = Member.objects.get(organization_id=organization_id)
        assert (kept.status, kept.search_key, kept.joined_at) == ("ACTIVE", "หมู", later)
        bound = queries.identities_of(organization_id=organization_id, member_id=member.id)
        assert [(row.kind, row.value) for row in bound] == [("EMAIL", "a@b.co"), ("PHONE", "+66812345678")]


def test_shadow_is_found_again(organization_id):
    first, again = shadow(organization_id), shadow(organization_id, "+66812345678")

    assert (first.is_new, again.is_new, again.member.id) == (True, False, first.member.id)


def test_who_had_left_comes_back_as_the_same_member(organization_id):
    member = enroll(organization_id, ("PHONE", PHONE)).member
    with organization_scope(organization_id):
        operations.close(organization_id=organization_id, member_id=member.id, reason="moved", now=NOW)
    back = enroll(organization_id, ("PHONE", PHONE), now=NOW + timedelta(days=9))

    assert (back.is_new, back.member.id, back.member.status, back.member.joined_at) == (True, member.id, "ACTIVE", NOW)


def test_identities_of_two_members_disagree(organization_id):
    enroll(organization_id, ("PHONE", PHONE))
    enroll(organization_id, ("EMAIL", "a@b.co"))
    with pytest.raises(operations.IdentitiesDisagree):
        enroll(organization_id, ("PHONE", PHONE), ("EMAIL", "a@b.co"), ("CARD", "12345678"))

    with organization_scope(organization_id):
        assert Member.objects.filter(organization_id=organization_id).count() == 2
        assert Identity.objects.filter(organization_id=organization_id).count() == 2


@pytest.mark.parametrize("status", ["ACTIVE", "SHADOW", "CLOSED"])
def test_what_is_typed_beside_a_proved_phone_opens_nobodys_account(organization_id, status):
    victim = shadow(organization_id).member if status == "SHADOW" else enroll(organization_id, ("PHONE", PHONE)).member
    with organization_scope(organization_id):
        if status == "CLOSED":
            operations.close(organization_id=organization_id, member_id=victim.id, reason="", now=NOW)
        proved = operations.NewIdentity(read_identity("PHONE", "0898765432"), verified_at=NOW)
        typed = operations.NewIdentity(read_identity("PHONE", PHONE))
        with pytest.raises(operations.IdentitiesDisagree):
            operations.enroll(organization_id=organization_id, profile={}, identities=[proved, typed], now=NOW, today=TODAY)

        assert queries.get_member(organization_id=organization_id, member_id=victim.id).status == status
        assert list(Identity.objects.filter(organization_id=organization_id).values_list("value", flat=True)) == [victim.phone]


def test_without_identity_or_number_nobody_is_enrolled(organization_id):
    with pytest.raises(Invalid) as refusal:
        enroll(organization_id, profile={"given_name": "สมชาย"})

    assert refusal.value.code == "identity_missing"


def test_own_number_is_given_once(organization_id):
    enroll(organization_id, ("PHONE", PHONE), number="A-1")
    with pytest.raises(operations.NumberTaken):
        enroll(organization_id, ("PHONE", "0898765432"), number="A-1")

    with organization_scope(organization_id):
        assert list(Member.objects.filter(organization_id=organization_id).values_list("number", flat=True)) == ["A-1"]
        assert Identity.objects.filter(organization_id=organization_id).count() == 1


def test_shadow_takes_its_own_number_on_enrolling(organization_id):
    shadow(organization_id)
    enroll(organization_id, ("PHONE", "0898765432"), number="A-1")
    with pytest.raises(operations.NumberTaken):
        enroll(organization_id, ("PHONE", PHONE), number="A-1")

    assert enroll(organization_id, ("PHONE", PHONE), number="A-2").member.number == "A-2"


def test_attributes_are_typed(organization_id):
    with organization_scope(organization_id):
        operations.define_attribute(organization_id=organization_id, key="children", type="integer", now=NOW)
    member = enroll(organization_id, ("PHONE", PHONE), profile={"attributes": {"children": "2"}}).member

    assert member.attributes == {"children": 2}
    with pytest.raises(Invalid):
        enroll(organization_id, ("PHONE", "0898765432"), profile={"attributes": {"pets": "2"}})


def test_other_organizations_know_nobody(organization_id, other_organization_id):
    enroll(organization_id, ("PHONE", PHONE))
    with organization_scope(other_organization_id):
        assert queries.find_by_identity(organization_id=other_organization_id, kind="PHONE", value=PHONE) is None
        assert queries.find_by_identity(organization_id=organization_id, kind="PHONE", value=PHONE) is None
    assert enroll(other_organization_id, ("PHONE", PHONE)).is_new


def test_one_phone_enrolled_from_many_places_is_one_member(organization_id):
    answers = in_threads(lambda _: enroll(organization_id, ("PHONE", PHONE), ("EMAIL", "a@b.co")), 8)

    assert len({answer.member.id for answer in answers}) == 1
    assert sorted(answer.is_new for answer in answers) == [False] * 7 + [True]


def test_one_phone_at_many_tills_is_one_shadow(organization_id):
    answers = in_threads(lambda _: shadow(organization_id), 8)

    assert len({answer.member.id for answer in answers}) == 1
    assert sorted(answer.is_new for answer in answers) == [False] * 7 + [True]
    with organization_scope(organization_id):
        assert Member.objects.filter(organization_id=organization_id).count() == 1


def test_shadow_claimed_from_many_places_is_claimed_once(organization_id):
    shadow(organization_id)
    answers = in_threads(lambda number: enroll(organization_id, ("PHONE", PHONE), ("CARD", f"000{number}")), 6)

    assert sorted(answer.is_new for answer in answers) == [False] * 5 + [True]
