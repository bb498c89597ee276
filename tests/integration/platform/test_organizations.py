"""Organizations keep to themselves, and their stores have one code each."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from phakdi.flows.create_organization import Person, create_organization
from phakdi.flows.manage_store import add_store, change_store, close_store
from phakdi.kit.db.scope import NoScope, organization_scope
from phakdi.kit.errors import Conflict, Invalid, NotFound
from phakdi.platform.audit import queries as audit
from phakdi.platform.organizations import queries
from phakdi.platform.organizations.models import Organization, Store
from phakdi.platform.staff.queries import places_of

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
OWNER = Person("Owner@Example.com", "Khun Nok", "long enough 42")


def test_an_organization_is_found_by_its_slug_and_sees_itself_only(organization_id, other_organization_id):
    assert queries.find_organization(slug=" SHOP-1 ").id == organization_id
    assert queries.find_organization(slug="nobody") is None
    assert {found.id for found in queries.all_organizations()} == {organization_id, other_organization_id}

    with organization_scope(organization_id):
        assert queries.get_organization(organization_id=organization_id).slug == "shop-1"
        assert [row.slug for row in Organization.objects.all()] == ["shop-1"]
        with pytest.raises(NotFound):
            queries.get_organization(organization_id=other_organization_id)
    with pytest.raises(NoScope):
        list(Organization.objects.all())


def test_an_organization_has_an_owner_who_finds_it():
    created = create_organization(slug="nok", name="ร้านนก", owner=OWNER, now=NOW)

    with organization_scope(created.id):
        actions = [(entry.action, entry.actor_kind) for entry in audit.entries(organization_id=created.id)]
    assert actions == [("staff.added", "operator"), ("organization.created", "operator")]
    from phakdi.platform.staff.queries import find_user

    owner = find_user(email="owner@example.com")
    assert [(place.slug, place.organization_name, place.role, place.stores) for place in places_of(user_id=owner.id)] == [
        ("nok", "ร้านนก", "OWNER", ())
    ]


def test_a_slug_is_taken_once(organization_id):
    with pytest.raises(Conflict) as refused:
        create_organization(slug="shop-1", name="Another", now=NOW)

    assert (refused.value.code, len(queries.all_organizations())) == ("slug_taken", 1)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"slug": "No Spaces"}, "slug_unreadable", "slug"),
        ({"name": "  "}, "name_unreadable", "name"),
        ({"time_zone": "Asia/Nowhere"}, "time_zone_unknown", "time_zone"),
        ({"currency": "BAHT"}, "currency_unreadable", "currency"),
        ({"language": "xx"}, "language_unknown", "language"),
        ({"owner": Person("nobody", "Nobody")}, "email_unreadable", "email"),
        ({"owner": Person("a@b.co", "Somebody", "short")}, "password_weak", "password"),
    ],
)
def test_an_organization_that_cannot_be_read_is_not_made(changes, code, field):
    with pytest.raises(Invalid) as refused:
        create_organization(**{"slug": "fine", "name": "Fine", "now": NOW, **changes})

    assert (refused.value.code, refused.value.details["field"]) == (code, field)
    assert queries.all_organizations() == []


def test_a_store_is_added_changed_and_closed(organization_id):
    given = {"name": {"th": "สยาม"}, "latitude": "13.7466304", "longitude": 100.5347, "area": "Bangkok"}
    add_store(organization_id=organization_id, code="BKK-01", given=given, now=NOW)
    change_store(organization_id=organization_id, code="BKK-01", changes={"phone": "02 123 4567", "area": "Bangkok"}, now=NOW)
    close_store(organization_id=organization_id, code="BKK-01", now=NOW)

    with organization_scope(organization_id):
        store = queries.get_store(organization_id=organization_id, code="BKK-01")
        told = [(entry.action, entry.data) for entry in audit.entries(organization_id=organization_id)][:3]
    assert (store.name, store.latitude, store.longitude) == (
        {"th": "สยาม", "en": "สยาม"},
        Decimal("13.746630"),
        Decimal("100.534700"),
    )
    assert (store.phone, store.area, store.is_active) == ("02 123 4567", "Bangkok", False)
    assert told == [
        ("store.changed", {"fields": ["is_active"], "is_active": False}),
        ("store.changed", {"fields": ["phone"]}),
        ("store.added", {}),
    ]


@pytest.mark.parametrize(
    ("code", "given", "refusal"),
    [
        ("", {"name": "x"}, "store_code_unreadable"),
        ("a b", {"name": "x"}, "store_code_unreadable"),
        ("A1", {}, "name_unreadable"),
        ("A1", {"name": "x", "latitude": "90.1", "longitude": "0"}, "latitude_unreadable"),
        ("A1", {"name": "x", "latitude": "1"}, "longitude_unreadable"),
        ("A1", {"name": "x", "latitude": "NaN", "longitude": "1"}, "latitude_unreadable"),
        ("A1", {"name": "x", "color": "red"}, "field_unknown"),
        ("A1", {"name": {"fr": "x"}}, "language_unknown"),
    ],
)
def test_a_store_that_cannot_be_read_is_not_added(organization_id, code, given, refusal):
    with pytest.raises(Invalid) as refused:
        add_store(organization_id=organization_id, code=code, given=given, now=NOW)

    with organization_scope(organization_id):
        assert (refused.value.code, list(Store.objects.all())) == (refusal, [])


def test_a_store_code_is_taken_once_in_an_organization(organization_id, other_organization_id):
    for owner in (organization_id, other_organization_id):
        add_store(organization_id=owner, code="A1", given={"name": "x"}, now=NOW)
    with pytest.raises(Conflict) as refused:
        add_store(organization_id=organization_id, code="A1", given={"name": "y"}, now=NOW)

    assert refused.value.code == "store_code_taken"
    with organization_scope(organization_id):
        assert [store.name_in("en") for store in queries.stores_of(organization_id=organization_id)] == ["x"]
