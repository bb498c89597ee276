"""Every table of organizations is protected, and the application is bound by it."""

import pytest
from django.conf import settings
from django.db import ProgrammingError, connection, transaction

from tests.integration.platform.owner import as_owner

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

TABLES = """
    SELECT c.relname, c.relrowsecurity, EXISTS (
        SELECT FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attname = 'organization_id' AND NOT a.attisdropped
    ), (SELECT count(*) FROM pg_policy AS p WHERE p.polrelid = c.oid AND p.polqual IS NOT NULL AND p.polwithcheck IS NOT NULL),
    pg_get_userbyid(c.relowner)
    FROM pg_class AS c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY 1
"""


def application():
    return settings.DATABASES["default"]["USER"]


def test_every_table_has_an_organization_and_a_policy_or_is_listed():
    tables = as_owner(TABLES)
    scoped = {name for name, _, is_scoped, _, _ in tables if is_scoped}
    unprotected = [name for name, is_on, is_scoped, policies, _ in tables if is_scoped and (not is_on or policies != 1)]

    assert unprotected == []
    assert {name for name, *_ in tables} - scoped <= set(settings.UNSCOPED_TABLES)
    assert {"member", "entry", "outbox_fact", "job", "audit_entry", "api_key", "staff_member", "organization"} <= scoped


def test_the_application_owns_nothing_and_passes_no_policy():
    assert {owner for *_, owner in as_owner(TABLES)} == {settings.DATABASES["owner"]["USER"]}
    assert as_owner(
        "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = %s", [application()]
    ) == [(False, False, False, False)]


def test_outside_a_scope_the_application_sees_and_writes_no_organizations_rows(organization_id):
    assert as_owner("SELECT count(*) FROM organization") == [(1,)]
    with connection.cursor() as cursor:
        for table, _, is_scoped, *_ in as_owner(TABLES):
            if is_scoped:
                cursor.execute(f"SELECT count(*) FROM public.{connection.ops.quote_name(table)}")
                assert (table, cursor.fetchone()) == (table, (0,))
        with pytest.raises(ProgrammingError), transaction.atomic():
            cursor.execute(
                "INSERT INTO audit_entry (organization_id, id, at, action, actor_kind, actor_id, subject_kind, subject_id)"
                " VALUES (%s, gen_random_uuid(), now(), 'x', 'x', '', 'x', '')",
                [organization_id],
            )


@pytest.mark.parametrize("table", sorted(settings.APPEND_ONLY))
def test_what_is_append_only_cannot_be_changed_by_the_application(table):
    rights = [
        as_owner("SELECT has_table_privilege(%s, %s, %s)", [application(), f"public.{table}", right])[0][0]
        for right in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")
    ]
    assert rights == [True, True, False, False, False]


def test_only_the_application_calls_what_runs_with_the_owners_rights():
    callable_by_all = as_owner("""
        SELECT p.proname FROM pg_proc AS p WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef
        AND has_function_privilege('public', p.oid, 'EXECUTE')
    """)
    unpinned = as_owner("""
        SELECT p.proname FROM pg_proc AS p WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef
        AND NOT coalesce(p.proconfig::text LIKE '%%search_path%%', false)
    """)
    assert (callable_by_all, unpinned) == ([], [])
