"""The first organization goes to one visitor, who knows the code; later ones come where the operator lets everybody in."""

import threading
from datetime import UTC, datetime

import pytest
from django.conf import settings as configured
from django.db import connections

from phakdi.flows import sign_up as flow
from phakdi.flows.sign_up import (
    Business,
    EmailTaken,
    Person,
    Shop,
    SignUpClosed,
    add_organization,
    sign_up_first,
    sign_up_openly,
)
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Invalid
from phakdi.platform.guides import operations as guides
from phakdi.platform.guides.core import WrongSetUpCode, set_up_code
from phakdi.platform.guides.queries import guide_of, is_empty
from phakdi.platform.organizations.queries import all_organizations
from phakdi.platform.staff.authentication import LIMITS, TooManyTries
from phakdi.platform.staff.core import Role
from phakdi.platform.staff.queries import staff_of

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

NOW = datetime(2026, 11, 25, 5, tzinfo=UTC)
PASSWORD = "four little words there"


def person(name="nida"):
    return Person(f"{name}@shop.example", "นิดา", PASSWORD)


def first(slug="riverside", code=None, owner=None):
    code = set_up_code(configured.SECRET_KEY) if code is None else code
    return sign_up_first(shop=Shop(slug, "ร้านริมน้ำ"), owner=owner or person(slug), business=Business.CAFE, code=code, now=NOW)


def test_whoever_knows_the_code_owns_the_first_organization():
    assert is_empty()

    made = first()

    assert not is_empty()
    with organization_scope(made.id):
        assert [(each.role, each.user.email) for each in staff_of(organization_id=made.id)] == [
            (Role.OWNER, "riverside@shop.example")
        ]
        assert guide_of(organization_id=made.id).business is Business.CAFE


def test_a_code_may_be_typed_as_people_type():
    code = set_up_code(configured.SECRET_KEY)
    assert len(code.replace("-", "")) == 12

    assert first(code=f" {code.lower().replace('-', ' ')} ").slug == "riverside"


@pytest.mark.parametrize("code", ["", "AAAA-AAAA-AAAA", "é"])
def test_another_code_makes_nothing(code):
    with pytest.raises(WrongSetUpCode):
        first(code=code)
    assert is_empty()


def test_the_code_is_good_for_nothing_afterwards():
    first()
    with pytest.raises(SignUpClosed):
        first("second")
    assert [each.slug for each in all_organizations()] == ["riverside"]


@pytest.mark.parametrize("password", ["", "short", "password1234", "111111111111"])
def test_a_weak_password_makes_nothing(password):
    with pytest.raises(Invalid) as refused:
        first(owner=Person("nida@shop.example", "Nida", password))
    assert refused.value.details["field"] == "password"
    assert is_empty()


def rush(number):
    """Let so many sign up at the same moment and return how many got in."""
    together, made = threading.Barrier(number), []

    def enter(slug):
        together.wait(20)
        try:
            made.append(first(slug))
        except SignUpClosed:
            pass
        finally:
            connections.close_all()

    threads = [threading.Thread(target=enter, args=[f"shop-{each}"]) for each in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(made)


def test_of_many_at_once_one_gets_in():
    assert rush(5) == 1
    assert len(all_organizations()) == 1


def test_control_without_the_lock_several_get_in(monkeypatch):
    together = threading.Barrier(5)
    monkeypatch.setattr(guides, "let_one_in", lambda: None)
    monkeypatch.setattr(flow, "is_empty", lambda: (is_empty(), together.wait(20))[0])
    assert rush(5) > 1


def test_nobody_signs_up_where_the_operator_does_not_say_so():
    with pytest.raises(SignUpClosed):
        sign_up_openly(shop=Shop("x1", "X"), owner=person(), business=Business.OTHER, address="10.0.0.1", now=NOW)
    assert is_empty()


def test_where_everybody_may_each_gets_a_shop_of_their_own(settings):
    settings.OPEN_SIGN_UP = True
    first()
    sign_up_openly(shop=Shop("other", "X"), owner=person("other"), business=Business.FUEL, address="10.0.0.1", now=NOW)

    with pytest.raises(EmailTaken):
        sign_up_openly(shop=Shop("third", "X"), owner=person("other"), business=Business.FUEL, address="10.0.0.1", now=NOW)
    assert sorted(each.slug for each in all_organizations()) == ["other", "riverside"]


def test_from_one_address_come_only_so_many(settings):
    settings.OPEN_SIGN_UP = True
    for number in range(LIMITS["sign_up"]):
        made = person(f"p{number}")
        sign_up_openly(shop=Shop(f"shop-{number}", "X"), owner=made, business=Business.OTHER, address="10.0.0.1", now=NOW)
    with pytest.raises(TooManyTries):
        sign_up_openly(shop=Shop("more", "X"), owner=person("more"), business=Business.OTHER, address="10.0.0.1", now=NOW)


def test_the_operator_adds_another_for_somebody_who_signs_in_already():
    first(owner=person())
    made = add_organization(shop=Shop("second", "สอง"), owner=person(), business=Business.SALON, now=NOW)

    with organization_scope(made.id):
        assert [each.user.email for each in staff_of(organization_id=made.id)] == ["nida@shop.example"]
