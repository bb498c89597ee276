"""Staff sign in: the same words for every mistake, a limit on tries, and nowhere but our own pages afterwards."""

import pytest
from django.test import Client

from phakdi.flows.manage_staff import Person, add_staff
from phakdi.kit.clock import utc_now
from phakdi.platform.staff.core import Role
from tests.web.conftest import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
FORM = {"email": "owner@shop.example", "password": PASSWORD}


def visitor():
    return Client(headers={"accept-language": "en"})


def test_sign_in_with_the_right_password_leads_to_the_console(staff):
    staff()
    answer = visitor().post("/sign-in/", FORM, follow=True)
    assert answer.redirect_chain == [("/", 302), ("/console/", 302)]


@pytest.mark.parametrize("wrong", [{"password": "not this"}, {"email": "nobody@shop.example"}, {"email": "no e-mail"}])
def test_sign_in_with_anything_wrong_says_the_same(staff, wrong):
    staff()
    answer = visitor().post("/sign-in/", {**FORM, **wrong})
    assert answer.status_code == 422
    assert "The e-mail or the password is wrong." in answer.text


def test_sign_in_is_limited_and_says_until_when(staff):
    staff()
    client = visitor()
    for _ in range(10):
        client.post("/sign-in/", {**FORM, "password": "not this"})
    answer = client.post("/sign-in/", FORM)
    assert "Too many tries. Try again after" in answer.text


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_sign_in_leads_nowhere_else(staff, elsewhere):
    staff()
    answer = visitor().post("/sign-in/", {**FORM, "next": elsewhere})
    assert answer["Location"] == "/"


def test_cashier_is_led_to_the_counter(staff):
    staff(Role.CASHIER)
    answer = visitor().post("/sign-in/", {**FORM, "email": "cashier@shop.example"}, follow=True)
    assert answer.redirect_chain[-1] == ("/counter/", 302)


def test_somebody_of_two_organizations_chooses_one(staff, shop, other_organization_id):
    staff()
    person = Person("owner@shop.example", "Owner Somchai")
    add_staff(organization_id=other_organization_id, person=person, role="OWNER", now=utc_now())
    client = visitor()
    answer = client.post("/sign-in/", FORM, follow=True)
    assert answer.redirect_chain[-1] == ("/sign-in/organization/", 302)
    client.post("/sign-in/organization/", {"organization": str(shop)})
    assert "Change organization" in client.get("/console/").text
    client.post("/sign-in/organization/", {"organization": "01a20000-0000-7000-8000-000000000000"})
    assert client.get("/console/").context["desk"].organization_id == shop


def test_dismissed_staff_see_nothing(staff, shop, signed_in):
    from phakdi.flows.manage_staff import change_staff, dismiss_staff

    client = signed_in(Role.MANAGER)
    owner = staff()
    from phakdi.kit.db.scope import organization_scope
    from phakdi.platform.staff.queries import staff_of

    with organization_scope(shop):
        manager = next(each for each in staff_of(organization_id=shop) if each.id != owner.id)
    dismiss_staff(organization_id=shop, staff_id=manager.id, now=utc_now())
    assert client.get("/console/")["Location"] == "/sign-in/organization/"
    change_staff(organization_id=shop, staff_id=manager.id, role="CASHIER", stores=["S1"], now=utc_now())
    assert client.get("/console/staff/").status_code == 403


def test_form_without_protection_mark_gets_a_page_of_ours(db):
    answer = Client(enforce_csrf_checks=True, headers={"accept-language": "en"}).post("/sign-in/", FORM)
    assert answer.status_code == 403
    assert "This page was open for too long" in answer.text


def test_unknown_page_gets_a_page_of_ours_in_the_readers_language(db):
    answer = Client(headers={"accept-language": "th"}).get("/nowhere/")
    assert answer.status_code == 404
    assert "ไม่มีหน้านี้" in answer.text


def test_password_is_changed_by_who_knows_the_old_one(staff):
    staff()
    client, other = visitor(), visitor()
    for each in (client, other):
        each.post("/sign-in/", FORM)
    wrong = client.post("/sign-in/password/", {"old": "not this", "new": "another long word"})
    assert "This is not your password." in wrong.text
    weak = client.post("/sign-in/password/", {"old": PASSWORD, "new": "short"})
    assert "Choose another password: at least 12 characters" in weak.text
    assert client.post("/sign-in/password/", {"old": PASSWORD, "new": "another long word"})["Location"] == "/sign-in/security/"
    assert client.get("/console/").status_code == 200
    assert other.get("/console/")["Location"].startswith("/sign-in/")
