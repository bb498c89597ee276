"""The cashier's day in a real browser: three taps, the keyboard alone, a scanner, a camera, and the end of the day."""

import os

import pytest
import segno
from PIL import Image

from phakdi.flows.member_card import card_codes
from phakdi.kit.clock import utc_now
from tests.e2e.conftest import DESKTOP, FLAGS, PHONE
from tests.e2e.test_access_for_all import faults

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]
TABLET = {"width": 820, "height": 1180}


@pytest.mark.parametrize(
    ("size", "language"),
    [
        ({"width": 390, "height": 844}, "th"),
        (TABLET, "th"),
        ({"width": 1280, "height": 900}, "th"),
        ({"width": 390, "height": 844}, "en"),
    ],
    ids=["phone-th", "tablet-th", "desktop-th", "phone-en"],
)
def test_every_page_of_the_counter_is_whole(shop, regular, open_page, sign_in, picture, request, size, language):
    name = request.node.callspec.id
    page = open_page(size, language)
    sign_in(page, "till@rimnam.example")
    picture(page, f"find-{name}")
    page.goto("/counter/?q=ไม่มีใคร")
    picture(page, f"nobody-{name}")
    page.goto(f"/counter/m/{regular.id}/")
    picture(page, f"member-{name}")
    page.fill("#id_amount", "250")
    page.wait_for_selector("[data-give]:not([hidden])")
    picture(page, f"preview-{name}")
    page.click("[data-give]")
    page.wait_for_url("**/a/**")
    picture(page, f"done-{name}")
    result = page.url
    page.goto(result + "undo/")
    picture(page, f"undo-{name}")
    page.goto(f"/counter/m/{regular.id}/pay/")
    picture(page, f"pay-{name}")
    page.locator(".pick").nth(1).click()
    page.locator("button.big").first.click()
    page.wait_for_selector("#id_code")
    picture(page, f"proof-{name}")
    page.locator("button[value=send]").click()
    page.wait_for_selector(".notice.info")
    picture(page, f"sent-{name}")
    for address in ("enroll", "poster", "day", "waiting", "offline"):
        page.goto(f"/counter/{address}/")
        page.wait_for_selector("[data-is-ready]", state="attached")
        picture(page, f"{address}-{name}")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), address
    assert page.problems == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_the_counter_have_no_faults(cashier, shop, regular, picture, scheme):
    page = cashier()
    page.emulate_media(color_scheme=scheme)
    for address in ("", f"m/{regular.id}/", "day/?who=all", "waiting/", "offline/", "poster/", "enroll/", f"m/{regular.id}/pay/"):
        page.goto(f"/counter/{address}")
        assert faults(page) == [], address
    page.goto(f"/counter/m/{regular.id}/")
    page.fill("#id_amount", "250")
    page.locator(".part [data-step='1']").first.click()
    page.wait_for_selector("[data-give]:not([hidden])")
    assert faults(page) == []
    picture(page, f"preview-{scheme}-th")
    page.click("[data-give]")
    page.wait_for_url("**/a/**")
    assert faults(page) == []
    picture(page, f"done-{scheme}-th")
    page.goto(page.url + "undo/")
    assert faults(page) == []
    page.goto(f"/counter/m/{regular.id}/pay/?what=reward:cup")
    page.locator("button.big").first.click()
    page.wait_for_selector("#id_code")
    assert faults(page) == []
    picture(page, f"proof-{scheme}-th")


