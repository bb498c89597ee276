"""Staff: who works where as what, and signing in."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher, get_hashers, get_hashers_by_algorithm
from django.db import connection

from phakdi.flows.manage_sign_in import change_password
from phakdi.flows.manage_staff import Person, add_staff, change_staff, dismiss_staff, link_staff_to_member
from phakdi.flows.manage_store import add_store
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Conflict, Forbidden, Invalid, NotFound, Rejected
from phakdi.platform.staff import authentication, queries
from phakdi.platform.staff.authentication import purge_tries, sign_in
from phakdi.platform.staff.core import Role
from phakdi.platform.staff.models import User

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
PASSWORD = "a long sentence 7"
NOK = Person("Nok@Example.com", "Nok", PASSWORD)


@pytest.fixture(autouse=True)
def _fast_hashes(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def owner(organization_id):
    return add_staff(organization_id=organization_id, person=NOK, role="OWNER", now=NOW)


def places(email="nok@example.com"):
    return [(place.slug, place.role, place.stores) for place in queries.places_of(user_id=queries.find_user(email=email).id)]


def test_one_person_works_for_several_organizations_with_one_password(organization_id, other_organization_id, owner):
    again = Person("NOK@example.com ", "Somebody else", "another password 8")
    add_staff(organization_id=other_organization_id, person=again, role="analyst", now=NOW)

    assert places() == [("shop-1", "OWNER", ()), ("other-shop", "ANALYST", ())]
    user = sign_in(email="nok@example.com", password=PASSWORD, address="10.0.0.1", now=NOW)
    assert (user.name, User.objects.count()) == ("Nok", 1)


def test_a_cashier_needs_stores_that_exist(organization_id):
    person = Person("till@example.com", "Till")
    for stores, error in (([], Rejected), (["A1"], Invalid)):
        with pytest.raises(error):
            add_staff(organization_id=organization_id, person=person, role="CASHIER", stores=stores, now=NOW)
    assert User.objects.count() == 0

    add_store(organization_id=organization_id, code="A1", given={"name": "x"}, now=NOW)
    add_staff(organization_id=organization_id, person=person, role="CASHIER", stores=["A1", "A1"], now=NOW)
    assert places("till@example.com") == [("shop-1", "CASHIER", ("A1",))]
    with pytest.raises(Conflict):
        add_staff(organization_id=organization_id, person=person, role="CASHIER", stores=["A1"], now=NOW)


def test_a_manager_gives_and_takes_only_lower_roles(organization_id, owner):
    person = Person("m@example.com", "M")
    for role in ("OWNER", "MANAGER"):
        with pytest.raises(Forbidden):
            add_staff(organization_id=organization_id, person=person, role=role, now=NOW, by=Role.MANAGER)
    with pytest.raises(Forbidden):
        dismiss_staff(organization_id=organization_id, staff_id=owner.id, now=NOW, by=Role.MANAGER)
    with pytest.raises(Forbidden):
        change_staff(organization_id=organization_id, staff_id=owner.id, role="AGENT", now=NOW, by=Role.MANAGER)
    with pytest.raises(Forbidden):
        add_staff(organization_id=organization_id, person=person, role="AGENT", now=NOW, by=Role.MARKETER)

    agent = add_staff(organization_id=organization_id, person=person, role="AGENT", now=NOW, by=Role.MANAGER)
    changed = change_staff(organization_id=organization_id, staff_id=agent.id, role="ANALYST", now=NOW, by=Role.MANAGER)
    assert (changed.role, places()) == ("ANALYST", [("shop-1", "OWNER", ())])


def test_who_is_dismissed_is_out_at_once(organization_id, owner):
    agent = add_staff(organization_id=organization_id, person=Person("a@example.com", "A", PASSWORD), role="AGENT", now=NOW)
    dismiss_staff(organization_id=organization_id, staff_id=agent.id, now=NOW)

    assert places("a@example.com") == []
    change_staff(organization_id=organization_id, staff_id=agent.id, role="AGENT", now=NOW)
    assert places("a@example.com") == [("shop-1", "AGENT", ())]


def test_the_last_owner_stays_even_when_two_go_at_once(organization_id, owner):
    other = add_staff(organization_id=organization_id, person=Person("b@example.com", "B"), role="OWNER", now=NOW)

    def dismiss(staff_id):
        try:
            dismiss_staff(organization_id=organization_id, staff_id=staff_id, now=NOW)
        except Rejected as refusal:
            return refusal.code
        finally:
            connection.close()
        return "gone"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(dismiss, [owner.id, other.id])) == ["gone", "last_owner"]


def test_staff_of_others_cannot_be_named(organization_id, other_organization_id, owner):
    with pytest.raises(NotFound):
        dismiss_staff(organization_id=other_organization_id, staff_id=owner.id, now=NOW)
    with organization_scope(other_organization_id):
        assert queries.staff_of(organization_id=other_organization_id) == []


def test_staff_are_linked_to_their_own_membership(organization_id, owner, member_id):
    link_staff_to_member(organization_id=organization_id, staff_id=owner.id, member_id=member_id, now=NOW)

    with organization_scope(organization_id):
        assert queries.get_staff(organization_id=organization_id, staff_id=owner.id).member_id == member_id
    with pytest.raises(NotFound):
        link_staff_to_member(organization_id=organization_id, staff_id=owner.id, member_id=owner.id, now=NOW)


def test_a_weak_password_is_refused_with_its_reasons(organization_id, owner):
    with pytest.raises(Invalid) as refused:
        change_password(user=owner.user, password="12345", session_key="", now=NOW)

    assert refused.value.details["reasons"] == ["password_too_short", "password_too_common"]
    assert sign_in(email="nok@example.com", password=PASSWORD, address="x", now=NOW)


# --- signing in ---------------------------------------------------------------------------------------------------------


def tried(email="nok@example.com", password="wrong", address="10.0.0.1", now=NOW):
    try:
        sign_in(email=email, password=password, address=address, now=now)
    except (Forbidden, Rejected) as refusal:
        return refusal.code
    return "in"


def test_unknown_and_wrong_are_answered_alike(owner):
    answers = [tried(), tried("nobody@example.com"), tried("no address"), tried(password=PASSWORD)]
    assert answers == ["sign_in_failed"] * 3 + ["in"]
    owner.user.is_active = False
    owner.user.save()
    assert tried(password=PASSWORD) == "sign_in_failed"


class CountingHasher(MD5PasswordHasher):
    """Counts how often a password is hashed, which is what takes the time."""

    algorithm = "counting"
    hashed = 0

    def encode(self, password, salt):
        type(self).hashed += 1
        return super().encode(password, salt)


def test_every_refusal_takes_the_time_of_one_hash(organization_id, settings):
    settings.PASSWORD_HASHERS = [f"{CountingHasher.__module__}.CountingHasher"]
    get_hashers.cache_clear()
    get_hashers_by_algorithm.cache_clear()
    add_staff(organization_id=organization_id, person=NOK, role="OWNER", now=NOW)
    add_staff(organization_id=organization_id, person=Person("new@example.com", "New"), role="OWNER", now=NOW)
    costs = []
    for email, password in [
        ("nok@example.com", "wrong"),
        ("nobody@example.com", "wrong"),
        ("new@example.com", "x"),
        ("no address", "x"),
    ]:
        before = CountingHasher.hashed
        assert tried(email, password) == "sign_in_failed"
        costs.append(CountingHasher.hashed - before)

    assert costs == [1, 1, 1, 1]


@pytest.mark.parametrize("email", ["nok@example.com", "nobody@example.com"])
def test_ten_failures_an_hour_close_an_account_known_or_not(owner, email):
    answers = [tried(email, address=f"10.0.0.{n}", now=NOW + timedelta(minutes=n)) for n in range(12)]
    assert answers == ["sign_in_failed"] * 10 + ["sign_in_limited"] * 2
    assert tried(email, PASSWORD, address="10.1.1.1", now=NOW + timedelta(minutes=13)) == "sign_in_limited"

    with pytest.raises(Rejected) as refused:
        sign_in(email=email, password="x", address="y", now=NOW + timedelta(minutes=14))
    assert refused.value.details == {"limit": "account", "retry_at": (NOW + timedelta(hours=1)).isoformat()}
    assert tried(email, now=NOW + timedelta(hours=1)) == "sign_in_failed"


def test_who_gets_in_is_not_counted(owner):
    assert [tried(password=PASSWORD, now=NOW + timedelta(seconds=n)) for n in range(30)] == ["in"] * 30


def test_an_address_is_limited_over_all_accounts(owner, monkeypatch):
    monkeypatch.setitem(authentication.LIMITS, "address", 5)
    answers = [tried(f"{n}@example.com", now=NOW + timedelta(seconds=n)) for n in range(7)]

    assert answers == ["sign_in_failed"] * 5 + ["sign_in_limited"] * 2
    assert tried(password=PASSWORD, address="10.9.9.9") == "in"


def test_a_crowd_exceeds_no_limit(owner):
    def one(n):
        try:
            return tried(address=f"10.0.1.{n}", now=NOW + timedelta(microseconds=n))
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(one, range(40)))
    assert (answers.count("sign_in_failed"), answers.count("sign_in_limited")) == (10, 30)


def test_counters_are_forgotten(owner):
    tried()
    assert (purge_tries(now=NOW + timedelta(hours=1)), purge_tries(now=NOW + timedelta(hours=3))) == (0, 2)
