"""Passkeys in a real browser: made once, they let in without a password, also where passwords are locked out."""

import pytest

from phakdi.platform.staff.factors import factors_of
from phakdi.platform.staff.queries import find_user

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]
OWNER = "owner@rimnam.example"


def authenticator(page):
    """Give the page's browser an authenticator that confirms everything, and return its id and the session to it."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session, made["authenticatorId"]


@pytest.fixture
def with_passkey(shop, open_page, sign_in):
    """Return a page whose browser holds the owner's passkey, signed in."""
    page = open_page({"width": 1280, "height": 900}, "en")
    session, _ = authenticator(page)
    sign_in(page, OWNER)
    page.goto("/sign-in/security/")
    page.fill("[data-passkey-name]", "Nida's laptop")
    with page.expect_navigation(url="**/sign-in/security/"):
        page.click("[data-passkey=make]")
    page.wait_for_selector(".codes")
    page.cdp = session
    return page


def sign_out(page):
    page.context.clear_cookies(name="sessionid")
    page.goto("/sign-in/")


def test_passkey_is_made_and_lets_in_without_a_password(with_passkey, picture):
    page = with_passkey
    assert page.locator(".codes li").count() == 10
    picture(page, "security-en-codes")
    sign_out(page)
    with page.expect_navigation(url="**/console/**"):
        page.click("[data-passkey=show]")
    assert "ริมน้ำคาเฟ่" in page.text_content(".brand")
    (passkey,) = factors_of(user_id=find_user(email=OWNER).id)
    assert (passkey.name, passkey.last_used_at is not None) == ("Nida's laptop", True)
    assert page.problems == []


def test_lockout_of_passwords_never_blocks_the_passkey(with_passkey):
    page = with_passkey
    sign_out(page)
    for _ in range(11):
        page.fill("#id_email", OWNER)
        page.fill("#id_password", "not this")
        with page.expect_navigation():
            page.click("form button.wide.big")
    assert "Too many tries" in page.text_content("main")
    with page.expect_navigation(url="**/console/**"):
        page.click("[data-passkey=show]")
    assert page.url.endswith("/console/")


def test_password_then_passkey_as_second_step(with_passkey, picture):
    page = with_passkey
    sign_out(page)
    page.fill("#id_email", OWNER)
    page.fill("#id_password", "a long enough word")
    with page.expect_navigation(url="**/sign-in/second/**"):
        page.click("form button.wide.big")
    picture(page, "second-en")
    with page.expect_navigation(url="**/console/**"):
        page.click("[data-passkey=show]")


def test_passkey_answers_when_asked_again(with_passkey, live_server):
    page = with_passkey
    from django.contrib.sessions.backends.db import SessionStore

    key = next(each["value"] for each in page.context.cookies() if each["name"] == "sessionid")
    store = SessionStore(key)
    store["proved_at"] = 0
    store.save()
    page.goto("/console/keys/new/")
    assert "/sign-in/again/" in page.url
    with page.expect_navigation(url="**/console/keys/new/"):
        page.click("[data-passkey=show]")


def test_passkey_of_another_site_or_person_opens_nothing(with_passkey):
    page = with_passkey
    sign_out(page)
    factor = factors_of(user_id=find_user(email=OWNER).id)[0]
    factor.delete()
    page.click("[data-passkey=show]")
    page.wait_for_selector("[data-passkey-problem]:not([hidden])")
    assert page.text_content("[data-passkey-problem]") == "This passkey does not open anything here."
    page.goto("/console/")
    assert "/sign-in/" in page.url
