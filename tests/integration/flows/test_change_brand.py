"""An organization shows itself in its own way; what it cannot be is refused and changes nothing."""

import io
from datetime import UTC, datetime

import pytest
from PIL import Image

from phakdi.flows.change_brand import change_brand, remove_logo, switch_module
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Conflict, Invalid, NotFound
from phakdi.platform.audit import queries as audit
from phakdi.platform.organizations.core.modules import NEEDS, Module
from phakdi.platform.organizations.queries import brand_of, find_by_domain, find_organization, modules_of

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

NOW = datetime(2026, 11, 25, 5, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def logo(color="#c8102e"):
    """Return a picture as somebody uploads it."""
    out = io.BytesIO()
    Image.new("RGB", (300, 200), color).save(out, "JPEG")
    return out.getvalue()


def actions(organization_id):
    """Return what the audit tells."""
    with organization_scope(organization_id):
        return [(entry.action, entry.data) for entry in audit.entries(organization_id=organization_id)]


def test_without_a_brand_the_organization_looks_as_the_product_does(organization_id):
    brand = brand_of(organization_id=organization_id)
    assert (brand.slug, brand.name_in("th"), brand.accent, brand.logo_file_id) == ("shop-1", brand.default_name, "", None)
    assert brand.modules == frozenset(Module)


def test_everything_of_a_brand_is_kept_and_noted(organization_id):
    changes = {
        "names": {"th": " ร้าน  นก ", "en": "Nok's"},
        "accent": "C8102E",
        "greeting": {"th": "สวัสดี"},
        "welcome": {"en": "Come in"},
        "phone": "02-123-4567",
        "line_url": "@nok",
        "website": "nok.example/shop",
        "domain": "Card.Nok.Example.",
    }
    changed = change_brand(organization_id=organization_id, changes=changes, now=NOW, language="en")

    brand = brand_of(organization_id=organization_id)
    assert (brand.names, brand.accent, brand.greeting, brand.welcome) == (
        {"th": "ร้าน นก", "en": "Nok's"}, "#c8102e", {"th": "สวัสดี"}, {"en": "Come in"},
    )  # fmt: skip
    assert (brand.phone, brand.line_url, brand.website, brand.domain) == (
        "02-123-4567", "https://line.me/R/ti/p/@nok", "https://nok.example/shop", "card.nok.example",
    )  # fmt: skip
    found = find_organization(slug="shop-1")
    assert (found.name, found.language) == ("Nok's", "en")
    assert actions(organization_id)[0] == ("organization.branded", {"fields": changed})
    assert find_by_domain(domain="card.nok.example").id == organization_id


def test_nothing_new_leaves_no_trace(organization_id):
    change_brand(organization_id=organization_id, changes={"accent": "#123456"}, now=NOW)
    before = actions(organization_id)
    assert change_brand(organization_id=organization_id, changes={"accent": "#123456"}, now=NOW) == []
    assert actions(organization_id) == before


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"accent": "red;}*{display:none"}, "accent"),
        ({"greeting": {"th": "ก" * 81}}, "greeting_th"),
        ({"names": {"fr": "Nok"}}, "names"),
        ({"phone": "javascript:alert(1)"}, "phone"),
        ({"line_url": "https://line.me.evil.example/x"}, "line_url"),
        ({"line_url": "javascript://line.me/%0aalert(1)"}, "line_url"),
        ({"website": "javascript:alert(1)"}, "website"),
        ({"website": "https://user@nok.example"}, "website"),
        ({"website": "data://x.y/,z"}, "website"),
        ({"website": "https://nok.example/\"onmouseover='x'"}, "website"),
        ({"domain": "localhost"}, "domain"),
        ({"domain": "10.0.0.1"}, "domain"),
        ({"domain": "a b.example"}, "domain"),
        ({"domain": "nok.example/x"}, "domain"),
        ({"domain": "nok.example:80"}, "domain"),
        ({"domain": "*.nok.example"}, "domain"),
        ({"slug": "other"}, "slug"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_field(organization_id, changes, field):
    before = brand_of(organization_id=organization_id)
    with pytest.raises(Invalid) as refused:
        change_brand(organization_id=organization_id, changes={"accent": "#123456", **changes}, now=NOW)
    assert refused.value.details["field"] == field
    assert brand_of(organization_id=organization_id) == before


def test_a_host_name_has_one_organization_and_never_the_installations(organization_id, other_organization_id):
    change_brand(organization_id=organization_id, changes={"domain": "card.nok.example"}, now=NOW)
    with pytest.raises(Conflict) as taken:
        change_brand(organization_id=other_organization_id, changes={"domain": "CARD.nok.example"}, now=NOW)
    with pytest.raises(Conflict) as reserved:
        change_brand(
            organization_id=other_organization_id, changes={"domain": "phakdi.example"}, now=NOW, is_reserved=lambda _host: True
        )
    assert (taken.value.code, reserved.value.code) == ("domain_taken", "domain_taken")
    assert brand_of(organization_id=other_organization_id).domain == ""

    change_brand(organization_id=organization_id, changes={"domain": ""}, now=NOW)
    change_brand(organization_id=other_organization_id, changes={"domain": "card.nok.example"}, now=NOW)
    assert find_by_domain(domain="card.nok.example").id == other_organization_id


def test_a_logo_is_drawn_anew_replaced_and_taken_away(organization_id, settings):
    def on_disk():
        return sorted((settings.DATA_DIR / "files" / str(organization_id)).iterdir())

    change_brand(organization_id=organization_id, changes={}, now=NOW, logo=logo())
    first = brand_of(organization_id=organization_id)
    assert [path.read_bytes()[:4] for path in on_disk()] == [b"\x89PNG"]

    change_brand(organization_id=organization_id, changes={}, now=NOW, logo=logo("#123456"))
    second = brand_of(organization_id=organization_id)
    assert len(on_disk()) == 1
    assert first.version != second.version

    remove_logo(organization_id=organization_id, now=NOW)
    remove_logo(organization_id=organization_id, now=NOW)
    assert on_disk() == []
    assert brand_of(organization_id=organization_id).logo_file_id is None


def test_a_refused_change_keeps_no_logo(organization_id, settings):
    with pytest.raises(Invalid):
        change_brand(organization_id=organization_id, changes={}, now=NOW, logo=b"<svg/>")
    assert not (settings.DATA_DIR / "files" / str(organization_id)).exists()


def test_modules_are_switched_and_those_that_need_them_go_too(organization_id, other_organization_id):
    switch_module(organization_id=organization_id, module="portal", is_on=False, now=NOW)
    gone = {Module.PORTAL, *(module for module, needed in NEEDS.items() if needed is Module.PORTAL)}
    assert Module.SELF_ENROLLMENT in gone
    assert modules_of(organization_id) == frozenset(Module) - gone
    assert modules_of(other_organization_id) == frozenset(Module)

    switch_module(organization_id=organization_id, module="portal", is_on=True, now=NOW)
    switch_module(organization_id=organization_id, module="portal", is_on=True, now=NOW)
    assert modules_of(organization_id) == frozenset(Module)
    assert [entry for entry in actions(organization_id) if entry[0] == "organization.module_switched"] == [
        ("organization.module_switched", {"module": "portal", "is_on": on}) for on in (True, False)
    ]


def test_an_unknown_module_cannot_be_switched(organization_id):
    with pytest.raises(NotFound):
        switch_module(organization_id=organization_id, module="casino", is_on=True, now=NOW)
