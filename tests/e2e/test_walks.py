"""What people do, from the first page to the last: join, serve, run the program."""

import re

import pytest

from phakdi.engagement.messaging.core import MessageChannel
from phakdi.engagement.messaging.models import Message
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.vault import unseal

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]


def last_code(shop):
    """Return the code in the last message of the shop."""
    with organization_scope(shop.id):
        message = Message.objects.filter(organization_id=shop.id, channel=MessageChannel.SMS).order_by("-id").first()
        return re.search(r"\d{6}", unseal(message.sealed))[0]


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without scripts"])
def test_a_cashier_gives_points_and_takes_them_back_by_keyboard(shop, regular, open_page, sign_in, picture, javascript):
    page = open_page(javascript=javascript)
    sign_in(page, "till@rimnam.example")
    assert page.url.endswith("/counter/")
    page.wait_for_selector("#q:focus")
    picture(page, "counter-1-find-th")
    page.keyboard.type(regular.number)  # as a scanner does
    page.keyboard.press("Enter")
    page.wait_for_url("**/counter/m/**")
    before = page.inner_text(".balance")
    picture(page, "counter-2-member-th")
    page.fill("#id_amount", "1,000")
    page.click(".bill-more summary")
    page.fill("#id_receipt", "B-77")
    page.keyboard.press("Enter")
    page.wait_for_selector("button[value=confirm]:focus")
    picture(page, "counter-3-confirm-th")
    assert "+40" in page.inner_text(".outcome")
    page.keyboard.press("Enter")
    page.wait_for_url("**/a/**")
    picture(page, "counter-4-result-th")
    assert "ทุก 25 บาท ได้ 1 จาก 1,000 บาท" in page.inner_text("main")
    page.click("text=ย้อนรายการ")
    picture(page, "counter-5-undo-th")
    page.click("button:has-text('ยืนยันการย้อนรายการ')")
    page.wait_for_url("**/a/**")
    page.click("text=กลับไปที่สมาชิก")
    assert page.inner_text(".balance") == before
    assert page.problems == []


def test_a_cashier_enrolls_somebody_and_takes_points(shop, regular, open_page, sign_in, picture):
    page = open_page()
    sign_in(page, "till@rimnam.example")
    page.fill("#q", "0899999999")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=**")
    picture(page, "counter-6-nobody-th")
    page.click("text=สมัครสมาชิกใหม่")
    assert page.input_value("#id_phone") == "0899999999"
    page.fill("#id_phone", "123")
    page.click("button:has-text('สมัคร')")
    assert "เบอร์โทรไม่ถูกต้อง" in page.inner_text("main")
    picture(page, "counter-7-enroll-wrong-th")
    page.fill("#id_phone", "0899999999")
    page.click("button:has-text('สมัคร')")
    page.wait_for_url("**/counter/m/**")
    page.goto("/counter/?q=0812345678")
    page.click("text=ใช้แต้ม")
    page.check("text=แก้วเซรามิก")
    picture(page, "counter-8-pay-th")
    page.click("text=ตรวจสอบ")
    page.click("button[value=send]")
    page.wait_for_selector(".notice.info")
    picture(page, "counter-9-pay-confirm-th")
    page.fill("#id_code", last_code(shop))
    page.click("button[value=confirm]")
    page.wait_for_url("**/a/**")
    picture(page, "counter-10-paid-th")
    assert "แลก แก้วเซรามิก" in page.inner_text("main")
    assert page.problems == []


@pytest.mark.parametrize(("size", "language"), [("desktop", "th"), ("phone", "en")])
def test_an_owner_edits_the_program_tries_it_and_puts_it_in_force(shop, regular, open_page, sign_in, picture, size, language):
    page = open_page({"width": 1280, "height": 900} if size == "desktop" else {"width": 390, "height": 844}, language)
    sign_in(page, "owner@rimnam.example")
    picture(page, f"console-1-overview-{size}-{language}")
    page.goto("/console/programs/edit/")
    text = page.input_value("#id_text")
    page.fill("#id_text", text.replace("per: 25", "pre: 25"))
    page.click("button[value=check]")
    assert "earning[0].give" in page.inner_text(".notice.bad")
    picture(page, f"console-2-errors-{size}-{language}")
    page.fill("#id_text", text.replace("per: 25", "per: 20").replace("expect: {points: 30}", "expect: {points: 32}"))
    page.fill("#id_who", "0812345678")
    page.fill("#id_on", "1/1/2570")
    page.click("button[value=try]")
    assert "+50" in page.inner_text(".outcome")
    picture(page, f"console-3-tried-{size}-{language}")
    page.fill("#id_effective", "1/1/2570")
    page.fill("#id_note", "20 baht a point")
    page.click("button[value=apply]")
    page.wait_for_url("**/console/programs/")
    assert "20 baht a point" in page.inner_text("main")
    picture(page, f"console-4-programs-{size}-{language}")
    assert page.problems == []


@pytest.mark.parametrize(("size", "language"), [("desktop", "th"), ("desktop", "en"), ("phone", "th")])
def test_an_owner_reads_everything(shop, regular, open_page, sign_in, picture, size, language):
    page = open_page({"width": 1280, "height": 900} if size == "desktop" else {"width": 390, "height": 844}, language)
    sign_in(page, "owner@rimnam.example")
    page.goto("/console/members/?q=สมชาย")
    picture(page, f"console-5-members-{size}-{language}")
    page.click("tbody a")
    picture(page, f"console-6-member-{size}-{language}")
    page.locator("a[href*='/activities/0']").first.click()
    picture(page, f"console-7-activity-{size}-{language}")
    for number, name in enumerate(("stores", "staff", "keys", "audit", "reviews", "imports", "failures", "inbox"), 8):
        page.goto(f"/console/{name}/")
        picture(page, f"console-{number}-{name}-{size}-{language}")
    page.goto("/console/nowhere/")
    picture(page, f"error-404-{size}-{language}")
    assert page.problems == []
