"""An owner who never saw YAML changes the program in forms, sees what it brings, and puts it in force."""

from datetime import timedelta

import pytest

from phakdi.flows.record_activity import record_activity
from phakdi.kit.clock import utc_now
from tests.e2e.conftest import DESKTOP, PHONE
from tests.e2e.test_access_for_all import faults

pytestmark = [pytest.mark.django_db(transaction=True, databases=["default", "owner"]), pytest.mark.browser]


@pytest.fixture
def gold(shop, regular):
    """Return the regular member, risen to Gold."""
    at = utc_now() - timedelta(days=2)
    bought = {"kind": "purchase", "at": at, "ref": "BIG", "origin": "pos", "store": "SIAM", "amount": 12000}
    record_activity(organization_id=shop.id, member_id=regular.id, activity=bought, now=at)
    return regular


def next_tuesday():
    now = utc_now()
    return now + timedelta(days=(1 - now.weekday()) % 7 or 7)


def settle(page):
    """Wait until what stands beside the form has followed."""
    page.wait_for_timeout(50)
    page.wait_for_selector(".htmx-request, [data-busy]", state="detached")


def try_it(page, day):
    """Try a bill of 1,000 baht at Siam on that day."""
    page.select_option("#try-store", "SIAM")
    page.fill("#try-on", day.strftime("%d/%m/%Y"))
    page.fill("#try-amount", "1000")
    page.press("#try-amount", "Tab")
    settle(page)


@pytest.mark.parametrize(("size", "language"), [(DESKTOP, "en"), (PHONE, "th")], ids=["desktop-en", "phone-th"])
def test_double_points_on_tuesdays_for_gold_at_siam(shop, gold, open_page, sign_in, picture, size, language):
    name = f"{'desktop' if size is DESKTOP else 'phone'}-{language}"
    says = {"en": 0, "th": 1}[language]
    page = open_page(size, language)
    sign_in(page, "owner@rimnam.example")
    page.goto("/console/programs/draft/")
    picture(page, f"1-home-{name}")
    page.goto("/console/programs/draft/earning/")
    picture(page, f"2-earning-{name}")
    page.click("a[href$='/earning/new/']")
    page.wait_for_url("**/new/")
    picture(page, f"3-new-{name}")
    page.fill("#f-name-en", "Tuesdays twice at Siam")
    page.fill("#f-name-th", "วันอังคารสองเท่าที่สยาม")
    page.select_option("[name='give.0.mode']", "multiply")
    page.fill("[name='give.0.multiply.number']", "2")
    for number, (field, value) in enumerate((("weekday", "tue"), ("member.level", "gold"), ("store", "SIAM"))):
        page.click("button[value='row:when.items']")
        page.wait_for_selector(f"[name='when.items.{number}.field']")
        settle(page)
        page.select_option(f"[name='when.items.{number}.field']", field)
        page.wait_for_selector(f"[name='when.items.{number}.value'][value='{value}']", state="attached")
        settle(page)
        page.check(f"[name='when.items.{number}.value'][value='{value}']")
    tuesday = next_tuesday()
    try_it(page, tuesday)
    page.wait_for_selector("text=+160", timeout=5000)  # 40 for each 25 baht, twice for Gold, twice more on Tuesday at Siam
    said = page.inner_text(".said-text")
    assert ("on Tuesday, for Gold, at Siam", "วันอังคาร สำหรับ โกลด์ ที่ สยาม")[says] in said
    picture(page, f"4-filled-{name}")
    page.wait_for_timeout(700)
    settle(page)  # leaving while something is asked for is told in the console
    with page.expect_navigation():
        page.click(".save-bar button[value='save']")
    picture(page, f"5-kept-{name}")
    with page.expect_navigation():
        page.click("a[href$='/publish/']")
    picture(page, f"6-publish-{name}")
    assert said in page.inner_text("main")
    page.fill("#id_note", "Tuesdays")
    with page.expect_navigation():
        page.click("button[value='publish']")
    picture(page, f"7-versions-{name}")
    assert "Tuesdays" in page.inner_text("main")
    bought = {"kind": "purchase", "at": tuesday, "ref": "T1", "origin": "pos", "store": "SIAM", "amount": 1000}
    receipt = record_activity(organization_id=shop.id, member_id=gold.id, activity=bought, now=tuesday)
    assert receipt.outcome["earned"] == {"points": 160}
    assert page.problems == [], page.problems


LOOKS = [(PHONE, "th", "light"), (DESKTOP, "en", "dark"), (DESKTOP, "th", "light"), (PHONE, "en", "dark")]
PAGES = (
    "",
    "earning/",
    "earning/0/",
    "earning/1/",
    "levels/1/",
    "stamps/1/",
    "rewards/0/",
    "spending/0/",
    "vouchers/new/",
    "publish/",
)


@pytest.mark.parametrize(("size", "language", "theme"), LOOKS, ids=["phone-th", "desktop-en-dark", "desktop-th", "phone-en-dark"])
def test_every_page_of_the_editor_is_for_all(shop, gold, open_page, sign_in, picture, size, language, theme):
    page = open_page(size, language, theme=theme)
    sign_in(page, "owner@rimnam.example")
    page.goto("/console/programs/draft/rewards/0/")
    page.fill("[name=stock]", "5")
    with page.expect_navigation():
        page.click(".save-bar button[value='save']")
    page.goto("/console/programs/draft/earning/1/")
    page.click("button[value='group:when.items']")
    page.wait_for_selector(".cond-group.nested")
    settle(page)
    page.select_option(".cond-group.nested .cond-field", "time")
    page.wait_for_selector("[name='when.items.1.items.0.low']")
    page.wait_for_timeout(900)  # until what stands beside the form is asked for: it is pale meanwhile
    settle(page)
    assert faults(page) == []
    looks = f"{'phone' if size is PHONE else 'desktop'}-{language}-{theme}"
    picture(page, f"look-group-{looks}")
    page.evaluate("window.onbeforeunload = null")
    for address in PAGES:
        page.goto(f"/console/programs/draft/{address}")
        for more in page.query_selector_all("details.more-fields, details.inner-more"):
            more.evaluate("each => { each.open = true }")
        assert faults(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
        picture(page, f"look-{address.strip('/').replace('/', '-') or 'home'}-{looks}")


def test_an_owner_without_scripts_changes_a_rule(shop, gold, open_page, sign_in):
    page = open_page(DESKTOP, "en", javascript=False)
    sign_in(page, "owner@rimnam.example")
    page.goto("/console/programs/draft/earning/1/")
    page.click("button[value='row:when.items']")
    page.select_option("[name='when.items.1.field']", "weekday")
    page.click("button[value='redraw']")
    page.check("[name='when.items.1.value'][value='tue']")
    page.click(".save-bar button[value='save']")
    page.wait_for_url("**/earning/")
    assert "2 times the points, on a purchase, for Gold, on Tuesday" in page.inner_text("main")
