"""The shop's public pages and its stores in the console, in every look; with and without scripts; nothing refused by the policy."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from phakdi.flows.manage_store import change_store
from phakdi.kit.clock import utc_now
from tests.e2e.conftest import DESKTOP, PHONE, until
from tests.e2e.looking import LOOKS, look

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]
HOURS = {day: ["08:00", "20:00"] for day in ("mon", "tue", "wed", "thu", "fri")} | {"sat": ["10:00", "24:00"]}


@pytest.fixture
def placed(shop):
    """The shop with its stores on the map."""
    for code, latitude, longitude in (("SIAM", "13.745500", "100.533100"), ("ARI", "13.779800", "100.544600")):
        changes = {
            "latitude": latitude,
            "longitude": longitude,
            "hours": HOURS,
            "phone": "02-123-4567",
            "address": "99 ถนนพระราม 1",
        }
        change_store(organization_id=shop.id, code=code, changes=changes, now=utc_now())
    return shop


@pytest.mark.parametrize(("size", "language", "theme"), LOOKS)
def test_public_pages_in_every_look(placed, open_page, sign_in, picture, size, language, theme, request):
    page = open_page(size, language, theme=theme)
    look_id = request.node.callspec.id
    for name, address in (("shop", "/s/rimnam/"), ("terms", "/s/rimnam/terms/"), ("map", "/s/rimnam/stores/")):
        look(page, picture, address, f"public-{name}-{look_id}")
        found = Axe().run(page)
        assert found.response["violations"] == [], address
    sign_in(page, "owner@rimnam.example")
    for name, address in (
        ("stores", "/console/stores/"),
        ("store", "/console/stores/SIAM/"),
        ("store-new", "/console/stores/new/"),
    ):
        look(page, picture, address, f"console-{name}-{look_id}")
        found = Axe().run(page)
        assert found.response["violations"] == [], address


def test_the_map_is_a_list_with_links_without_scripts(placed, open_page):
    page = open_page(PHONE, "en", javascript=False)
    page.goto("/s/rimnam/stores/")

    assert page.locator(".map-drawn a").count() == 2
    page.locator(".map-drawn a").first.click()
    assert page.url.endswith("#store-ARI")
    ways = page.get_by_role("link", name="The way there").evaluate_all("links => links.map(link => link.href)")
    assert ways[0].startswith("https://www.google.com/maps/search/?api=1&query=13.7798")


def test_a_click_on_the_map_places_a_store(placed, open_page, sign_in):
    page = open_page(DESKTOP, "en")
    sign_in(page, "owner@rimnam.example")
    page.goto("/console/stores/SIAM/")
    before = page.input_value("#id_position")

    page.locator(".map-moving").click(position={"x": 60, "y": 60})

    after = page.input_value("#id_position")
    assert after != before
    latitude, longitude = map(float, after.split(","))
    assert abs(latitude - 13.7455) < 0.1
    assert abs(longitude - 100.5331) < 0.1
    with page.expect_navigation():
        page.get_by_role("button", name="Save").click()
    assert page.problems == []


def test_tiles_come_from_where_the_installation_says_and_from_nowhere_else(placed, open_page, settings):
    settings.MAP_TILES, settings.MAP_ATTRIBUTION = "https://tiles.example.com/{z}/{x}/{y}.png", "© Map people"
    page = open_page(DESKTOP, "en")
    asked = []
    page.route("https://tiles.example.com/**", lambda route: (asked.append(route.request.url), route.fulfill(status=204)))
    page.goto("/s/rimnam/stores/")
    until(page, "document.querySelectorAll('.map-mark').length === 2")

    assert page.get_by_text("© Map people").is_visible()
    assert asked
    assert [problem for problem in page.problems if "tiles.example.com" not in problem] == []
