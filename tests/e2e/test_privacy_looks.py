"""Privacy in the console, in every look."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe

from phakdi.flows.log_breach import log_breach
from phakdi.flows.publish_consent import publish_consent
from phakdi.flows.request_data import open_request
from phakdi.kit.clock import utc_now
from phakdi.platform.audit.core import Actor
from tests.e2e.looking import LOOKS, look

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]


@pytest.mark.parametrize(("size", "language", "theme"), LOOKS)
def test_privacy_in_every_look(shop, regular, open_page, sign_in, picture, size, language, theme, request):
    now, clerk = utc_now(), Actor("staff", "1")
    look_id = request.node.callspec.id
    asked = [
        open_request(organization_id=shop.id, member_id=regular.id, kind=kind, details="ขอบคุณค่ะ", now=now - timedelta(days=days))
        for kind, days in (("ACCESS", 31), ("CORRECTION", 26), ("ERASURE", 2))
    ]
    words = {"th": "ร้านส่งข่าวและโปรโมชันถึงฉันได้ ถอนได้ทุกเมื่อ", "en": "The shop may send me news and offers; I may take it back."}
    publish_consent(
        organization_id=shop.id, purpose="MARKETING", texts=words, effective_from=now, is_material=True, now=now, actor=clerk
    )
    values = {"title": "มือถือหน้าร้านหาย", "known_at": now - timedelta(hours=60), "members_count": 40}
    log_breach(organization_id=shop.id, values=values, now=now, actor=clerk)
    page = open_page(size, language, theme=theme)
    sign_in(page, "owner@rimnam.example")
    for name, address in (
        ("requests", "/console/requests/"),
        ("request-access", f"/console/requests/{asked[0].id}/"),
        ("request-erasure", f"/console/requests/{asked[2].id}/"),
        ("request-erase", f"/console/requests/{asked[2].id}/erase/"),
        ("request-new", f"/console/members/{regular.id}/request/"),
        ("held", f"/console/members/{regular.id}/held/"),
        ("privacy", "/console/privacy/"),
        ("breach", "/console/privacy/breaches/new/"),
        ("records", "/console/privacy/records/"),
        ("codes", "/console/privacy/codes/"),
        ("consents", "/console/consents/"),
        ("consent", "/console/consents/marketing/"),
    ):
        look(page, picture, address, f"{name}-{look_id}")
        assert Axe().run(page).response["violations"] == [], address
