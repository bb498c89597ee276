"""Sign-up, guide and program templates as pages: what is shown follows from the data."""

import pytest
from django.conf import settings
from django.test import Client

from phakdi.kit.db.scope import organization_scope
from phakdi.loyalty.programs.queries import newest_version
from phakdi.platform.guides.core import set_up_code
from phakdi.platform.organizations.queries import find_organization, stores_of
from phakdi.platform.staff.core import Role

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

FORM = {
    "name": "กาแฟริมน้ำ",
    "slug": "",
    "business": "cafe",
    "person": "นิดา",
    "email": "nida@shop.example",
    "password": "four little words there",
}


@pytest.fixture
def visitor():
    """Return a browser that nobody is signed in with."""
    return Client(headers={"accept-language": "en"})


@pytest.fixture
def owner_of_nothing(visitor):
    """Return the browser of somebody who just made a shop."""
    assert visitor.post("/sign-up/", {**FORM, "code": set_up_code(settings.SECRET_KEY)})["Location"] == "/console/start/"
    return visitor


def way(client):
    return client.get("/console/start/").context["way"]


def test_an_empty_installation_leads_to_sign_up_and_a_full_one_does_not(visitor):
    assert visitor.get("/")["Location"] == "/sign-up/"
    visitor.post("/sign-up/", {**FORM, "code": set_up_code(settings.SECRET_KEY)})

    stranger = Client(headers={"accept-language": "en"})
    assert stranger.get("/").status_code == 200
    assert stranger.get("/sign-up/").status_code == 403
    assert stranger.post("/sign-up/", {**FORM, "email": "x@x.example"}).status_code == 403
    assert stranger.get("/sign-up/address/?name=x").status_code == 403


def test_a_wrong_code_is_told_at_its_field(visitor):
    page = visitor.post("/sign-up/", {**FORM, "code": "AAAA-AAAA-AAAA"})

    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["code"]
    assert find_organization(slug="kafaerimnam") is None


def test_a_weak_password_is_told_at_its_field(visitor):
    page = visitor.post("/sign-up/", {**FORM, "code": set_up_code(settings.SECRET_KEY), "password": "password"})

    assert list(page.context["form"].errors) == ["password"]


def test_a_name_in_addresses_is_made_of_the_shops_name(owner_of_nothing):
    assert find_organization(slug="kafaerimnam").name == "กาแฟริมน้ำ"


def test_what_is_suggested_is_free(visitor, make_organization):
    assert visitor.get("/sign-up/address/", {"name": "กาแฟริมน้ำ"}).json() == {"slug": "kafaerimnam"}
    assert visitor.get("/sign-up/address/", {"name": "!"}).json() == {"slug": "shop"}


def test_the_guide_follows_the_data_and_nothing_else(owner_of_nothing):
    shown = way(owner_of_nothing)
    assert [step.key for step in shown.steps if step.is_done] == []
    assert (shown.next.key, shown.percent) == ("brand", 0)
    shop = find_organization(slug="kafaerimnam")

    owner_of_nothing.post("/console/start/store/", {"name_th": "สาขาแรก", "place": "13.75631, 100.50182"})
    with organization_scope(shop.id):
        store = stores_of(organization_id=shop.id)[0]
    assert (store.code, float(store.latitude), float(store.longitude)) == ("SAKHARAEK", 13.75631, 100.50182)
    assert [step.key for step in way(owner_of_nothing).steps if step.is_done] == ["store"]
    assert way(owner_of_nothing).minutes_left < 15

    owner_of_nothing.post(f"/console/stores/{store.code}/", {"switch": "close"})
    assert [step.key for step in way(owner_of_nothing).steps if step.is_done] == []


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("https://www.google.com/maps/place/X/@13.7,100.5,17z/data=!3m1!4b1!4m6!3d13.74512!4d100.53412", (13.74512, 100.53412)),
        ("https://maps.google.com/?q=13.74512,100.53412", (13.74512, 100.53412)),
        ("-8.40951, 115.18892", (-8.40951, 115.18892)),
    ],
)
def test_a_place_is_read_from_a_link(owner_of_nothing, written, place):
    owner_of_nothing.post("/console/start/store/", {"name_th": "สาขา", "place": written})
    shop = find_organization(slug="kafaerimnam")
    with organization_scope(shop.id):
        store = stores_of(organization_id=shop.id)[0]
    assert (float(store.latitude), float(store.longitude)) == place