LISTEN = """() => {
  window.taps = 0;
  addEventListener("click", (event) => {
    if (event.target.closest("button, a") && !event.target.closest("[data-pad]")) window.taps += 1;
  }, true);
}"""
# A scanner: keys by their place, one after the other without a pause, with a Thai layout making Thai letters of them.
SCAN = """([text, thai]) => {
  const shifted = ")!@#$%^&*(";
  const send = (code, key, shiftKey) => {
    const target = document.activeElement || document.body;
    const event = new KeyboardEvent("keydown", {code, key, shiftKey, bubbles: true, cancelable: true});
    if (target.dispatchEvent(event) && key.length === 1 && "value" in target) target.value += key;
  };
  for (const letter of text) {
    const code = /[0-9]/.test(letter) ? `Digit${letter}` : /[a-z]/i.test(letter) ? `Key${letter.toUpperCase()}`
      : {".": "Period", "-": "Minus", "/": "Slash"}[letter];
    send(code, thai[letter] || letter, /[A-Z]/.test(letter));
  }
  send("Enter", "Enter", false);
}"""
THAI = dict(zip("1234567890.-", "ๅ/-ภถุึคตจใข", strict=True))


@pytest.fixture
def cashier(shop, regular, open_page, sign_in):
    """Return a function that opens the counter, signed in and ready."""

    def open_(size=PHONE, **more):
        page = open_page(size, **more)
        sign_in(page, "till@rimnam.example")
        return page

    return open_


def points_of(page):
    return int(page.inner_text(".person .balance").split()[0].replace(",", ""))


def card_of(shop, regular):
    return card_codes(organization=shop, member_id=regular.id, now=utc_now(), most=1).texts[0]


def test_three_taps_from_opening_to_points_given(cashier, shop, regular):
    """A scan, or one tap on "Find"; the amount by the pad; one tap to give; one to the next member."""
    page = cashier()
    taps = 0
    page.evaluate(LISTEN)
    page.fill("#q", "0812345678")
    page.click("form[role=search] button[aria-label]")
    page.wait_for_url("**/counter/m/**")
    taps += 1
    before = points_of(page)
    page.evaluate(LISTEN)
    for key in "250":
        page.click(f"[data-pad] [data-key='{key}']")
    page.wait_for_selector("[data-give]:not([hidden])")
    assert "+10" in page.inner_text("[data-preview]")
    assert page.evaluate("taps") == 0  # the amount is typed, not tapped through pages
    page.click("[data-give]")
    page.wait_for_url("**/a/**")
    taps += 1
    assert "+10" in page.inner_text(".done")
    page.click(".done [data-escape]")
    page.wait_for_url("**/counter/")
    taps += 1
    assert taps == 3
    page.goto(f"/counter/m/{regular.id}/")
    assert points_of(page) == before + 10
    assert page.problems == []


def test_keyboard_alone_serves_a_queue(cashier, shop, regular):
    page = cashier(DESKTOP)
    for amount, points in (("250", "+10"), ("1000", "+40")):
        page.keyboard.type("0812345678", delay=60)  # as people type
        page.keyboard.press("Enter")
        page.wait_for_url("**/counter/m/**")
        page.keyboard.type(amount, delay=60)
        page.keyboard.press("Enter")
        page.wait_for_selector("[data-give]:focus")
        page.keyboard.press("Enter")
        page.wait_for_url("**/a/**")
        assert points in page.inner_text(".done .total")
        page.keyboard.press("Enter")  # the next member
        page.wait_for_url("**/counter/")
    page.goto(f"/counter/m/{regular.id}/")
    page.keyboard.press("Escape")
    page.wait_for_url("**/counter/")
    assert page.problems == []


def test_digits_typed_with_a_thai_layout_become_an_amount(cashier, regular):
    page = cashier(DESKTOP)
    page.goto(f"/counter/m/{regular.id}/")
    page.evaluate("document.activeElement.blur()")
    for digit in "250":
        page.evaluate(
            "([code, key]) => document.body.dispatchEvent(new KeyboardEvent('keydown', {code, key, bubbles: true, cancelable: true}))",
            [f"Digit{digit}", THAI[digit]],
        )
        page.wait_for_timeout(60)
    assert page.input_value("#id_amount") == "250"


