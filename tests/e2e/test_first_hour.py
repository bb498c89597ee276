"""An owner's first hour: from an empty installation to the first points, in both languages."""

import re

import pytest
from django.conf import settings
from playwright.sync_api import expect

from phakdi.platform.guides.core import set_up_code
from tests.e2e.test_access_for_all import faults

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]
PASSWORD = "four little words there"
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
WORDS = {
    "th": {"shop": "กาแฟริมน้ำ", "person": "นิดา เจ้าของร้าน", "slug": "kafaerimnam"},
    "en": {"shop": "Riverside Coffee", "person": "Nida", "slug": "riverside-coffee"},
}


def check(page, picture, name):
    """Keep a picture; nothing is wrong with the page and it needs no sideways scrolling."""
    page.evaluate("window.scrollTo(0, 0)")
    picture(page, name)
    assert faults(page) == [], name
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name


def said_in(page, text):
    """Return how often a text stands in the table."""
    return page.locator(f"tbody th:has-text('{text}')").count()


def press(page, selector):
    """Press what loads a page."""
    with page.expect_navigation():
        page.click(selector)


@pytest.mark.parametrize(("language", "size"), [("th", PHONE), ("en", DESKTOP), ("th", DESKTOP)], ids=["th-phone", "en", "th"])
def test_an_owner_comes_from_nothing_to_the_first_points(transactional_db, open_page, picture, language, size):  # noqa: PLR0915 - one hour, told in order
    said, device = WORDS[language], "phone" if size is PHONE else "desktop"
    step = lambda number, what: check(page, picture, f"first-hour-{number}-{what}-{language}-{device}")
    page = open_page(size, language)

    page.goto("/")
    page.wait_for_url("**/sign-up/")
    page.goto(f"/sign-up/?code={set_up_code(settings.SECRET_KEY)}")
    page.fill("#id_name", said["shop"])
    expect(page.locator("#id_slug")).to_have_value(said["slug"])
    page.check("#business-cafe", force=True)
    page.fill("#id_person", said["person"])
    page.fill("#id_email", "nida@shop.example")
    page.fill("#id_password", PASSWORD)
    step(1, "sign-up")
    press(page, "button.big")
    assert page.url.endswith("/console/start/")
    step(2, "guide")
    press(page, ".way-step.next .button")
    page.fill("#id_accent", "#8a4b2a")
    page.fill("#id_greeting_th", "หอมกรุ่นทุกเช้า")
    press(page, "main form button.big")
    picture(page, f"first-hour-2b-brand-{language}-{device}")

    page.goto("/console/start/")
    press(page, ".way-step.next .button")
    step(3, "programs")
    press(page, ".offer .button:not(.quiet)")
    page.fill("#id_per", "20")
    page.fill("#id_welcome", "30")
    page.fill("#id_amount", "250")
    press(page, "button[value=try] >> nth=0")
    assert "+12" in page.inner_text(".plus >> nth=0")
    step(4, "program")
    press(page, "button[value=apply]")
    assert page.url.endswith("/console/start/")

    press(page, ".way-step.next .button")
    page.fill("#id_address", "12 ถนนเจริญกรุง กรุงเทพฯ")
    page.fill("#id_place", "https://www.google.com/maps/place/Cafe/@13.7234567,100.5134567,17z")
    step(5, "store")
    press(page, "main form button.wide")
    step(6, "guide-half")

    page.goto("/console/start/poster/")
    step(7, "poster")
    assert len(re.findall(rb"/Type /Page\b", page.pdf(format="A4"))) == 1, "the poster fits on one sheet"
    page.goto("/console/start/")
    press(page, ".way-step.next .button")
    page.fill("#id_phone", "0891112233")
    page.fill("#id_given_name", "สมชาย")
    step(8, "enroll")
    press(page, "main form button[type=submit], main form button:not([type])")
    step(9, "member")
    page.fill("#id_amount", "250")
    press(page, "form[action*='/give/'] button >> nth=-1")
    assert "+12" in page.inner_text("main")
    step(10, "points")

    page.goto("/console/start/")
    assert page.locator(".way-step.done").count() == 5
    assert page.locator(".way-step.next").count() == 0
    step(11, "guide-done")
    page.goto("/console/?days=7")
    assert page.locator(".banner").count() == 0
    step(12, "overview")
    press(page, ".stat dd a >> nth=2")
    assert said_in(page, "สมชาย") == 1
    step(13, "rows")
    assert page.problems == []
