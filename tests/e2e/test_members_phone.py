"""The member's phone: joining in a minute, the card with its code, and every page behind it, in both languages."""

import re

import pytest
import zxingcpp
from axe_playwright_python.sync_playwright import Axe
from PIL import Image

from phakdi.engagement.messaging.core import MessageChannel
from phakdi.engagement.messaging.models import Message
from phakdi.flows.identify_by_code import identify_by_code
from phakdi.flows.record_activity import record_activity
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.vault import unseal

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]
DESKTOP = {"width": 1280, "height": 900}
PAGES = ("", "points/", "history/", "history/?unit=stamps", "inbox/", "rewards/", "rewards/cup/", "me/", "me/profile/", "me/phone/", "me/email/",
         "me/browsers/", "me/data/", "me/requests/", "me/requests/erasure/", "consents/", "offline/")  # fmt: skip
SAYS = {
    "th": {"send": "ส่งรหัสให้ฉัน", "on": "ต่อไป", "join": "button:has-text('สมัคร')", "history": "ประวัติ"},
    "en": {"send": "Send me the code", "on": "Go on", "join": "button:has-text('Join')", "history": "History"},
}


def last_code(shop):
    """Return the code in the last message of the shop."""
    with organization_scope(shop.id):
        message = Message.objects.filter(organization_id=shop.id, channel=MessageChannel.SMS).order_by("-id").first()
        return re.search(r"\d{6}", unseal(message.sealed))[0]


def come_in(page, shop, contact):
    """Sign in by phone, up to the card or the page on which one joins."""
    page.goto("/m/rimnam/enter/")
    page.fill("#id_contact", contact)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.fill("#id_code", last_code(shop))
    with page.expect_navigation():
        page.keyboard.press("Enter")


def faults(page):
    """Return what axe finds wrong with the page, and where."""
    found = Axe().run(page).response["violations"]
    return [(each["id"], [node["html"][:120] for node in each["nodes"]][:3]) for each in found]


def scanned(page, tmp_path, place="[data-qr]"):
    """Return what a scanner reads off the page."""
    page.wait_for_selector("[data-state=live]")
    page.locator(place).first.screenshot(path=tmp_path / "code.png")
    return zxingcpp.read_barcodes(Image.open(tmp_path / "code.png"))[0].text


@pytest.mark.parametrize("language", ["th", "en"])
def test_first_minute_join_card_points_history(shop, open_page, picture, tmp_path, language):
    says, page = SAYS[language], open_page(language=language)
    page.goto("/m/rimnam/join/?store=SIAM")
    page.wait_for_url("**/enter/")
    picture(page, f"minute-1-enter-{language}")
    page.fill("#id_contact", "089-111-2233")
    with page.expect_navigation():
        page.click(f"text={says['send']}")
    picture(page, f"minute-2-code-{language}")
    page.fill("#id_code", last_code(shop))
    with page.expect_navigation():
        page.click(f"text={says['on']}")
    picture(page, f"minute-3-join-{language}")
    page.check("#id_consent_marketing_sms")
    with page.expect_navigation():
        page.click(says["join"])
    page.wait_for_url("**/m/rimnam/")
    assert "20" in page.inner_text(".balance")
    picture(page, f"minute-4-card-{language}")
    text = scanned(page, tmp_path)
    member_id = identify_by_code(organization_id=shop.id, text=text, purpose="earn", now=utc_now())
    bought = {"kind": "purchase", "at": utc_now(), "ref": "B1", "origin": "pos", "store": "SIAM", "amount": 500}
    record_activity(organization_id=shop.id, member_id=member_id, activity=bought, now=utc_now())
    page.reload()
    assert "40" in page.inner_text(".balance")
    picture(page, f"minute-5-first-points-{language}")
    with page.expect_navigation():
        page.click(f".bottom >> text={says['history']}")
    assert page.locator(".history-line").count() == 2
    picture(page, f"minute-6-history-{language}")
    assert page.problems == []


@pytest.mark.parametrize(
    ("language", "size", "dark"), [("th", "phone", False), ("en", "phone", False), ("th", "phone", True), ("th", "desktop", False)]
)
def test_every_page_is_for_everybody(shop, regular, open_page, picture, language, size, dark):
    page = open_page(**({"size": DESKTOP} if size == "desktop" else {}), language=language, theme="dark" if dark else "light")
    page.goto("/m/rimnam/enter/")
    assert faults(page) == []
    come_in(page, shop, "0812345678")
    for number, path in enumerate(PAGES):
        page.goto(f"/m/rimnam/{path}")
        name = re.sub(r"\W+", "-", path).strip("-") or "card"
        picture(page, f"page-{number:02}-{name}-{language}-{size}{'-dark' if dark else ''}")
        assert faults(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
    assert page.problems == []