@pytest.mark.parametrize("thai", [THAI, {}], ids=["Thai layout", "Latin layout"])
def test_scanner_finds_the_member_wherever_the_focus_is(cashier, shop, regular, thai):
    page = cashier(DESKTOP)
    page.evaluate("document.activeElement.blur()")
    with page.expect_navigation(url="**/counter/m/**"):
        page.evaluate(SCAN, [regular.number, thai])
    page.goto("/counter/day/")  # a page without a field
    with page.expect_navigation(url="**/counter/m/**"):
        page.evaluate(SCAN, [card_of(shop, regular), thai])
    page.focus("#id_amount")
    page.evaluate(SCAN, ["B-7781", thai])  # a receipt's number, not an amount and not a member
    assert (page.input_value("#id_amount"), page.input_value("#id_receipt")) == ("", "B-7781")
    assert page.problems == []


def test_scanner_pays_with_the_code_of_the_card(cashier, shop, regular):
    page = cashier(DESKTOP)
    page.goto(f"/counter/m/{regular.id}/pay/?what=reward:cup")
    page.locator("button.big").first.click()
    page.wait_for_selector("#id_code")
    with page.expect_navigation(url="**/a/**"):
        page.evaluate(SCAN, [card_of(shop, regular), THAI])
    assert "−150" in page.inner_text(".done .total")


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without scripts"])
def test_photo_of_a_code_is_read_by_the_server(cashier, shop, regular, tmp_path, javascript):
    page = cashier(javascript=javascript)
    segno.make_qr(card_of(shop, regular)).save(str(tmp_path / "photo.png"), scale=8, border=4)
    page.click("details summary >> text=อ่านรหัสจากภาพถ่าย")
    page.set_input_files("#picture", tmp_path / "photo.png")
    page.click("button:has-text('อ่านรหัส') >> nth=-1")
    page.wait_for_url("**/counter/m/**")
    assert page.url.endswith(f"/{regular.id}/")


def test_camera_is_read_by_the_server_where_the_browser_cannot(browser, shop, regular, live_server, sign_in, tmp_path):
    segno.make_qr(regular.number).save(str(tmp_path / "code.png"), scale=12, border=4)
    code = Image.open(tmp_path / "code.png").convert("L").resize((400, 400))
    frame = Image.new("L", (640, 480), 200)
    frame.paste(code, (120, 40))
    film = tmp_path / "camera.y4m"
    gray = b"\x80" * (320 * 240)
    film.write_bytes(b"YUV4MPEG2 W640 H480 F10:1 Ip C420\n" + (b"FRAME\n" + frame.tobytes() + gray + gray) * 10)
    flags = [
        *FLAGS,
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ]
    with browser.browser_type.launch(executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=flags) as filming:
        page = filming.new_context(base_url=live_server.url, viewport=PHONE, locale="th", permissions=["camera"]).new_page()
        page.add_init_script("delete window.BarcodeDetector")
        sign_in(page, "till@rimnam.example")
        page.click("[data-camera]")
        page.wait_for_url("**/counter/m/**")
        assert page.url.endswith(f"/{regular.id}/")


def test_day_tells_what_was_given_used_and_undone(cashier, shop, regular, picture):
    page = cashier()
    page.goto(f"/counter/m/{regular.id}/")
    page.fill("#id_amount", "1000")
    page.locator(".part [data-step='1']").first.click()
    page.wait_for_selector("[data-give]:not([hidden])")
    page.click("[data-give]")
    page.wait_for_url("**/a/**")
    picture(page, "done-stamps-th")
    page.click("text=ย้อนรายการ")
    page.click("button.danger")
    page.wait_for_url("**/a/**")
    page.goto("/counter/day/")
    told = page.inner_text(".stats")
    assert [line for line in told.split("\n") if line.strip()][:3] == ["บิล", "1", "1,000 บาท"]
    assert "การคืนสินค้า" in page.inner_text("main") or "คืน" in page.inner_text("main")
    picture(page, "day-undone-th")
    page.select_option("#who", "all")
    page.wait_for_url("**who=all**")
    assert "เอก แคชเชียร์" in page.inner_text("table")
    picture(page, "day-all-th")
    page.emulate_media(media="print")
    picture(page, "day-print-th")
    assert page.problems == []
