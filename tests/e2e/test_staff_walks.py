"""Pages about staff, keys, webhooks and the audit: usable by everybody, on a phone and a desk, in both languages, light and dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from phakdi.adapters.webhooks.sending import WebhookSender
from phakdi.flows.adjust_points import Adjustment, adjust_points
from phakdi.flows.issue_api_key import issue_api_key
from phakdi.flows.manage_staff import Person, add_staff
from phakdi.flows.manage_webhooks import Wish, add_webhook, ping_webhook
from phakdi.flows.tell_webhooks import tell_webhooks
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.ids import new_id
from phakdi.platform.audit.core import Actor
from phakdi.platform.staff.queries import places_of, staff_of
from phakdi.platform.webhooks.operations import NewEvent
from phakdi.platform.webhooks.queries import deliveries_of, endpoints_of
from tests.fakes.receiver import receiving

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


@pytest.fixture
def busy(shop, regular):
    """Return the addresses of the pages of a shop in which much has happened."""
    now = utc_now()
    add_staff(
        organization_id=shop.id, person=Person("manager@rimnam.example", "ก้อย ผู้จัดการ"), role="MANAGER", areas=["กรุงเทพฯ"], now=now
    )
    add_staff(organization_id=shop.id, person=Person("partner@rimnam.example", "ร้านข้าง ๆ"), role="PARTNER", now=now)
    issue_api_key(
        organization_id=shop.id, name="เครื่องขายสยาม", scopes=["activities:write", "members:read"], stores=["SIAM"], now=now
    )
    with organization_scope(shop.id):
        owner, manager = (
            next(each for each in staff_of(organization_id=shop.id) if each.role == role) for role in ("OWNER", "MANAGER")
        )
    place = places_of(user_id=manager.user_id)[0]
    for number, points in enumerate((80, 6000)):
        wanted = Adjustment(points, "ขออภัยที่รอนาน", f"k{number}", "points")
        adjust_points(place=place, member_id=regular.id, adjustment=wanted, now=now)
    with receiving() as outside:
        wish = Wish("โปรแกรมบัญชี", outside.url, ["*"], outside.trusted)
        endpoint = add_webhook(organization_id=shop.id, wish=wish, now=now, actor=Actor("staff", str(owner.id))).endpoint
        for number in range(5):
            outside.answer = lambda call: (200, {}, b'{"ok": true}') if call != 3 else (500, {}, b"Database is locked")
            event = NewEvent(new_id(), "voucher.used" if number % 2 else "points.left", regular.id, now)
            tell_webhooks(organization_id=shop.id, event=event, data={"unit": "points", "points": 150}, now=now)
        ping_webhook(organization_id=shop.id, endpoint_id=endpoint.id, now=now)
        sender = WebhookSender(trusted=outside.trusted)
        while sender.step():
            pass
    with organization_scope(shop.id):
        deliveries = deliveries_of(organization_id=shop.id)
        (endpoint,) = endpoints_of(organization_id=shop.id)
    failed = next(each for each in deliveries if each.last_status == 500)
    return {
        "staff": "/console/staff/",
        "staff-new": "/console/staff/new/",
        "staff-edit": f"/console/staff/{manager.id}/",
        "staff-roles": "/console/staff/roles/",
        "staff-rules": "/console/staff/rules/",
        "approvals": "/console/approvals/",
        "keys": "/console/keys/",
        "key-new": "/console/keys/new/",
        "webhooks": "/console/webhooks/",
        "webhook-new": "/console/webhooks/new/",
        "webhook": f"/console/webhooks/{endpoint.id}/",
        "delivery": f"/console/webhooks/deliveries/{failed.id}/",
        "audit": "/console/audit/",
        "failures": "/console/failures/",
        "security": "/sign-in/security/",
        "app": "/sign-in/security/app/",
        "password": "/sign-in/password/",
        "again": "/sign-in/again/",
    }


def faults(page):
    """Return what axe finds wrong with the page, and where."""
    found = Axe().run(page).response["violations"]
    return [(each["id"], [node["html"][:160] for node in each["nodes"]][:3]) for each in found]


@pytest.mark.parametrize(
    ("size", "language", "theme"), [(DESK, "th", "light"), (PHONE, "th", "dark"), (DESK, "en", "dark"), (PHONE, "en", "light")]
)
def test_pages_have_no_faults_and_need_no_sideways_scrolling(busy, open_page, sign_in, picture, size, language, theme):
    page = open_page(size, language)
    page.emulate_media(color_scheme=theme)
    name = f"{'phone' if size is PHONE else 'desk'}-{language}-{theme}"
    found = []
    for step, address in (("sign-in", "/sign-in/"), ("forgotten", "/sign-in/forgotten/")):
        page.goto(address)
        picture(page, f"{step}-{name}")
        found += [(step, fault) for fault in faults(page)]
    sign_in(page, "owner@rimnam.example")
    for step, address in busy.items():
        page.goto(address)
        picture(page, f"{step}-{name}")
        found += [(step, fault) for fault in faults(page)]
        if not page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"):
            found.append((step, "scrolls sideways"))
    page.goto("/console/audit/")
    with page.expect_navigation():
        page.click("form[action$='/check/'] button")
    picture(page, f"audit-checked-{name}")
    assert found == []
    assert page.problems == []
