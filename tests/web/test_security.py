"""My security: second factors, codes on paper, links by mail, sessions, and being asked again."""

from datetime import timedelta

import pyotp
import pytest
from django.test import Client

from phakdi.engagement.messaging.models import Message
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.vault import unseal
from phakdi.platform.audit.queries import entries
from phakdi.platform.staff.factors import factors_of
from phakdi.platform.staff.models import Authenticator, MailLink, User
from phakdi.platform.staff.sessions import sessions_of
from phakdi.web.proof import PROVED
from tests.web.conftest import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
FORM = {"email": "owner@shop.example", "password": PASSWORD}


def visitor(language="en"):
    return Client(headers={"accept-language": language, "user-agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/140"})


def mails(shop, template):
    with organization_scope(shop):
        return [
            (each.destination, unseal(each.sealed) if each.sealed else each.body)
            for each in Message.objects.filter(template=template)
        ]


def code_of(user, step=0):
    app = Authenticator.objects.get(user=user, kind="APP")
    return pyotp.TOTP(unseal(app.sealed_secret)).at(utc_now() + timedelta(seconds=30 * step))


@pytest.fixture
def me(staff):
    return staff().user


@pytest.fixture
def with_app(me):
    """Return somebody signed in who has an authenticator app, and their codes on paper."""
    client = visitor()
    client.post("/sign-in/", FORM)
    client.get("/sign-in/security/app/")
    code = pyotp.TOTP(client.session["new_app_secret"]).at(utc_now() - timedelta(seconds=30))
    page = client.post("/sign-in/security/app/", {"code": code}, follow=True)
    return client, page.context["codes"]


def test_app_is_set_up_by_its_first_code_and_gives_ten_codes_on_paper(with_app, me, shop):
    client, codes = with_app
    assert (len(codes), [each.kind for each in factors_of(user_id=me.id)]) == (10, ["APP"])
    assert codes[0] not in client.get("/sign-in/security/").text
    assert len(mails(shop, "staff_credentials")) == 1
    with organization_scope(shop):
        assert "staff.factor_added" in [each.action for each in entries(organization_id=shop)]


def test_wrong_first_code_sets_nothing_up(me):
    client = visitor()
    client.post("/sign-in/", FORM)
    client.get("/sign-in/security/app/")
    assert client.post("/sign-in/security/app/", {"code": "000000"}).status_code == 422
    assert factors_of(user_id=me.id) == []


def test_password_alone_lets_nobody_in_who_has_a_second_factor(with_app, me):
    client = visitor()
    answer = client.post("/sign-in/", {**FORM, "next": "/console/staff/"})
    assert answer["Location"] == "/sign-in/second/?next=%2Fconsole%2Fstaff%2F"
    assert client.get("/console/")["Location"].startswith("/sign-in/")
    assert client.post("/sign-in/second/", {"code": "000000"}).status_code == 422
    answer = client.post("/sign-in/second/", {"code": code_of(me), "next": "/console/staff/"})
    assert answer["Location"] == "/console/staff/"
    assert client.get("/console/").status_code == 200


def test_code_of_an_app_works_once(with_app, me):
    code = code_of(me)
    for expected in (302, 422):
        client = visitor()
        client.post("/sign-in/", FORM)
        assert client.post("/sign-in/second/", {"code": code}).status_code == expected


def test_code_on_paper_works_once_and_its_use_is_told(with_app, me, shop):
    _, codes = with_app
    for expected in (302, 422):
        client = visitor()
        client.post("/sign-in/", FORM)
        assert client.post("/sign-in/second/", {"code": codes[3].upper()}).status_code == expected
    assert any("recovery code" in body or "รหัสสำรอง" in body for _, body in mails(shop, "staff_credentials"))


def test_second_factor_is_tried_ten_times_an_hour_and_no_more(with_app, me):
    client = visitor()
    client.post("/sign-in/", FORM)
    for _ in range(10):
        client.post("/sign-in/second/", {"code": "000000"})
    page = client.post("/sign-in/second/", {"code": code_of(me)})
    assert "Too many tries." in page.text


def test_second_step_waits_ten_minutes_only(with_app, me):
    client = visitor()
    client.post("/sign-in/", FORM)
    session = client.session
    session["sign_in_pending"] = {**session["sign_in_pending"], "at": utc_now().timestamp() - 601}
    session.save()
    assert client.post("/sign-in/second/", {"code": code_of(me)})["Location"] == "/sign-in/"


@pytest.mark.parametrize("address", ["/sign-in/security/app/", "/sign-in/password/"])
def test_what_matters_asks_again_after_ten_minutes(with_app, me, address):
    client, _ = with_app
    session = client.session
    session[PROVED] = utc_now().timestamp() - 601
    session.save()
    answer = client.get(address)
    assert answer["Location"].startswith("/sign-in/again/?next=")
    answer = client.post("/sign-in/again/", {"code": code_of(me), "next": address})
    assert answer["Location"] == address
    assert client.get(address).status_code in {200, 302}


def test_factor_is_not_removed_by_a_session_left_open(with_app, me):
    client, _ = with_app
    session = client.session
    session[PROVED] = utc_now().timestamp() - 601
    session.save()
    (factor,) = factors_of(user_id=me.id)
    assert client.post(f"/sign-in/security/factors/{factor.id}/")["Location"].startswith("/sign-in/again/")
    assert len(factors_of(user_id=me.id)) == 1


def test_nobody_removes_somebody_elses_factor(with_app, me, signed_in):
    from phakdi.platform.staff.core import Role

    other = signed_in(Role.MANAGER)
    (factor,) = factors_of(user_id=me.id)
    assert other.post(f"/sign-in/security/factors/{factor.id}/").status_code == 404
    assert len(factors_of(user_id=me.id)) == 1


