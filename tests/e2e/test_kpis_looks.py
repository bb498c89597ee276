"""Members, sales, cohorts, one figure, targets, settings and totals, in every look."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from phakdi.insight.kpis.refreshing import step
from phakdi.kit.clock import utc_now
from tests.e2e.looking import LOOKS, look
from tests.fakes.purchases import buying_members

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]
PAGES = ("members", "sales", "cohorts", "figure/?figure=retention", "targets", "settings", "totals")


@pytest.mark.parametrize(("size", "language", "theme"), LOOKS[::3])
def test_figures_in_two_looks(shop, regular, open_page, sign_in, picture, size, language, theme, request):
    now = utc_now()
    step(shop.id, buying_members([regular.id], count=300, as_of=now), now)
    page = open_page(size, language, theme=theme)
    sign_in(page, "owner@rimnam.example")
    for name in PAGES:
        address = f"/console/insight/{name}" + ("" if "?" in name else "/")
        look(page, picture, address, f"kpis-{name.split('/')[0]}-{request.node.callspec.id}")
        assert Axe().run(page).response["violations"] == [], address
