"""Two memberships of one person in a browser: found, compared, joined, taken apart; every page looked at in both languages and sizes."""

from datetime import timedelta

import pytest

from phakdi.flows.enroll_member import Enrollment, enroll_by_staff
from phakdi.flows.find_duplicates import find_duplicates
from phakdi.flows.record_activity import record_activity
from phakdi.kit.db.scope import organization_scope
from phakdi.people.members.queries import get_member
from phakdi.platform.audit.core import Actor
from tests.e2e.conftest import DESKTOP, NOW, PHONE
from tests.e2e.test_access_for_all import faults
from tests.integration.flows.test_find_duplicates import until_readable

LOOKS = [(PHONE, "phone"), (DESKTOP, "desktop")]


@pytest.fixture
def twice(shop, regular):
    """Return somebody who has two memberships, the second one with a slip or two, and somebody else of the same family."""
    profile = {"given_name": "Somchai", "family_name": "Jaidee", "phone": "0812345679", "birthday": "1990-07-04"}
    second = enroll(shop, profile)
    enroll(shop, {"given_name": "วรรณา", "family_name": "ใจดี", "phone": "0899999999", "birthday": "1992-01-20"})
    with organization_scope(shop.id):
        regular.birthday = "1990-04-07"
        regular.save(update_fields=["birthday"])
    buy(shop, second.id, 450, "B1")
    until_readable(shop.id)
    assert find_duplicates(organization_id=shop.id, now=NOW, limit=2000)
    return regular, second


def enroll(shop, profile):
    enrollment = Enrollment(profile=profile, source="counter")
    return enroll_by_staff(
        organization_id=shop.id, enrollment=enrollment, actor=Actor("staff", "1"), now=NOW - timedelta(days=9)
    ).member


def buy(shop, member_id, amount, ref):
    bought = {"kind": "purchase", "at": NOW - timedelta(days=2), "ref": ref, "origin": "pos", "store": "SIAM", "amount": amount}
    record_activity(organization_id=shop.id, member_id=member_id, activity=bought, now=NOW)


def look_everywhere(open_page, sign_in, picture, path, name, *, themes=("light", "dark")):
    """Take the page in both sizes and languages and both themes; nothing breaks, nothing is out of reach."""
    for size, size_name in LOOKS:
        for language in ("th", "en"):
            for theme in themes:
                page = open_page(size, language, theme=theme)
                sign_in(page, "owner@rimnam.example")
                page.goto(path)
                picture(page, f"{name}-{size_name}-{language}-{theme}")
                assert page.problems == []
                assert faults(page) == []
                assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (
                    f"{name} {size_name} is too wide"
                )


def test_one_person_is_found_joined_and_taken_apart(shop, twice, open_page, sign_in, picture):
    regular, second = twice
    page = open_page(DESKTOP, "en")
    sign_in(page, "owner@rimnam.example")
    page.goto("/console/duplicates/")
    assert page.locator(".alike").count() == 1
    with page.expect_navigation():
        page.get_by_role("link", name="Compare").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Same person: join them").click()
    assert page.url.endswith(f"/members/{regular.id}/")
    with organization_scope(shop.id):
        assert get_member(organization_id=shop.id, member_id=second.id).merged_into == regular.id
    picture(page, "member-joined-desktop-en")

    buy(shop, second.id, 250, "B2")
    with page.expect_navigation():
        page.get_by_role("link", name="Take them apart").click()
    assert page.get_by_role("checkbox").is_checked()
    picture(page, "apart-desktop-en")
    with page.expect_navigation():
        page.get_by_role("button", name="Take them apart").click()
    with organization_scope(shop.id):
        assert get_member(organization_id=shop.id, member_id=second.id).status == "ACTIVE"
    page.goto("/console/duplicates/")
    assert page.locator(".alike").count() == 0
    assert page.problems == []


def test_not_the_same_is_said_from_the_list_without_scripts(twice, open_page, sign_in):
    page = open_page(PHONE, "en", javascript=False)
    sign_in(page, "owner@rimnam.example")
    page.goto("/console/duplicates/")
    with page.expect_navigation():
        page.get_by_role("button", name="Not the same").click()
    assert page.locator(".alike").count() == 0


def test_the_pages_look_right_everywhere(shop, twice, open_page, sign_in, picture):
    regular, second = twice
    look_everywhere(open_page, sign_in, picture, "/console/duplicates/", "list")
    look_everywhere(open_page, sign_in, picture, f"/console/duplicates/{regular.id}/{second.id}/", "compare")
    look_everywhere(open_page, sign_in, picture, f"/console/members/{regular.id}/", "hint", themes=("light",))
    look_everywhere(open_page, sign_in, picture, f"/console/duplicates/of/{regular.id}/?q=Somchai", "pick", themes=("light",))
