"""The member's phone: joining in a minute, the card with its code, and every page behind it, in both languages."""

import re

import pytest
import zxingcpp
from axe_playwright_python.sync_playwright import Axe
from PIL import Image

from phakdi.engagement.messaging.core import MessageChannel
from phakdi.engagement.messaging.models import Message
from phakdi.flows.identify_by_code import identify_by_code
from phakdi.flows.manage_connection import Provider, connect_provider
from phakdi.flows.record_activity import record_activity
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.vault import unseal
from tests.fakes.line_login import CHANNEL_ID, CHANNEL_SECRET, line_login

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


def press(page, what):
    """Press something that brings another page."""
    with page.expect_navigation():
        page.click(what)


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
    ("language", "size", "dark"),
    [("th", "phone", False), ("en", "phone", False), ("th", "phone", True), ("th", "desktop", False)],
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


def test_somebody_joins_decides_and_holds_the_brake(shop, open_page, picture):
    page = open_page()
    page.goto("/m/rimnam/")
    page.fill("#id_contact", "089-111-2233")
    press(page, "text=ส่งรหัสให้ฉัน")
    page.fill("#id_code", "000000" if last_code(shop) != "000000" else "111111")
    press(page, "text=ต่อไป")
    assert "รหัสไม่ถูกต้อง" in page.inner_text("main")
    page.fill("#id_code", last_code(shop))
    press(page, "text=ต่อไป")
    page.fill("#id_given_name", "มานี")
    page.click("summary:has-text('ข้อมูลเพิ่มเติม')")
    page.fill("#id_birthday", "24/11/2535")
    page.check("#id_consent_marketing_sms")
    assert not page.is_checked("#id_consent_marketing_email")
    press(page, "button:has-text('สมัคร')")
    assert "สวัสดีคุณมานี" in page.inner_text("main")
    page.goto("/m/rimnam/consents/")
    assert page.is_checked("#id_consent_marketing_sms")
    page.uncheck("#id_consent_marketing_sms")
    press(page, "text=บันทึก")
    assert not page.is_checked("#id_consent_marketing_sms")
    page.goto("/m/rimnam/me/")
    press(page, "text=ระงับบัญชีของฉัน")
    assert "คุณระงับบัญชีไว้" in page.inner_text("main")
    picture(page, "card-frozen-th")
    press(page, "text=เลิกระงับบัญชีของฉัน")
    assert "คุณระงับบัญชีไว้" not in page.inner_text("main")
    page.goto("/m/rimnam/inbox/")
    picture(page, "inbox-brake-th")
    assert page.problems == []


def test_everything_works_without_scripts(shop, regular, open_page, tmp_path):
    page = open_page(javascript=False)
    come_in(page, shop, "0812345678")
    page.locator("[data-qr]").screenshot(path=tmp_path / "code.png")
    text = zxingcpp.read_barcodes(Image.open(tmp_path / "code.png"))[0].text
    assert identify_by_code(organization_id=shop.id, text=text, purpose="spend", now=utc_now()) == regular.id
    assert "โหลดหน้าใหม่" in page.inner_text("[data-note]")
    assert page.inner_text(".pass-number .number") == regular.number
    for path in ("rewards/cup/", "me/browsers/", "me/requests/correction/"):
        page.goto(f"/m/rimnam/{path}")
        assert page.locator("h1").count() == 1
    page.fill("#id_details", "ชื่อสะกดผิด")
    press(page, "text=ส่งคำขอ")
    assert "ชื่อสะกดผิด" in page.inner_text("main")


def test_card_and_its_codes_work_without_a_network_and_go_at_sign_out(shop, regular, open_page, picture, tmp_path):
    page = open_page()
    come_in(page, shop, "0812345678")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    page.wait_for_selector("[data-state=live]")
    assert page.evaluate("caches.open('phakdi rimnam mine').then((kept) => kept.keys()).then((keys) => keys.length)") == 2
    page.context.set_offline(True)
    page.reload()
    page.wait_for_selector("[data-offline]:not([hidden])")
    text = scanned(page, tmp_path)
    assert identify_by_code(organization_id=shop.id, text=text, purpose="spend", now=utc_now()) == regular.id
    picture(page, "offline-card-th")
    page.goto("/m/rimnam/rewards/")
    assert "ไม่มีเน็ต" in page.inner_text("main")
    picture(page, "offline-page-th")
    page.clock.install()
    page.goto("/m/rimnam/")
    page.wait_for_selector("[data-state=live]")
    page.clock.fast_forward(11 * 60 * 1000)
    page.wait_for_selector("[data-state=gone]")
    page.locator("[data-qr]").screenshot(path=tmp_path / "number.png")
    assert zxingcpp.read_barcodes(Image.open(tmp_path / "number.png"))[0].text == regular.number
    picture(page, "offline-run-out-th")
    page.context.set_offline(False)
    page.goto("/m/rimnam/me/")
    press(page, "text=ออกจากระบบ")
    assert page.evaluate("caches.keys().then((names) => names.filter((name) => name.endsWith('mine')))") == []
    page.context.set_offline(True)
    page.goto("/m/rimnam/")
    assert regular.number not in page.content()