def test_organization_that_demands_a_second_factor_lets_nobody_in_without(owner, shop, signed_in):
    from phakdi.flows.manage_staff import Rules, set_rules
    from phakdi.platform.staff.core import Role

    set_rules(organization_id=shop, rules=Rules(second_factor="LEADERS"), now=utc_now())
    assert owner.get("/console/")["Location"] == "/sign-in/security/"
    assert "asks for a second step" in owner.get("/sign-in/security/").text
    assert signed_in(Role.CASHIER).get("/counter/").status_code == 200
    set_rules(organization_id=shop, rules=Rules(second_factor="EVERYBODY"), now=utc_now())
    assert signed_in(Role.AGENT).get("/console/")["Location"] == "/sign-in/security/"


def test_forgotten_password_is_replaced_by_a_link_once(me, shop):
    old = visitor()
    old.post("/sign-in/", FORM)
    client = visitor()
    client.post("/sign-in/forgotten/", {"email": "OWNER@shop.example "})
    ((destination, body),) = mails(shop, "staff_reset")
    link = next(word for word in body.split() if "/sign-in/link/" in word)
    path = link.partition("testserver")[2]
    assert destination == me.email
    assert client.get(path).status_code == 200  # looking uses nothing up
    assert "Choose another password" in client.post(path, {"new": "short"}).text
    assert client.post(path, {"new": "quite another long word"})["Location"] == "/sign-in/"
    assert client.get(path).status_code == 410
    assert client.post(path, {"new": "and a third long word"}).status_code == 410
    assert old.get("/console/")["Location"].startswith("/sign-in/")
    assert visitor().post("/sign-in/", FORM).status_code == 422
    assert visitor().post("/sign-in/", {**FORM, "password": "quite another long word"})["Location"] == "/"


def test_forgotten_password_of_nobody_is_answered_the_same(me, shop):
    known = visitor().post("/sign-in/forgotten/", {"email": me.email})
    unknown = visitor().post("/sign-in/forgotten/", {"email": "nobody@shop.example"})
    assert known.status_code == unknown.status_code == 200
    assert same(known.text) == same(unknown.text)
    assert [destination for destination, _ in mails(shop, "staff_reset")] == [me.email]


def same(page):
    import re

    return re.sub(r'(nonce|value)="[^"]*"', "", page)


def test_link_dies_after_thirty_minutes_and_with_a_change_of_password(me, shop):
    client = visitor()
    client.post("/sign-in/forgotten/", {"email": me.email})
    path = next(word for word in mails(shop, "staff_reset")[0][1].split() if "/sign-in/link/" in word).partition("testserver")[2]
    MailLink.objects.update(expires_at=utc_now() - timedelta(seconds=1))
    assert client.get(path).status_code == 410


def test_links_are_asked_for_three_times_an_hour(me, shop):
    for _ in range(5):
        page = visitor().post("/sign-in/forgotten/", {"email": me.email})
    assert "Too many tries." in page.text
    assert len(mails(shop, "staff_reset")) == 3


def test_new_browser_is_told_and_a_known_one_is_not(me, shop):
    first, second = visitor(), visitor()
    first.post("/sign-in/", FORM)
    assert mails(shop, "staff_new_device") == []
    second.post("/sign-in/", FORM)
    assert [destination for destination, _ in mails(shop, "staff_new_device")] == [me.email]
    second.post("/sign-out/")
    second.post("/sign-in/", FORM)
    assert len(mails(shop, "staff_new_device")) == 1


def test_sessions_are_listed_and_ended_one_by_one_or_all(me):
    here, there, elsewhere = visitor(), visitor(), visitor()
    for client in (here, there, elsewhere):
        client.post("/sign-in/", FORM)
    assert len(sessions_of(user_id=me.id)) == 3
    page = here.get("/sign-in/security/").text
    assert page.count("Chrome · Windows") == 3
    mine = there.session.session_key
    (target,) = [each for each in sessions_of(user_id=me.id) if each.session_key == mine]
    here.post(f"/sign-in/security/sessions/{target.id}/")
    assert there.get("/console/")["Location"].startswith("/sign-in/")
    here.post("/sign-in/security/sessions/")
    assert elsewhere.get("/console/")["Location"].startswith("/sign-in/")
    assert here.get("/console/").status_code == 200


def test_nobody_ends_somebody_elses_session(me, signed_in):
    from phakdi.platform.staff.core import Role

    client = visitor()
    client.post("/sign-in/", FORM)
    (mine,) = sessions_of(user_id=me.id)
    assert signed_in(Role.MANAGER).post(f"/sign-in/security/sessions/{mine.id}/").status_code == 404
    assert client.get("/console/").status_code == 200


def test_changed_password_signs_other_browsers_out_and_is_told(me, shop):
    here, there = visitor(), visitor()
    for client in (here, there):
        client.post("/sign-in/", FORM)
    here.post("/sign-in/password/", {"old": PASSWORD, "new": "quite another long word"})
    assert here.get("/console/").status_code == 200
    assert there.get("/console/")["Location"].startswith("/sign-in/")
    assert len(sessions_of(user_id=me.id)) == 1
    assert len(mails(shop, "staff_credentials")) == 1


def test_common_password_is_refused(me):
    client = visitor()
    client.post("/sign-in/", FORM)
    page = client.post("/sign-in/password/", {"old": PASSWORD, "new": "qwertyuiop123"})
    assert page.status_code == 422 or "common" in page.text.lower()
    assert User.objects.get(id=me.id).check_password(PASSWORD)
