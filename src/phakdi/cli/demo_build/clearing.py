"""Throwing an organization away, row by row, over the owner's connection: nobody else may delete what is append-only."""

from uuid import UUID

from django.db import IntegrityError, connections, transaction

_TABLES = """
    SELECT c.relname FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attname = 'organization_id' AND NOT a.attisdropped
    ORDER BY c.relname
"""
# People of the domain who work for nobody any more: they would keep a password that nobody remembers.
_PEOPLE = """
    DELETE FROM staff_user AS u
    WHERE u.email LIKE '%%@' || %s AND NOT EXISTS (SELECT FROM staff_member AS m WHERE m.user_id = u.id)
"""
ROUNDS_MAX = 10


def forget_organization(organization_id: UUID, *, mail_domain: str) -> None:
    """Delete every row of the organization, those that others point to last, and people of the domain who only worked there."""
    connection = connections["owner"]
    with transaction.atomic(using="owner"), connection.cursor() as cursor:
        cursor.execute(_TABLES)
        left = [name for (name,) in cursor.fetchall()]
        for _ in range(ROUNDS_MAX):
            left = [table for table in left if not _is_emptied(table, organization_id)]
            if not left:
                cursor.execute(_PEOPLE, [mail_domain])
                return
    raise AssertionError(f"rows of these tables hold each other: {', '.join(left)}")


def _is_emptied(table: str, organization_id: UUID) -> bool:
    connection = connections["owner"]
    statement = f"DELETE FROM {connection.ops.quote_name(table)} WHERE organization_id = %s"  # noqa: S608 - a table's own name
    try:
        with transaction.atomic(using="owner"), connection.cursor() as cursor:
            cursor.execute(statement, [organization_id])
    except IntegrityError:
        return False
    return True
