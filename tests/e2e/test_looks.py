"""Every face in both themes and languages, on a phone and a desktop: nothing scrolls sideways, nothing is refused by the page's policy."""

import pytest

from tests.e2e.conftest import DESKTOP, PHONE
from tests.e2e.test_walks import last_code

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]
LOOKS = [
    pytest.param(PHONE, "th", "light", id="phone-th-light"),
    pytest.param(PHONE, "en", "dark", id="phone-en-dark"),
    pytest.param(DESKTOP, "th", "dark", id="desktop-th-dark"),
    pytest.param(DESKTOP, "en", "light", id="desktop-en-light"),
]


def look(page, picture, address, name):
    """Open a page, look at it, and expect nothing wrong."""
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), address
    assert page.problems == [], address
    picture(page, name)


@pytest.mark.parametrize(("size", "language", "theme"), LOOKS)
def test_counter_and_console_in_every_look(shop, regular, open_page, sign_in, picture, size, language, theme, request):
    page = open_page(size, language, theme=theme)
    look_id = request.node.callspec.id
    for name, address in (("home", "/"), ("sign-in", "/sign-in/"), ("enter", "/m/rimnam/enter/"), ("nowhere", "/nowhere/")):
        page.goto(address)
        picture(page, f"{name}-{look_id}")
    sign_in(page, "owner@rimnam.example")
    for name, address in (
        ("overview", "/console/"),
        ("members", "/console/members/"),
        ("member", f"/console/members/{regular.id}/"),
        ("programs", "/console/programs/"),
        ("stores", "/console/stores/"),
        ("staff", "/console/staff/"),
        ("keys", "/console/keys/"),
        ("audit", "/console/audit/"),
        ("counter", "/counter/?q=0812345678"),
        ("counter-member", f"/counter/m/{regular.id}/"),
    ):
        look(page, picture, address, f"{name}-{look_id}")


@pytest.mark.parametrize(("size", "language", "theme"), LOOKS)
def test_members_pages_in_every_look(shop, regular, open_page, picture, size, language, theme, request):
    page = open_page(size, language, theme=theme)
    page.goto("/m/rimnam/enter/")
    page.fill("#id_contact", "0812345678")
    page.keyboard.press("Enter")
    page.wait_for_url("**/code/")
    page.fill("#id_code", last_code(shop))
    page.keyboard.press("Enter")
    page.wait_for_url("**/m/rimnam/")
    for name, address in (("card", "/m/rimnam/"), ("history", "/m/rimnam/history/"), ("consents", "/m/rimnam/consents/")):
        look(page, picture, address, f"{name}-{request.node.callspec.id}")


@pytest.mark.parametrize(("size", "language", "theme"), LOOKS)
def test_living_page_shows_every_part(shop, open_page, sign_in, picture, size, language, theme, request):
    page = open_page(size, language, theme=theme)
    sign_in(page, "till@rimnam.example")
    look(page, picture, "/design/", f"design-{request.node.callspec.id}")
