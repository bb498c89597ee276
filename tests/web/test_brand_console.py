"""Owners decide on the look and on what is on; nobody else does, and what cannot be is told beside its field."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from phakdi.platform.files import images
from phakdi.platform.organizations.core.modules import Module
from phakdi.platform.organizations.queries import brand_of, modules_of
from phakdi.platform.staff.core import Role

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
FORM = {
    "names_th": "ร้านนก", "names_en": "Nok's", "accent": "#c8102e", "greeting_th": "สวัสดี", "greeting_en": "Hello", "welcome_th": "",
    "welcome_en": "", "language": "th", "phone": "02-123-4567", "line_url": "@nok", "website": "nok.example", "domain": "card.nok.example",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def picture():
    """Return a picture as a browser sends it."""
    out = io.BytesIO()
    Image.new("RGB", (64, 64), "#c8102e").save(out, "PNG")
    return SimpleUploadedFile("logo.svg", out.getvalue(), content_type="image/svg+xml")


def test_everything_is_saved_shown_and_audited(owner, shop):
    answer = owner.post("/console/brand/", {**FORM, "logo": picture()})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/console/brand/")
    page = owner.get("/console/brand/").content.decode()
    for written in ("ร้านนก", "Nok&#x27;s", "#c8102e", "สวัสดี", "https://line.me/R/ti/p/@nok", "http://card.nok.example/"):
        assert written in page, written
    assert brand_of(organization_id=shop).logo_file_id
    assert "Look or address changed" in owner.get("/console/audit/").content.decode()


def test_products_own_color_is_no_choice(owner, shop):
    owner.post("/console/brand/", {**FORM, "accent": "#0B6B62"})
    assert brand_of(organization_id=shop).accent == ""


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("accent", "red", "Write the color like #0b6b62."),
        ("website", "javascript:alert(1)", "Write an address like https://example.com."),
        ("line_url", "https://facebook.com/nok", "Write @name of the LINE account"),
        ("domain", "testserver", "Somebody answers under this name already."),
        ("domain", "nok", "Write a host name like card.example.com."),
        ("phone", "call me", "This is no phone number."),
    ],
)
def test_what_cannot_be_is_told_beside_its_field(owner, shop, field, value, said):
    answer = owner.post("/console/brand/", {**FORM, field: value})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="id_{field}-error"' in page
    assert said in page
    assert brand_of(organization_id=shop).accent == ""


@pytest.mark.parametrize("content", [b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", b"\x89PNG but no picture"])
def test_a_file_that_is_no_picture_is_refused(owner, shop, content):
    answer = owner.post("/console/brand/", {**FORM, "logo": SimpleUploadedFile("logo.png", content, content_type="image/png")})
    assert answer.status_code == 422
    assert "This is no PNG, JPEG or WebP picture." in answer.content.decode()
    assert brand_of(organization_id=shop).logo_file_id is None


def test_a_file_of_too_many_bytes_is_refused(owner, shop):
    large = SimpleUploadedFile("logo.png", b"\0" * (images.BYTES_MAX + 1), content_type="image/png")
    answer = owner.post("/console/brand/", {**FORM, "logo": large})
    assert answer.status_code == 422
    assert "The picture is too large: 8 MB at the most." in answer.content.decode()


def test_logo_is_taken_away(owner, shop):
    owner.post("/console/brand/", {**FORM, "logo": picture()})
    owner.post("/console/brand/logo/remove/")
    assert brand_of(organization_id=shop).logo_file_id is None


def test_a_tried_color_reaches_the_preview_only(owner):
    answer = owner.get("/console/brand/preview.css?accent=c8102e")
    sheet = answer.content.decode()
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert "--accent:#c8102e" in sheet
    assert all(line.startswith(".brand-preview") for line in sheet.splitlines())
    assert owner.get("/console/brand/preview.css?accent=red").status_code == 422


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OWNER])
def test_only_owners_decide(signed_in, shop, role):
    client = signed_in(role)
    for address in ("/console/brand/", "/console/modules/"):
        assert client.get(address).status_code == 403
        assert client.post(address, FORM | {"module": "portal", "is_on": "no"}).status_code == 403
    assert (brand_of(organization_id=shop).accent, modules_of(shop)) == ("", frozenset(Module))


def test_switches_turn_and_tell_what_they_need(owner, shop):
    page = owner.get("/console/modules/").content.decode()
    assert page.count('aria-checked="true"') == len(Module)
    answer = owner.post("/console/modules/", {"module": "portal", "is_on": "no"}, follow=True).content.decode()
    assert "Members&#x27; pages: off." in answer
    assert "needs: Members&#x27; pages" in answer
    assert Module.PORTAL not in modules_of(shop)
    owner.post("/console/modules/", {"module": "portal", "is_on": "yes"})
    assert modules_of(shop) == frozenset(Module)


def test_an_unknown_switch_is_not_found(owner):
    assert owner.post("/console/modules/", {"module": "casino", "is_on": "yes"}).status_code == 404
