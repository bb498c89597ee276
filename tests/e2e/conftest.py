"""A real browser against a real server, with a shop that has everything."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from phakdi.flows.apply_program import apply_program
from phakdi.flows.create_organization import Person, create_organization
from phakdi.flows.enroll_member import Enrollment, enroll_by_staff
from phakdi.flows.manage_staff import add_staff
from phakdi.flows.manage_store import add_store
from phakdi.flows.record_activity import record_activity
from phakdi.platform.audit.core import Actor
from phakdi.platform.organizations.queries import find_organization

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # the browser's tool keeps a loop in this thread

PASSWORD = "a long enough word"
NOW = datetime.now(UTC)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
PICTURES = os.environ.get("PHAKDI_PICTURES", "")
PROGRAM = """
phakdi: 1
key: rimnam
name: {th: ริมน้ำคลับ, en: Riverside Club}
units:
  points:
    name: {th: คะแนน, en: points}
    expires: {after: 2 years, round_up: month}
  stamps:
    name: {th: ดวงกาแฟ, en: coffee stamps}
    kind: stamps
    card: {size: 10, milestones: [{at: 10, voucher: free-coffee}]}
earning:
  - key: base
    name: {th: ทุกการซื้อ, en: Every purchase}
    on: purchase
    give: {points: 1, per: 25}
  - key: gold-double
    name: {th: โกลด์ได้สองเท่า, en: Gold earns twice}
    on: purchase
    when: {member.level: gold}
    give: {multiply: 2}
  - key: coffee
    name: {th: กาแฟหนึ่งแก้วหนึ่งดวง, en: A stamp a coffee}
    on: purchase
    lines: {category: coffee}
    give: {points: 1, per: 1, of: quantity, unit: stamps}
  - key: welcome
    name: {th: ต้อนรับสมาชิกใหม่, en: Welcome}
    on: join
    give: {points: 20}
vouchers:
  free-coffee:
    name: {th: กาแฟฟรีหนึ่งแก้ว, en: A free coffee}
    item: {th: กาแฟ, en: coffee}
    valid: {after: 30 days}
spending:
  - key: baht
    name: {th: 10 คะแนน แทน 1 บาท, en: 10 points pay 1 baht}
    points: 10
    pays: 1
    step: 10
rewards:
  cup:
    name: {th: แก้วเซรามิก, en: Ceramic cup}
    cost: {points: 150}
tiers:
  levels:
    - key: silver
      name: {th: ซิลเวอร์, en: Silver}
    - key: gold
      name: {th: โกลด์, en: Gold}
      reach: {meter: spend, window: rolling_12_months, at_least: 10000}
      lasts: {after: 1 year}
      benefits: [{th: ได้คะแนนสองเท่า, en: Points twice}]
cases:
  - name: a coffee of 25 baht
    steps:
      - {at: '2026-01-05T10:00:00+07:00', do: join}
      - {at: '2026-01-06T10:00:00+07:00', do: purchase, amount: 250}
    expect: {points: 30}
"""


def until(page, holds, seconds=30):
    """Wait until an expression is true on the page. The browser's tool would evaluate it there again and again, which pages forbid."""
    for _ in range(seconds * 20):
        if page.evaluate(holds):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"never true: {holds}")


@pytest.fixture(scope="session")
def browser():
    """Return Chromium."""
    with sync_playwright() as tool:
        running = tool.chromium.launch(executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def shop(transactional_db):
    """Return a café with a program, stores, staff and a member who has bought for a year."""
    owner = Person("owner@rimnam.example", "นิดา เจ้าของร้าน", PASSWORD)
    made = create_organization(slug="rimnam", name="ริมน้ำคาเฟ่", owner=owner, now=NOW - timedelta(days=500))
    for code, thai, english in (("SIAM", "สยาม", "Siam"), ("ARI", "อารีย์", "Ari")):
        add_store(organization_id=made.id, code=code, given={"name": {"th": thai, "en": english}, "area": "กรุงเทพฯ"}, now=NOW)
    cashier = Person("till@rimnam.example", "เอก แคชเชียร์", PASSWORD)
    add_staff(organization_id=made.id, person=cashier, role="CASHIER", stores=["SIAM"], now=NOW)
    since = NOW - timedelta(days=450)
    apply_program(organization_id=made.id, text=PROGRAM, now=since, effective_from=since, note="First")
    return find_organization(slug="rimnam")


@pytest.fixture
def regular(shop):
    """Return a member who has bought every fortnight for a year."""
    joined = NOW - timedelta(days=380)
    profile = {
        "given_name": "สมชาย",
        "family_name": "ใจดี",
        "nickname": "ชาย",
        "phone": "0812345678",
        "email": "somchai@example.com",
    }
    enrolled = enroll_by_staff(
        organization_id=shop.id, enrollment=Enrollment(profile=profile, source="counter"), actor=Actor("staff", "1"), now=joined
    )
    for number in range(26):
        at = joined + timedelta(days=14 * number + 1, hours=3)
        line = {"amount": 60 * (number % 3 + 1), "category": "coffee", "quantity": number % 3 + 1, "product": "ลาเต้"}
        cake = {"amount": 120 + 10 * number, "category": "cake", "product": "เค้กมะพร้าว"}
        bought = {"kind": "purchase", "at": at, "ref": f"A{number:04}", "origin": "pos", "store": "SIAM", "lines": [line, cake]}
        record_activity(organization_id=shop.id, member_id=enrolled.member.id, activity=bought, now=at)
    return enrolled.member


@pytest.fixture
def open_page(browser, live_server):
    """Return a function that opens a browser window of a size and language, on the test's server."""
    opened = []

    def open_(size=PHONE, language="th", *, javascript=True, theme="light"):
        context = browser.new_context(
            base_url=live_server.url,
            viewport=size,
            locale=language,
            java_script_enabled=javascript,
            timezone_id="Asia/Bangkok",
            color_scheme=theme,
            reduced_motion="reduce",
        )
        opened.append(context)
        page = context.new_page()
        page.problems = []
        page.is_plain = not javascript  # pictures need scripts
        page.on(
            "console",
            lambda message: (
                page.problems.append(message.text) if message.type == "error" and "status of 4" not in message.text else None
            ),
        )
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on(
            "request",
            lambda asked: page.problems.append(asked.url) if not asked.url.startswith((live_server.url, "data:")) else None,
        )
        return page

    yield open_
    for context in opened:
        context.close()


@pytest.fixture
def picture():
    """Return a function that keeps a picture of a page, where PHAKDI_PICTURES names a folder."""

    def take(page, name):
        if PICTURES and not getattr(page, "is_plain", False):
            Path(PICTURES).mkdir(parents=True, exist_ok=True)
            page.evaluate("scrollTo(0, 0)")
            page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)

    return take


@pytest.fixture
def sign_in():
    """Return a function by which somebody of the staff signs in."""

    def enter(page, email):
        page.goto("/sign-in/")
        page.fill("#id_email", email)
        page.fill("#id_password", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/sign-in/" not in url)

    return enter
