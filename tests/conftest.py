"""A real PostgreSQL for every test that wants one, and the rows that most tests begin with."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests import templates


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """Give each run of the tests a database of its own, copied from one that was migrated once for these migrations."""
    from django.db import connections

    name = "_".join(
        part for part in ("test_phakdi", os.environ.get("PHAKDI_TEST_DB"), os.environ.get("PYTEST_XDIST_WORKER")) if part
    )
    with django_db_blocker.unblock():
        template = templates.ready()
        templates.copy(template, name)
        for alias in ("default", "owner"):
            connections[alias].close()
            connections[alias].settings_dict["NAME"] = name
    yield
    with django_db_blocker.unblock():
        connections.close_all()
        templates.drop(name)


@pytest.fixture(scope="session", autouse=True)
def _empty_by_the_owner() -> Iterator[None]:
    """Let tests with real transactions be cleaned up by the owner: the application may not truncate anything."""
    from django.db import connections
    from django.test import TransactionTestCase

    def empty(self: TransactionTestCase) -> None:
        connections.close_all()
        with templates.connect(connections["owner"].settings_dict["NAME"]) as owner:
            owner.execute("SET lock_timeout = '20s'")
            owner.execute(_EMPTY)

    before = TransactionTestCase._fixture_teardown
    TransactionTestCase._fixture_teardown = empty  # type: ignore[method-assign]  # see above
    yield
    TransactionTestCase._fixture_teardown = before  # type: ignore[method-assign]  # see above


@pytest.fixture(scope="session", autouse=True)
def _fold_however_far_behind() -> None:
    """Let pages fold in what is new at once: other processes of the tests use up transaction numbers of the same server."""
    from phakdi.flows import keep_daily

    keep_daily.FEW = 1_000_000


_EMPTY = """
DO $$
DECLARE
    found text;
    full_tables text[] := '{}';
    has_rows boolean;
BEGIN
    FOR found IN
        SELECT c.relname FROM pg_class AS c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname NOT IN
            ('django_migrations', 'django_content_type', 'auth_permission')
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I)', found) INTO has_rows;
        IF has_rows THEN
            full_tables := full_tables || quote_ident(found);
        END IF;
    END LOOP;
    IF cardinality(full_tables) > 0 THEN
        EXECUTE 'TRUNCATE ' || array_to_string(full_tables, ', ') || ' CASCADE';
    END IF;
END $$
"""

# --- rows that most tests begin with --------------------------------------------------------------------------------------

SHOP_PROGRAM = """
phakdi: 1
key: shop
name: {th: ร้านทดสอบ, en: Test shop}
units:
  points:
    expires: {after: 1 year}
earning:
  - key: base
    on: purchase
    give: {points: 1, per: 1}
spending:
  - key: pay
    pays: 1
rewards:
  cup:
    name: {th: แก้วกาแฟ, en: Coffee cup}
    cost: {points: 50}
"""


@pytest.fixture
def make_organization() -> Callable[..., UUID]:
    """Return a function that makes an organization and returns its id."""
    from phakdi.flows.create_organization import create_organization

    made = 0

    def make(slug: str = "", **more: object) -> UUID:
        nonlocal made
        made += 1
        slug = slug or f"shop-{made}"
        created = create_organization(slug=slug, name=f"Shop {made}", now=datetime(2020, 1, 1, tzinfo=UTC), **more)
        return created.id

    return make


@pytest.fixture
def organization_id(make_organization: Callable[..., UUID]) -> UUID:
    """Return an organization without a program."""
    return make_organization()


@pytest.fixture
def other_organization_id(make_organization: Callable[..., UUID]) -> UUID:
    """Return another organization."""
    return make_organization("other-shop")


@pytest.fixture
def shop(organization_id: UUID) -> UUID:
    """Return an organization in which a point is given for each baht since 2020, good for a year."""
    from phakdi.flows.apply_program import apply_program

    since = datetime(2020, 1, 1, tzinfo=UTC)
    apply_program(organization_id=organization_id, text=SHOP_PROGRAM, now=since, effective_from=since)
    return organization_id


@pytest.fixture
def new_member(organization_id: UUID) -> Callable[[], UUID]:
    """Return a function that enrolls another member and returns their id."""
    from phakdi.kit.db.scope import organization_scope
    from phakdi.people.members import operations
    from phakdi.people.members.core import read_identity

    made = 0

    def enroll() -> UUID:
        nonlocal made
        made += 1
        key = read_identity("PHONE", f"08{made:08}")
        now = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=made)
        with organization_scope(organization_id):
            return operations.enroll(
                organization_id=organization_id,
                profile={"given_name": f"Member {made}"},
                identities=[operations.NewIdentity(key, verified_at=now)],
                now=now,
                today=date(2020, 1, 1),
            ).member.id

    return enroll


@pytest.fixture
def member_id(new_member: Callable[[], UUID]) -> UUID:
    """Return an active member of the organization."""
    return new_member()


@pytest.fixture
def other_member_id(new_member: Callable[[], UUID], member_id: UUID) -> UUID:
    """Return another active member of the same organization."""
    assert member_id
    return new_member()
