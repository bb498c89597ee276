"""Who may leave, what members are worth, their groups and a member's page, in every look."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from phakdi.flows.enroll_member import Enrollment, enroll_by_staff
from phakdi.flows.expect_of_members import expect_of_members
from phakdi.kit.clock import utc_now
from phakdi.platform.audit.core import Actor
from tests.e2e.looking import LOOKS, look
from tests.fakes.purchases import buying_members

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]
NAMES = ("สมหญิง รักดี", "Anan Wongsawat", "มาลี ศรีสุข", "ประเสริฐ แซ่ตั้ง", "Nok Chaiyaphum", "วิภา ทองคำ")


@pytest.mark.parametrize(("size", "language", "theme"), LOOKS)
def test_lifetime_in_every_look(shop, regular, open_page, sign_in, picture, size, language, theme, request):
    now, clerk = utc_now(), Actor("staff", "1")
    known = [regular.id]
    for number, name in enumerate(NAMES):
        given, family = name.split()
        profile = {"given_name": given, "family_name": family, "phone": f"08{number:08}"}
        enrolled = enroll_by_staff(
            organization_id=shop.id, enrollment=Enrollment(profile=profile, source="counter"), actor=clerk, now=now
        )
        known.append(enrolled.member.id)
    expect_of_members(shop.id, buying_members(known, count=900, as_of=now), now)
    page = open_page(size, language, theme=theme)
    sign_in(page, "owner@rimnam.example")
    for name, address in (
        ("leaving", "/console/insight/leaving/"),
        ("worth", "/console/insight/worth/"),
        ("groups", "/console/insight/groups/"),
        ("cell", "/console/insight/groups/?r=5&f=5"),
        ("expected", f"/console/members/{known[3]}/"),
    ):
        look(page, picture, address, f"lifetime-{name}-{request.node.callspec.id}")
        assert Axe().run(page).response["violations"] == [], address