def test_a_link_without_a_place_is_refused(owner_of_nothing):
    page = owner_of_nothing.post("/console/start/store/", {"name_th": "สาขา", "place": "https://maps.app.goo.gl/abc"})
    assert list(page.context["form"].errors) == ["place"]


def test_the_guide_can_be_put_away_and_taken_out(owner_of_nothing):
    assert owner_of_nothing.get("/console/").context["way"] is not None
    owner_of_nothing.post("/console/start/dismiss/")
    assert owner_of_nothing.get("/console/").context["way"] is None
    assert "/console/start/" in owner_of_nothing.get("/console/").content.decode()
    owner_of_nothing.post("/console/start/dismiss/", {"again": "yes"})
    assert owner_of_nothing.get("/console/").context["way"] is not None


def test_the_fitting_template_comes_first(owner_of_nothing):
    page = owner_of_nothing.get("/console/start/program/")
    assert page.context["offers"][0].key == "cafe"
    assert len(page.context["offers"]) == 7
    assert all(offer.shown.rate.endswith("%") and offer.shown.lines for offer in page.context["offers"])


NUMBERS = {
    "name": "ริมน้ำคลับ", "points_th": "ดาว", "points_en": "stars", "per": "20", "pay": "2", "welcome": "10", "card": "8",
    "level_Gold": "5000", "amount": "200",
}  # fmt: skip


def test_trying_changes_nothing_and_applying_makes_the_first_version(owner_of_nothing):
    shop = find_organization(slug="kafaerimnam")
    tried = owner_of_nothing.post("/console/start/program/cafe/", {**NUMBERS, "do": "try"})
    assert [(moved.name, moved.points) for moved in tried.context["bill"].moved] == [("stars", 10), ("stamps", 1)]
    with organization_scope(shop.id):
        assert newest_version(organization_id=shop.id) is None

    assert owner_of_nothing.post("/console/start/program/cafe/", {**NUMBERS, "do": "apply"})["Location"] == "/console/start/"
    with organization_scope(shop.id):
        version = newest_version(organization_id=shop.id)
    assert version.number == 1
    assert version.text == tried.context["text"]
    assert "key: kafaerimnam" in version.text

    again = owner_of_nothing.post("/console/start/program/fuel/", {**NUMBERS, "each": "1", "level_Silver": "1", "do": "apply"})
    assert again.status_code == 200
    with organization_scope(shop.id):
        assert newest_version(organization_id=shop.id).number == 1


@pytest.mark.parametrize(("field", "value"), [("per", "0"), ("per", ""), ("welcome", "-1"), ("card", "x"), ("name", "")])
def test_numbers_that_make_no_sense_are_told_at_their_field(owner_of_nothing, field, value):
    page = owner_of_nothing.post("/console/start/program/cafe/", {**NUMBERS, field: value, "do": "apply"})
    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]


def test_levels_have_to_rise(owner_of_nothing):
    wrong = {**NUMBERS, "level_Silver": "9000", "level_Gold": "9000", "do": "apply"}
    page = owner_of_nothing.post("/console/start/program/retail/", wrong)
    assert list(page.context["form"].errors) == ["level_Gold"]


def test_an_unknown_template_is_not_found(owner_of_nothing):
    assert owner_of_nothing.get("/console/start/program/none/").status_code == 404


@pytest.mark.parametrize("role", [Role.CASHIER, Role.ANALYST, Role.AGENT, Role.PARTNER])
def test_who_cannot_change_the_program_is_not_led(signed_in, role):
    client = signed_in(role)
    for address in ("/console/start/", "/console/start/program/", "/console/start/program/cafe/", "/console/start/store/"):
        assert client.get(address).status_code == 403, address


def test_the_poster_tells_what_joining_brings(owner_of_nothing):
    owner_of_nothing.post("/console/start/program/cafe/", {**NUMBERS, "do": "apply"})
    page = owner_of_nothing.get("/console/start/poster/")
    assert page.context["gift"] == "10 stars"
    assert "/m/kafaerimnam/" in page.content.decode()
