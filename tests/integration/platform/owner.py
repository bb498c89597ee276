"""The owner of the tables, who sees every organization: for what the application cannot look at."""

from collections.abc import Sequence

from django.db import connections


def as_owner(sql: str, params: Sequence[object] = ()) -> list[tuple[object, ...]]:
    """Run a statement as the owner and return its rows."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(sql, list(params) or None)
        return cursor.fetchall() if cursor.description else []
