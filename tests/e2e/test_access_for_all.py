"""Pages can be used by everybody: axe finds nothing wrong with the main ones, in both languages."""

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]
CONSOLE = (
    "/console/", "/console/members/", "/console/members/enroll/", "/console/programs/", "/console/programs/edit/", "/console/stores/",
    "/console/stores/new/", "/console/staff/", "/console/staff/new/", "/console/keys/", "/console/audit/", "/console/failures/",
)  # fmt: skip


def faults(page):
    """Return what axe finds wrong with the page, and where."""
    found = Axe().run(page).response["violations"]
    return [(each["id"], [node["html"][:120] for node in each["nodes"]][:3]) for each in found]


@pytest.mark.parametrize("language", ["th", "en"])
def test_console_has_no_faults(shop, regular, open_page, sign_in, language):
    page = open_page({"width": 1280, "height": 900}, language)
    page.goto("/sign-in/")
    assert faults(page) == []
    sign_in(page, "owner@rimnam.example")
    for address in (*CONSOLE, f"/console/members/{regular.id}/", f"/console/members/{regular.id}/adjust/"):
        page.goto(address)
        assert faults(page) == [], address


def test_console_needs_no_sideways_scrolling_on_a_phone(shop, regular, open_page, sign_in):
    page = open_page()
    sign_in(page, "owner@rimnam.example")
    for address in (*CONSOLE, f"/console/members/{regular.id}/"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), address
    page.goto("/console/programs/edit/")
    with page.expect_navigation():
        page.click("button[value=check]")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_counter_and_portal_have_no_faults_on_a_phone(shop, regular, open_page, sign_in):
    page = open_page()
    for address in ("/", "/m/rimnam/enter/"):
        page.goto(address)
        assert faults(page) == [], address
    sign_in(page, "till@rimnam.example")
    for address in ("/counter/", f"/counter/m/{regular.id}/", f"/counter/m/{regular.id}/pay/", "/counter/enroll/"):
        page.goto(address)
        assert faults(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), address


def test_members_card_has_no_faults(shop, regular, open_page):
    from tests.e2e.test_walks import last_code

    page = open_page()
    page.goto("/m/rimnam/enter/")
    page.fill("#id_contact", "0812345678")
    page.keyboard.press("Enter")
    page.wait_for_url("**/code/")
    page.fill("#id_code", last_code(shop))
    page.keyboard.press("Enter")
    page.wait_for_url("**/m/rimnam/")
    for address in ("/m/rimnam/", "/m/rimnam/history/", "/m/rimnam/consents/"):
        page.goto(address)
        assert faults(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), address
