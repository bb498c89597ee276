"""A shop's pages carry its brand, under its own host name if it has one, and only what it has switched on."""

import io
from uuid import uuid4

import pytest
from django.test import Client
from PIL import Image

from phakdi.care.surveys.core.questions import Question, QuestionKind, Wish
from phakdi.flows.change_brand import change_brand, switch_module
from phakdi.flows.manage_surveys import make_survey, open_survey
from phakdi.kit.clock import utc_now
from phakdi.platform.organizations.core.modules import Module
from phakdi.platform.organizations.queries import brand_of
from phakdi.platform.staff.core import Place, Role
from phakdi.web.branding import hosts

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    hosts._kept.clear()


@pytest.fixture
def visitor():
    """Return a browser of somebody outside, reading English."""
    return Client(headers={"accept-language": "en"})


def logo(size=(300, 200)):
    """Return a picture as somebody uploads it."""
    out = io.BytesIO()
    Image.new("RGBA", size, "#c8102e").save(out, "PNG")
    return out.getvalue()


def brand(shop, *, picture=b"", **changes):
    """Change the shop's brand."""
    change_brand(organization_id=shop, changes=changes, logo=picture, now=utc_now())
    return brand_of(organization_id=shop)


def test_without_a_color_no_sheet_is_asked_for(visitor, shop, slug):
    page = visitor.get(f"/m/{slug}/enter/").content.decode()
    assert "brand.css" not in page
    assert f"/m/{slug}/icon-192.png?v=" in page


def test_sheet_is_kept_by_browsers_under_its_version_only(visitor, shop, slug):
    shown = brand(shop, accent="#c8102e")
    page = visitor.get(f"/m/{slug}/enter/").content.decode()
    assert f'<link rel="stylesheet" href="/m/{slug}/brand.css?v={shown.version}">' in page

    sheet = visitor.get(f"/m/{slug}/brand.css?v={shown.version}")
    assert sheet.headers["Content-Type"] == "text/css; charset=utf-8"
    assert sheet.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "--accent:#c8102e" in sheet.content.decode()
    assert "Cookie" not in sheet.headers["Vary"]
    assert visitor.get(f"/m/{slug}/brand.css?v=older").headers["Cache-Control"] == "public, max-age=60"