@pytest.fixture
def line(shop):
    """Return the fake LINE, connected to the shop."""
    with line_login() as fake:
        connect_provider(
            organization_id=shop.id,
            provider=Provider.LINE_LOGIN,
            settings={"channel_id": CHANNEL_ID, "liff_id": "1234567890-AbCdEfGh", "base_url": fake.url},
            secrets={"channel_secret": CHANNEL_SECRET},
            now=utc_now(),
        )
        yield fake


def test_somebody_joins_with_line_in_three_taps(shop, line, open_page, picture):
    page = open_page()
    page.goto("/m/rimnam/enter/")
    picture(page, "line-1-enter-th")
    press(page, "text=เข้าด้วย LINE")
    page.wait_for_url("**/join/")
    assert page.input_value("#id_given_name") == "ชาย"
    picture(page, "line-2-join-th")
    press(page, "button:has-text('สมัคร')")
    assert "สวัสดีคุณชาย" in page.inner_text("main")
    picture(page, "line-3-card-th")
    page.goto("/m/rimnam/me/")
    picture(page, "line-4-me-th")
    assert [problem for problem in page.problems if not problem.startswith(line.url)] == []


SDK = """window.liff = { init: async (given) => { if (given.liffId !== "1234567890-AbCdEfGh") throw new Error("id"); },
  isLoggedIn: () => true, getIDToken: () => TOKEN };"""


def test_card_opens_by_itself_inside_line(shop, line, open_page):
    page = open_page()
    page.route("https://static.line-scdn.net/**", lambda route: route.fulfill(
        content_type="text/javascript", body=SDK.replace("TOKEN", f'"{line.id_token()}"')
    ))  # fmt: skip
    page.goto("/m/rimnam/liff/")
    page.wait_for_url("**/join/")
    press(page, "button:has-text('สมัคร')")
    page.wait_for_url("**/m/rimnam/")
    assert [problem for problem in page.problems if "line-scdn" not in problem] == []


def test_outside_line_or_without_its_script_one_goes_by_way_of_line(shop, line, open_page):
    page = open_page()
    page.route("https://static.line-scdn.net/**", lambda route: route.abort())
    page.goto("/m/rimnam/liff/")
    page.wait_for_url("**/join/")
    assert page.input_value("#id_given_name") == "ชาย"


@pytest.mark.parametrize(("size", "language"), [("desktop", "th"), ("phone", "en")])
def test_owner_connects_line(shop, line, open_page, sign_in, picture, size, language):
    page = open_page(**({"size": DESKTOP} if size == "desktop" else {}), language=language)
    sign_in(page, "owner@rimnam.example")
    page.goto("/console/connections/")
    picture(page, f"connections-{size}-{language}")
    assert page.input_value("#id_channel_secret") == ""
    assert CHANNEL_SECRET not in page.content()
    assert faults(page) == []
    page.fill("#id_channel_id", "abc")
    press(page, "form:has(#id_channel_id) button")
    assert page.locator("#id_channel_id-error").count() == 1
    page.fill("#id_channel_id", "2000000001")
    press(page, "form:has(#id_channel_id) button")
    assert page.input_value("#id_channel_id") == "2000000001"
    press(page, "button.danger")
    assert page.problems == []


def test_poster_is_shown_and_scanned(shop, open_page, picture, tmp_path, live_server):
    page = open_page()
    page.goto("/m/rimnam/qr/?store=SIAM")
    picture(page, "poster-th")
    page.locator(".qr").screenshot(path=tmp_path / "code.png")
    text = zxingcpp.read_barcodes(Image.open(tmp_path / "code.png"))[0].text
    assert text == f"{live_server.url}/m/rimnam/join/?store=SIAM"
    assert faults(page) == []
