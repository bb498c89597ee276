"""Scopes: whose rows a transaction sees, and that outside one nothing is seen, whoever forgot it."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import ProgrammingError, connection, connections, transaction

from phakdi.kit.db.scope import NoScope, current_organization, in_transaction, organization_scope
from phakdi.people.members.models import Member
from tests.integration.platform.owner import as_owner

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

INSERT = """
INSERT INTO audit_entry (organization_id, id, at, action, actor_kind, actor_id, subject_kind, subject_id)
VALUES (%s, gen_random_uuid(), now(), 'x', 'x', '', 'x', '')
"""
NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)


@pytest.fixture
def two(organization_id, other_organization_id):
    """Return two organizations with a member each."""
    for each in (organization_id, other_organization_id):
        with organization_scope(each):
            Member.objects.create(
                id=uuid4(), organization_id=each, number="A-1", status="ACTIVE", joined_at=NOW, created_at=NOW, updated_at=NOW
            )
    return organization_id, other_organization_id


def run(sql, params=()):
    """Run a statement as the application and return its rows, or how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else cursor.rowcount


def owners():
    return run("SELECT organization_id FROM public.member ORDER BY 1")


def setting():
    return run("SELECT current_setting('app.organization_id', true)")[0][0]


@pytest.mark.parametrize(
    "query",
    [
        lambda: list(Member.objects.all()),
        lambda: Member.objects.filter(number="A-1").count(),
        lambda: Member.objects.filter(number="A-1").exists(),
        lambda: Member.objects.update(number="B-1"),
        lambda: Member.objects.filter(number="A-1").delete(),
        lambda: Member.objects.create(
            id=uuid4(), organization_id=uuid4(), number="C", status="SHADOW", created_at=NOW, updated_at=NOW
        ),
        lambda: Member.objects.bulk_create(
            [Member(organization_id=uuid4(), number="C", status="SHADOW", created_at=NOW, updated_at=NOW)]
        ),
    ],
)
def test_models_outside_a_scope_refuse(two, query):
    with pytest.raises(NoScope), transaction.atomic():
        query()

    assert as_owner("SELECT number FROM member") == [("A-1",), ("A-1",)]


def test_without_the_guard_outside_a_scope_there_are_no_rows(two):
    kept, connection.execute_wrappers[:] = list(connection.execute_wrappers), []
    try:
        assert list(Member.objects.all()) == []
        assert Member.objects.update(number="B-1") == 0
        with pytest.raises(ProgrammingError, match="row-level security"):
            Member.objects.create(id=uuid4(), organization_id=two[0], number="C", status="SHADOW", created_at=NOW, updated_at=NOW)
    finally:
        connection.execute_wrappers[:] = kept

    assert as_owner("SELECT number FROM member") == [("A-1",), ("A-1",)]


def test_scope_shows_one_organization_also_to_raw_sql(two):
    for each in two:
        with organization_scope(each):
            assert owners() == [(each,)]
            assert [member.organization_id for member in Member.objects.all()] == [each]
    assert owners() == []


def test_other_organizations_rows_cannot_be_changed_or_made(two):
    mine, theirs = two
    with organization_scope(mine):
        assert run("UPDATE member SET number = 'B-1' WHERE organization_id = %s", [theirs]) == 0
        assert run("DELETE FROM member WHERE organization_id = %s", [theirs]) == 0
    statements = [
        ("UPDATE member SET organization_id = %s", [theirs]),
        (INSERT, [theirs]),
    ]
    for statement, params in statements:
        with pytest.raises(ProgrammingError, match="row-level security"), organization_scope(mine):
            run(statement, params)

    assert sorted(as_owner("SELECT organization_id, number FROM member")) == sorted((each, "A-1") for each in two)
    assert as_owner("SELECT count(*) FROM audit_entry WHERE action = 'x'") == [(0,)]


@pytest.mark.parametrize("statement", ["SET row_security = off", "SET ROLE phakdi_owner", "SET SESSION AUTHORIZATION postgres"])
def test_application_cannot_get_around_the_policies(two, statement):
    with pytest.raises(ProgrammingError), organization_scope(two[0]):
        run(statement)
        run("SELECT * FROM member")


def test_scope_ends_with_its_transaction(two):
    with organization_scope(two[0]):
        assert (current_organization(), setting()) == (two[0], str(two[0]))
    assert (current_organization(), setting() or "") == (None, "")

    with pytest.raises(LookupError), organization_scope(two[0]):
        Member.objects.update(number="B-1")
        raise LookupError
    assert (current_organization(), setting() or "", connection.in_atomic_block) == (None, "", False)
    assert as_owner("SELECT number FROM member") == [("A-1",), ("A-1",)]


def test_scope_in_a_scope_of_the_same_organization_is_the_same_transaction(two):
    with organization_scope(two[0]):
        first = run("SELECT pg_current_xact_id()")
        with organization_scope(two[0]):
            assert (run("SELECT pg_current_xact_id()"), owners()) == (first, [(two[0],)])
        assert (current_organization(), owners()) == (two[0], [(two[0],)])


def test_scope_of_another_organization_inside_one_is_a_mistake(two):
    with organization_scope(two[0]):
        with pytest.raises(AssertionError), organization_scope(two[1]):
            raise LookupError
        assert (current_organization(), owners()) == (two[0], [(two[0],)])


def test_scope_after_a_lost_connection_is_a_scope_again(two):
    run("SELECT 1")
    pid = connection.connection.info.backend_pid
    connections["owner"].cursor().execute("SELECT 1")
    connection.close()
    with organization_scope(two[1]):
        assert (owners(), connection.connection.info.backend_pid != pid) == ([(two[1],)], True)


def test_operation_demands_a_transaction():
    @in_transaction
    def operate(*, points):
        """Return the points."""
        return points

    with pytest.raises(NoScope, match="operate"):
        operate(points=1)
    with transaction.atomic():
        assert operate(points=1) == 1
    assert (operate.__name__, operate.__doc__) == ("operate", "Return the points.")