def test_logo_is_served_as_the_picture_that_we_drew(visitor, shop, slug):
    assert visitor.get(f"/m/{slug}/logo.png").status_code == 404
    shown = brand(shop, picture=logo())
    answer = visitor.get(f"/m/{slug}/logo.png?v={shown.version}")
    assert (answer.headers["Content-Type"], answer.headers["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert Image.open(io.BytesIO(answer.content)).size == (300, 200)


@pytest.mark.parametrize("picture", [b"", logo(), logo((80, 900))], ids=["letter", "logo", "high"])
@pytest.mark.parametrize(("name", "side"), [("180", 180), ("192", 192), ("512", 512), ("maskable-512", 512)])
def test_icons_are_drawn_in_the_sizes_that_phones_ask_for(visitor, shop, slug, picture, name, side):
    if picture:
        brand(shop, picture=picture)
    answer = visitor.get(f"/m/{slug}/icon-{name}.png")
    icon = Image.open(io.BytesIO(answer.content))
    assert (answer.headers["Content-Type"], icon.size, icon.mode) == ("image/png", (side, side), "RGB")
    if picture:
        assert icon.getpixel((side // 2, side // 2)) == (200, 16, 46)
        assert icon.getpixel((2, 2)) == (255, 255, 255)


def test_other_sizes_are_not_drawn(visitor, slug):
    assert [visitor.get(f"/m/{slug}/icon-{name}.png").status_code for name in ("64", "99999", "maskable-192", "x")] == [404] * 4


def test_brand_of_an_unknown_shop_is_not_found(visitor, shop):
    assert visitor.get("/m/nobody/brand.css").status_code == 404


def test_sign_in_carries_the_brand_that_its_address_names(visitor, shop, slug):
    brand(shop, names={"en": "Nok's Garden"}, accent="#c8102e")
    page = visitor.get(f"/sign-in/?at={slug}").content.decode()
    assert "Nok&#x27;s Garden" in page
    assert f"/m/{slug}/brand.css" in page
    assert "brand.css" not in visitor.get("/sign-in/").content.decode()
    assert visitor.get("/sign-in/?at=ไม่มี").status_code == 200


def test_console_and_counter_carry_the_brand(signed_in, shop, slug):
    brand(shop, names={"en": "Nok's Garden"}, accent="#c8102e")
    owner = signed_in()
    for address in ("/console/", "/counter/"):
        page = owner.get(address).content.decode()
        assert "Nok&#x27;s Garden" in page
        assert f"/m/{slug}/brand.css" in page


# --- host names ---------------------------------------------------------------------------------------------------------


def test_own_host_name_answers_with_the_shops_pages(visitor, shop, slug):
    brand(shop, domain="card.nok.example")
    first = visitor.get("/", headers={"host": "card.nok.example"})
    assert (first.status_code, first.headers["Location"]) == (302, f"/s/{slug}/")
    assert visitor.get(f"/s/{slug}/", headers={"host": "card.nok.example"}).status_code == 200
    switch_module(organization_id=shop, module="public", is_on=False, now=utc_now())
    assert visitor.get("/", headers={"host": "card.nok.example"}).headers["Location"] == f"/m/{slug}/"
    page = visitor.get(f"/m/{slug}/enter/", headers={"host": "Card.Nok.Example:8000"})
    assert page.status_code == 200


def test_forms_work_under_the_own_host_name(shop, slug):
    brand(shop, domain="card.nok.example")
    strict = Client(enforce_csrf_checks=True, headers={"accept-language": "en", "host": "card.nok.example"})
    strict.get(f"/m/{slug}/enter/")
    token = strict.cookies["csrftoken"].value
    own = {"host": "card.nok.example", "origin": "http://card.nok.example"}
    foreign = {"host": "card.nok.example", "origin": "http://evil.example"}
    form = {"csrfmiddlewaretoken": token, "theme": "dark", "next": f"/m/{slug}/enter/"}
    assert strict.post("/theme/", form, headers=own).status_code == 302
    assert strict.post("/theme/", form, headers=foreign).status_code == 403


def test_another_shop_does_not_answer_there(visitor, shop, slug, other_organization_id):
    brand(other_organization_id, domain="card.other.example")
    assert visitor.get(f"/m/{slug}/enter/", headers={"host": "card.other.example"}).status_code == 404


def test_a_host_that_nobody_named_is_refused(visitor, slug):
    assert visitor.get(f"/m/{slug}/enter/", headers={"host": "evil.example"}).status_code == 400


def test_staff_are_led_to_the_installations_own_address(visitor, shop, slug, settings):
    settings.PUBLIC_URL = "https://phakdi.example"
    brand(shop, domain="card.nok.example")
    for address in ("/console/", "/counter/", "/sign-in/"):
        answer = visitor.get(address, headers={"host": "card.nok.example"})
        assert answer.headers["Location"] == f"https://phakdi.example/sign-in/?at={slug}"


def test_names_of_strangers_are_asked_for_once(visitor, slug, django_assert_num_queries):
    hosts.organization_at("stranger.example")
    with django_assert_num_queries(0):
        assert hosts.organization_at("stranger.example") is None


def test_installations_own_hosts_are_nobodys(settings):
    settings.ALLOWED_HOSTS, settings.PUBLIC_URL = ["phakdi.example", ".shops.example", "*"], "https://www.phakdi.example/x"
    assert [hosts.is_own_host(name) for name in ("PHAKDI.example", "a.shops.example", "www.phakdi.example", "nok.example")] == [
        True, True, True, False
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "status"), [("card.nok.example", 200), ("testserver", 200), ("stranger.example", 404), ("", 404), ("a b", 404)]
)
def test_certificates_are_asked_for_known_names_only(visitor, shop, name, status):
    brand(shop, domain="card.nok.example")
    assert visitor.get("/hosts/known/", {"domain": name}).status_code == status


# --- languages ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wants", "cookie", "language"),
    [("zh-CN", "", "en"), ("", "", "en"), ("th,en", "", "th"), ("zh", "th", "th"), ("de,en", "", "en")],
)
def test_shops_first_language_is_for_those_who_read_neither(shop, slug, wants, cookie, language):
    change_brand(organization_id=shop, changes={}, language="en", now=utc_now())
    client = Client(headers={"accept-language": wants} if wants else {})
    if cookie:
        client.cookies["django_language"] = cookie
    page = client.get(f"/m/{slug}/enter/")
    assert f'<html lang="{language}"' in page.content.decode()
    assert page.headers["Content-Language"] == language


# --- modules ------------------------------------------------------------------------------------------------------------

PAGES = {
    Module.PUBLIC: ["/s/{slug}/", "/s/{slug}/terms/", "/s/{slug}/stores/"],
    Module.PORTAL: ["/m/{slug}/", "/m/{slug}/enter/", "/m/{slug}/history/", "/m/{slug}/join/"],
    Module.SELF_ENROLLMENT: ["/m/{slug}/join/"],
    Module.REWARDS: ["/m/{slug}/rewards/cup/"],
    Module.REFERRALS: ["/m/{slug}/friends/"],
    Module.SURVEYS: ["/s/{slug}/survey/visit/", "/m/{slug}/surveys/visit/"],
    Module.TRANSFERS: ["/m/{slug}/give/"],
    Module.COUNTER_OFFLINE: ["/counter/offline/"],
    Module.COUNTER_ENROLLMENT: ["/counter/enroll/"],
    Module.COUNTER_SPENDING: ["/counter/m/{member}/pay/"],
}


def begin_survey(shop):
    """Open a survey: pages of the module answer about one."""
    owner = Place(shop, "shop", "Shop", uuid4(), Role.OWNER)
    wish = Wish({"en": "Visit"}, (Question("q1", QuestionKind.CSAT, {"en": "How was it?"}, 1, 5),))
    made = make_survey(place=owner, code="visit", wish=wish, now=utc_now())
    open_survey(place=owner, survey_id=made.id, now=utc_now())


def test_every_module_has_pages_in_this_test():
    assert set(PAGES) == set(Module)


@pytest.mark.parametrize("module", list(Module))
def test_a_module_that_is_off_answers_nowhere(signed_in, shop, slug, member_id, bought, module):
    client = signed_in(Role.OWNER)
    begin_survey(shop)
    addresses = [address.format(slug=slug, member=member_id) for address in PAGES[module]]
    assert all(client.get(address).status_code != 404 for address in addresses)

    switch_module(organization_id=shop, module=module.value, is_on=False, now=utc_now())
    assert [client.get(address).status_code for address in addresses] == [404] * len(addresses)
    assert all(client.post(address).status_code in {404, 405} for address in addresses)

    switch_module(organization_id=shop, module=module.value, is_on=True, now=utc_now())
    assert all(client.get(address).status_code != 404 for address in addresses)


def test_counter_gives_no_keys_but_takes_kept_bills_while_keeping_is_off(owner, shop):
    assert "data-worker" in owner.get("/counter/").content.decode()
    switch_module(organization_id=shop, module="counter_offline", is_on=False, now=utc_now())
    assert "data-worker" not in owner.get("/counter/").content.decode()
    assert owner.post("/counter/till/").status_code == 404
    answer = owner.post("/counter/till/bills/", {"bills": []}, content_type="application/json")
    assert (answer.status_code, answer.json()) == (200, {"answers": []})


def test_names_are_those_of_the_readers_language(visitor, shop, slug):
    brand(shop, names={"th": "ร้านนก", "en": "Nok's"})
    assert "Your card at Nok&#x27;s" in visitor.get(f"/m/{slug}/enter/").content.decode()
    assert "ร้านนก" in visitor.get(f"/m/{slug}/enter/", headers={"accept-language": "th"}).content.decode()


def test_manifest_has_the_shops_icons(visitor, shop, slug):
    icons = visitor.get(f"/m/{slug}/app.webmanifest").json()["icons"]
    assert [(icon["sizes"], icon["purpose"]) for icon in icons] == [
        ("192x192", "any"),
        ("512x512", "any"),
        ("512x512", "maskable"),
    ]
    for icon in icons:
        drawn = Image.open(io.BytesIO(visitor.get(icon["src"]).content))
        assert icon["sizes"] == f"{drawn.width}x{drawn.height}"


def test_greeting_welcome_and_contact_stand_where_members_look(visitor, shop, slug):
    brand(shop, welcome={"en": "Come <b>in</b>"}, phone="02-123 4567", line_url="@nok", website="nok.example")
    page = visitor.get(f"/m/{slug}/enter/").content.decode()
    assert "Come &lt;b&gt;in&lt;/b&gt;" in page
    assert 'href="https://line.me/R/ti/p/@nok"' in page
    assert 'href="tel:02-123%204567"' in page


def test_brand_answers_while_the_portal_is_off(visitor, shop, slug):
    switch_module(organization_id=shop, module="portal", is_on=False, now=utc_now())
    assert visitor.get(f"/m/{slug}/brand.css").status_code == 200
    assert visitor.get(f"/m/{slug}/icon-192.png").status_code == 200


def test_what_is_off_is_not_offered(signed_in, shop, member_id, bought):
    cashier = signed_in(Role.OWNER)
    assert "/counter/enroll/" in cashier.get("/counter/").content.decode()
    switch_module(organization_id=shop, module="counter_enrollment", is_on=False, now=utc_now())
    assert "/counter/enroll/" not in cashier.get("/counter/").content.decode()
