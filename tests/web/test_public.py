"""What everybody may see: the shop's page, its program's terms with earlier versions, its stores; and what machines may read."""

from datetime import timedelta

import pytest
from django.test import Client

from phakdi.flows.apply_program import apply_program
from phakdi.flows.manage_store import add_store, change_store
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.loyalty.programs.queries import forget_listing, versions_of
from phakdi.platform.organizations.queries import get_store

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
NEXT = """
phakdi: 1
key: shop
earning:
  - key: base
    on: purchase
    give: {points: 2, per: 1}
"""


@pytest.fixture
def visitor():
    return Client(headers={"accept-language": "en"})


@pytest.fixture
def placed(shop, store):
    changes = {"latitude": "13.7455", "longitude": "100.5331", "phone": "02-123-4567", "hours": {"mon": ["09:00", "18:00"]}}
    change_store(organization_id=shop, code=store, changes=changes, now=utc_now())
    add_store(organization_id=shop, code="B2", given={"name": "<b>Ari</b>", "address": "Soi 7"}, now=utc_now())
    return shop


def test_the_shops_page_says_what_the_program_gives_and_how_to_join(visitor, placed, slug):
    page = visitor.get(f"/s/{slug}/")

    assert page.status_code == 200
    assert "1 point for each ฿1" in page.text
    assert "Coffee cup" in page.text
    assert f'href="/m/{slug}/enter/"' in page.text
    assert "&lt;b&gt;Ari&lt;/b&gt;" in page.text


def test_public_pages_may_be_indexed_and_others_may_not(visitor, placed, slug):
    for address in (f"/s/{slug}/", f"/s/{slug}/terms/", f"/s/{slug}/stores/"):
        page = visitor.get(address).text
        assert 'content="noindex"' not in page
        assert f'<link rel="canonical" href="http://testserver{address}">' in page
        assert "og:title" in page
    assert 'content="noindex"' in visitor.get(f"/m/{slug}/enter/").text


def test_terms_tell_every_rule_and_earlier_versions_stay_reachable(visitor, shop, slug):
    now = utc_now()
    apply_program(organization_id=shop, text=NEXT, now=now, effective_from=now)
    forget_listing(organization_id=shop)
    with organization_scope(shop):
        new, old = versions_of(organization_id=shop)

    page = visitor.get(f"/s/{slug}/terms/").text
    before = visitor.get(f"/s/{slug}/terms/{old.id}/").text

    assert "2 points for each ฿1" in page
    assert f"/s/{slug}/terms/{old.id}/" in page
    assert "1 point for each ฿1" in before
    assert "not in force any more" in before
    assert f"Version {new.number}" in page


def test_terms_to_come_say_so(visitor, shop, slug):
    now = utc_now()
    apply_program(organization_id=shop, text=NEXT, now=now, effective_from=now + timedelta(days=30))
    with organization_scope(shop):
        new = versions_of(organization_id=shop)[0]

    assert "1 point for each ฿1" in visitor.get(f"/s/{slug}/terms/").text
    assert "come into force" in visitor.get(f"/s/{slug}/terms/{new.id}/").text


def test_stores_are_drawn_without_a_script_and_lead_to_maps(visitor, placed, slug):
    page = visitor.get(f"/s/{slug}/stores/").text

    assert 'class="map-drawn"' in page
    assert 'href="#store-S1"' in page
    assert "query=13.7455%2C100.5331" in page
    assert "leaflet" not in page
    assert "style=" not in page


def test_a_shop_without_a_program_or_stores_still_has_a_page(visitor, organization_id):
    assert "begins soon" in visitor.get("/s/shop-1/").text
    assert visitor.get("/s/shop-1/stores/").status_code == 200
    assert visitor.get("/s/shop-1/terms/").status_code == 404
    assert visitor.get("/s/nowhere/").status_code == 404


def test_terms_of_another_shop_are_not_found_here(visitor, shop, slug, other_organization_id):
    apply_program(organization_id=other_organization_id, text=NEXT, now=utc_now(), effective_from=utc_now())
    with organization_scope(other_organization_id):
        foreign = versions_of(organization_id=other_organization_id)[0]

    assert visitor.get(f"/s/{slug}/terms/{foreign.id}/").status_code == 404


def test_machines_are_told_of_public_pages_only(visitor, shop, slug):
    robots = visitor.get("/robots.txt")
    sitemap = visitor.get("/sitemap.xml")

    assert robots.text.splitlines()[:4] == ["User-agent: *", "Allow: /s/", "Allow: /static/", "Disallow: /"]
    assert f"<loc>http://testserver/s/{slug}/terms/</loc>" in sitemap.text
    assert "/console/" not in sitemap.text


def test_a_store_is_placed_by_a_pasted_link_and_opened_by_weekday(owner, shop, store):
    form = {
        "name_en": "Siam",
        "position": "https://www.google.com/maps/place/X/@1,2,17z/data=!3d13.75!4d100.5",
        "mon_from": "9:00",
        "mon_to": "18:00",
    }
    owner.post(f"/console/stores/{store}/", {**form, "every_day": "1"})
    short = owner.post(f"/console/stores/{store}/", {**form, "position": "https://maps.app.goo.gl/x"})
    half = owner.post(f"/console/stores/{store}/", {**form, "tue_from": "9:00"})

    with organization_scope(shop):
        kept = get_store(organization_id=shop, code=store)
    assert (str(kept.latitude), str(kept.longitude)) == ("13.750000", "100.500000")
    assert kept.hours == {day: ["09:00", "18:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    assert "copy the long address" in short.text
    assert half.status_code == 422


def test_public_pages_ask_little(visitor, placed, slug, django_assert_max_num_queries):
    visitor.get(f"/s/{slug}/")
    for address in (f"/s/{slug}/", f"/s/{slug}/terms/", f"/s/{slug}/stores/"):
        with django_assert_max_num_queries(14):
            visitor.get(address)
