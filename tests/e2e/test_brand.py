"""An owner sees the new look while choosing it, and members see it afterwards."""

import io

import pytest
from PIL import Image, ImageDraw

from phakdi.flows.change_brand import change_brand
from phakdi.kit.clock import utc_now
from tests.e2e.conftest import DESKTOP, PHONE, until
from tests.e2e.test_access_for_all import enter_portal, faults

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]


RUBY, TEAL = "rgb(179, 18, 63)", "rgb(11, 107, 98)"


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def logo(tmp_path):
    """Return a picture file."""
    image = Image.new("RGBA", (400, 400), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    pen.ellipse((20, 20, 380, 380), fill="#7a1f3d")
    pen.rectangle((120, 180, 280, 220), fill="#f3d9a4")
    path = tmp_path / "logo.png"
    path.write_bytes(_png(image))
    return str(path)


def _png(image):
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def wait_for_color(page, selector, color):
    """Wait until something has a color: colors change softly."""
    shown = "([selector, color]) => getComputedStyle(document.querySelector(selector)).backgroundColor === color"
    for _ in range(200):
        if page.evaluate(shown, [selector, color]):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"{selector} never became {color}")


@pytest.mark.parametrize(
    ("size", "language", "theme"), [(DESKTOP, "th", "light"), (PHONE, "en", "dark"), (DESKTOP, "en", "dark")]
)
def test_preview_follows_the_form_and_members_see_what_was_saved(
    shop, open_page, sign_in, picture, logo, size, language, theme, request
):
    name = request.node.callspec.id
    page = open_page(size, language, theme=theme)
    sign_in(page, "owner@rimnam.example")
    page.goto("/console/brand/")
    page.fill(f"#id_names_{language}", "Ruby House")
    page.fill(f"#id_greeting_{language}", "Hello again")
    assert page.inner_text('[data-theme="light"] [data-preview=name]') == "Ruby House"
    assert page.inner_text('[data-theme="dark"] [data-preview=greeting]') == "Hello again"

    preview = '.brand-preview [data-theme="light"] .button'
    with page.expect_response("**/preview.css?accent=b3123f"):
        page.fill("#id_accent", "#b3123f")
    until(page, "document.querySelectorAll('link[href*=\"preview.css\"]').length === 1")
    wait_for_color(page, preview, RUBY)
    if theme == "light":
        wait_for_color(page, "form .big", TEAL)  # the console itself waits until it is saved

    page.set_input_files("#id_logo", logo)
    page.wait_for_selector('[data-preview=logo][src^="data:image/png"]')
    page.fill(f"#id_welcome_{language}", "Join and be at home.")
    page.fill("#id_phone", "02-123-4567")
    page.fill("#id_line_url", "@rubyhouse")
    picture(page, f"brand-{name}")
    with page.expect_navigation():
        page.click("form[data-brand] button.big")
    picture(page, f"brand-saved-{name}")
    assert page.problems == []

    page.goto("/m/rimnam/enter/")
    picture(page, f"brand-enter-{name}")
    assert "Ruby House" in page.inner_text("header")
    assert page.eval_on_selector("header img", "image => image.complete && image.naturalWidth") == 400
    if theme == "light":
        wait_for_color(page, "main button", RUBY)
    assert page.problems == []
    page.goto("/console/modules/")
    picture(page, f"modules-{name}")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("color", ["#ffd400", "#141414", "#ffffff", "#e4007c"], ids=["yellow", "black", "white", "pink"])
def test_pages_of_any_color_can_be_read(shop, regular, open_page, sign_in, picture, color, theme):
    changes = {"accent": color, "greeting": {"th": "ยินดีต้อนรับ"}, "phone": "02-123-4567"}
    change_brand(organization_id=shop.id, changes=changes, now=utc_now())
    page = open_page(PHONE, "th", theme=theme)
    enter_portal(page, shop)
    wrong = {}
    for address in ("/m/rimnam/", "/m/rimnam/points/", "/m/rimnam/rewards/", "/m/rimnam/me/", "/s/rimnam/"):
        page.goto(address)
        wrong[address] = faults(page)
        picture(page, f"color-{color[1:]}-{address.strip('/').replace('/', '-')}-{theme}")
    sign_in(page, "owner@rimnam.example")
    for address in ("/console/", "/counter/?q=0812345678", f"/counter/m/{regular.id}/"):
        page.goto(address)
        wrong[address] = faults(page)
    assert {address: found for address, found in wrong.items() if found} == {}


def test_switches_and_look_work_without_scripts(shop, open_page, sign_in):
    page = open_page(DESKTOP, "en", javascript=False)
    sign_in(page, "owner@rimnam.example")
    page.goto("/console/modules/")
    page.click('form:has(input[value="counter_spending"]) button')
    assert page.get_attribute('form:has(input[value="counter_spending"]) button', "aria-checked") == "false"
    page.click("summary:has(.avatar)")
    page.click('button[name=theme][value="dark"]')
    assert page.get_attribute("html", "data-theme") == "dark"
    page.click("summary:has(.avatar)")
    page.click('button[name=theme][value="auto"]')
    assert page.get_attribute("html", "data-theme") is None
