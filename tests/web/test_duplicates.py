"""Members who may be one person: who may see and decide it, and where a merged member's own ways lead."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from phakdi.flows.find_duplicates import find_duplicates
from phakdi.flows.merge_members import merge_members
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.people.members import operations
from phakdi.people.members.core import read_identity
from phakdi.people.members.operations import NewIdentity
from phakdi.people.members.queries import get_member
from phakdi.platform.audit.core import Actor
from phakdi.platform.staff.core import Role
from tests.integration.flows.test_find_duplicates import until_readable

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def enroll(shop, digit, given="สมชาย", family="ใจดี"):
    key = read_identity("PHONE", f"081234567{digit}")
    with organization_scope(shop):
        enrolled = operations.enroll(
            organization_id=shop,
            profile={"given_name": given, "family_name": family},
            identities=[NewIdentity(key)],
            now=utc_now(),
            today=utc_now().date(),
        )
    return enrolled.member.id


def look(shop):
    until_readable(shop)
    find_duplicates(organization_id=shop, now=utc_now(), limit=2000)


def test_who_may_not_change_members_sees_none_of_it(signed_in, shop):
    one, other = enroll(shop, 1), enroll(shop, 2)
    for role in (Role.CASHIER, Role.ANALYST):
        browser = signed_in(role)
        assert browser.get("/console/duplicates/").status_code == 403
        assert browser.post(f"/console/duplicates/{one}/{other}/", {"do": "merge", "keep": str(one)}).status_code == 403
    with organization_scope(shop):
        assert get_member(organization_id=shop, member_id=other).status == "ACTIVE"


def test_list_asks_no_more_for_three_pairs_than_for_one(owner, shop):
    enroll(shop, 1), enroll(shop, 2)
    look(shop)
    owner.get("/console/duplicates/")
    asked = []
    for pairs in (1, 3):
        with CaptureQueriesContext(connection) as queries:
            page = owner.get("/console/duplicates/")
        assert len(page.context["pairs"]) == pairs
        asked.append(len(queries))
        enroll(shop, 3)
        look(shop)
    assert asked[0] == asked[1]


def test_the_one_who_is_not_kept_leads_to_the_other_at_the_counter(owner, signed_in, shop, store):
    one, other = enroll(shop, 1), enroll(shop, 2, given="Somchai")
    owner.post(f"/console/duplicates/{one}/{other}/", {"do": "merge", "keep": str(one), "take_given_name": str(one)})

    page = signed_in(Role.CASHIER).get(f"/counter/m/{other}/")

    assert page.status_code == 200
    assert page.context["member"].id == one


def test_whom_to_keep_must_be_one_of_the_two(owner, shop, member_id):
    one, other = enroll(shop, 1), enroll(shop, 2)

    page = owner.post(f"/console/duplicates/{one}/{other}/", {"do": "merge", "keep": str(member_id)})

    assert page.status_code == 200
    assert "Choose whom to keep." in page.text
    with organization_scope(shop):
        assert get_member(organization_id=shop, member_id=other).status == "ACTIVE"


def test_staff_cannot_give_points_to_the_member_theirs_was_joined_with(staff, shop):
    from phakdi.flows.manage_staff import link_staff_to_member
    from phakdi.platform.staff.queries import get_staff

    one, other = enroll(shop, 1), enroll(shop, 2)
    person = staff(Role.MANAGER)
    link_staff_to_member(organization_id=shop, staff_id=person.id, member_id=other, now=utc_now())

    merge_members(organization_id=shop, survivor_id=one, merged_id=other, now=utc_now(), actor=Actor("staff", "1"))

    with organization_scope(shop):
        assert get_staff(organization_id=shop, staff_id=person.id).member_id == one
