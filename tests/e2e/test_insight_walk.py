"""An owner opens Insight: in an empty shop it teaches; with purchases they pick days, open a figure, keep the view, take files out."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from phakdi.flows.refresh_insight import refresh_insight
from phakdi.web.console.insight import registry
from tests.e2e.conftest import DESKTOP, NOW, PHONE, until
from tests.e2e.looking import look

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]


def test_an_empty_shop_is_taught(shop, open_page, sign_in, picture):
    page = open_page(PHONE, "th")
    sign_in(page, "owner@rimnam.example")
    look(page, picture, "/console/insight/", "insight-empty")
    assert page.locator("a[href='/console/imports/']").count() >= 1
    assert Axe().run(page).response["violations"] == []


def test_an_owner_asks_opens_keeps_and_takes_out(shop, regular, open_page, sign_in, picture):
    refresh_insight(organization_id=shop.id, now=NOW)
    page = open_page(DESKTOP, "th")
    sign_in(page, "owner@rimnam.example")
    look(page, picture, "/console/insight/", "insight-owner")
    page.goto("/console/insight/sales/")

    page.click(".day-button >> nth=0")  # days are picked by keyboard, in years of the Buddhist era
    assert page.inner_text("dialog.calendar h2").endswith((str(NOW.year + 543), str(NOW.year + 542)))
    page.keyboard.press("PageUp")
    page.keyboard.press("Home")
    picture(page, "insight-calendar")
    assert Axe().run(page).response["violations"] == []
    page.keyboard.press("Enter")
    until(page, "!document.querySelector('dialog.calendar').open")
    with page.expect_navigation():
        page.click(".report-filters button:not([type=button])")
    assert "from=" in page.url

    page.click(".save-view > summary")
    page.fill("#view-name", "ยอดขายของฉัน")
    with page.expect_navigation():
        page.click(".save-view form button")
    page.goto("/console/insight/")
    with page.expect_navigation():
        page.click(".pinned a")
    assert "from=" in page.url

    with page.expect_download() as saved:
        page.click("[data-picture] >> nth=0")
    assert saved.value.suggested_filename.endswith(".png")
    with page.expect_navigation():
        page.click(".stat dd a >> nth=0")
    assert "/console/insight/figure/" in page.url
    page.goto("/console/insight/points/")
    with page.expect_download() as saved:
        page.click("a[href*='export=xlsx']")
    assert saved.value.suggested_filename.endswith(".xlsx")


@pytest.mark.parametrize(
    ("size", "language", "theme"), [(PHONE, "th", "light"), pytest.param(DESKTOP, "en", "dark", marks=pytest.mark.long)]
)
def test_every_report_is_for_everybody(shop, regular, open_page, sign_in, picture, size, language, theme):
    refresh_insight(organization_id=shop.id, now=NOW)
    page = open_page(size, language, theme=theme)
    sign_in(page, "owner@rimnam.example")
    wrong = {}
    pages = ["", "views/", "summary/", *(f"{entry.key}/" for entry in registry.REPORTS)]
    for name in pages:
        look(page, picture, f"/console/insight/{name}", f"report-{name.strip('/')}-{language}-{theme}")
        if found := Axe().run(page).response["violations"]:
            wrong[name] = [(each["id"], each["nodes"][0]["html"][:200]) for each in found]
    assert wrong == {}
