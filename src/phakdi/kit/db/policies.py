"""Who may see and write which table: row-level security and grants, set anew after every migration by the owner.

Every table with an ``organization_id`` belongs to organizations and gets a policy. The application's role owns nothing. The
owner is not bound by the policies (they are not forced), so that backups and SECURITY DEFINER look-ups see every row.
"""

from collections.abc import Collection

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

POLICY = "organization_rows"
_TABLES = """
    SELECT c.relname, EXISTS (
        SELECT FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attname = 'organization_id' AND NOT a.attisdropped
    )
    FROM pg_class AS c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY c.relname
"""
_DEFINER_FUNCTIONS = """
    SELECT p.oid::regprocedure::text FROM pg_proc AS p
    WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef AND pg_get_userbyid(p.proowner) = current_user
"""
_OWN = "organization_id = nullif(current_setting('app.organization_id', true), '')::uuid"  # '' once it was set before


def protect(*, alias: str, role: str, append_only: Collection[str], unscoped: Collection[str]) -> None:
    """Give every table its policy and ``role`` its rights, over the owner's connection ``alias``; safe to repeat.

    Raises:
        AssertionError: a table has no ``organization_id`` and is not listed in ``unscoped``.
    """
    connection = connections[alias]
    with connection.cursor() as cursor:
        quoted_role = connection.ops.quote_name(role)
        database = connection.ops.quote_name(connection.settings_dict["NAME"])
        cursor.execute(
            f"GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {quoted_role}"
        )  # files are staged there on their way in
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {quoted_role}")
        cursor.execute(_TABLES)
        for table, is_scoped in cursor.fetchall():
            _protect_table(cursor, connection.ops.quote_name(table), is_scoped=is_scoped)
            assert is_scoped or table in unscoped, f"table {table} has no organization_id and is not listed as unscoped"
            rights = "SELECT, INSERT" if table in append_only else "SELECT, INSERT, UPDATE, DELETE"
            if table == "django_migrations":
                rights = "SELECT"
            cursor.execute(f"REVOKE ALL ON {connection.ops.quote_name(table)} FROM {quoted_role}")
            cursor.execute(f"GRANT {rights} ON {connection.ops.quote_name(table)} TO {quoted_role}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {quoted_role}")
        _restrict_functions(cursor, quoted_role)


def _protect_table(cursor: CursorWrapper, table: str, *, is_scoped: bool) -> None:
    if is_scoped:
        cursor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        cursor.execute(f"DROP POLICY IF EXISTS {POLICY} ON {table}")
        cursor.execute(f"CREATE POLICY {POLICY} ON {table} USING ({_OWN}) WITH CHECK ({_OWN})")


def _restrict_functions(cursor: CursorWrapper, quoted_role: str) -> None:
    """Let only the application call what runs with the owner's rights."""
    cursor.execute(_DEFINER_FUNCTIONS)
    for (signature,) in cursor.fetchall():
        cursor.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
        cursor.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {quoted_role}")


def same_role(one: BaseDatabaseWrapper, other: BaseDatabaseWrapper) -> bool:
    """Tell whether two connections sign in as one role: then nothing is protected."""
    return bool(one.settings_dict["USER"] == other.settings_dict["USER"])
