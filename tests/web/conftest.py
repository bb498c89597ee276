"""People of every role, signed in, and a member who has bought something."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from phakdi.flows.manage_staff import Person, add_staff
from phakdi.flows.manage_store import add_store
from phakdi.flows.record_activity import record_activity
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.platform.organizations.queries import get_organization
from phakdi.platform.staff.core import Role
from phakdi.web.proof import PROVED

PASSWORD = "a long enough word"


@pytest.fixture
def store(shop):
    """Return the code of a store."""
    return add_store(organization_id=shop, code="S1", given={"name": {"th": "สยาม", "en": "Siam"}}, now=utc_now()).code


@pytest.fixture
def staff(shop, store):
    """Return a function that lets somebody of a role work for the shop and returns them."""

    def make(role=Role.OWNER, organization_id=shop):
        person = Person(f"{role.value.lower()}@shop.example", f"{role.value.title()} Somchai", PASSWORD)
        stores = [store] if role is Role.CASHIER else []
        return add_staff(organization_id=organization_id, person=person, role=role, stores=stores, now=utc_now())

    return make


@pytest.fixture
def signed_in(staff):
    """Return a function that returns the browser of somebody of a role, reading English."""

    def browse(role=Role.OWNER, language="en"):
        client = Client(headers={"accept-language": language})
        client.force_login(staff(role).user, backend="django.contrib.auth.backends.ModelBackend")
        session = client.session
        session[PROVED] = utc_now().timestamp()
        session.save()
        return client

    return browse


@pytest.fixture
def owner(signed_in):
    """Return the owner's browser."""
    return signed_in()


@pytest.fixture
def slug(shop):
    """Return the name under which the shop's members sign in."""
    with organization_scope(shop):
        return get_organization(organization_id=shop).slug


@pytest.fixture
def bought(shop, member_id):
    """Return a function that records a purchase of the member and returns what was answered."""

    def buy(amount=100, ref="R1", days_ago=0):
        at = datetime.now(UTC) - timedelta(days=days_ago)
        activity = {"kind": "purchase", "at": at, "amount": amount, "ref": ref, "origin": "pos"}
        return record_activity(organization_id=shop, member_id=member_id, activity=activity, now=utc_now())

    return buy
