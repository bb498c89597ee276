"""The posting function with a guard taken out: what a race test must be able to see."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections

from phakdi.loyalty.engine import operations
from phakdi.loyalty.engine.channel import Statement

VERSION_GUARD = "WHERE kept.version = excluded.version - 1"
RECEIPT_GUARD = "written < receipts_expected"


@contextmanager
def without(*guards: str) -> Iterator[None]:
    """Let `post` call a copy of the posting function in which each of ``guards`` is always content."""
    kept = operations.POST
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname = 'engine_post'")
        (definition,) = cursor.fetchone()
        for guard in guards:
            assert definition.count(guard) == 1, guard
            definition = definition.replace(guard, "WHERE true" if guard.startswith("WHERE") else "false")
        cursor.execute(definition.replace("engine_post(", "engine_post_unguarded("))
    operations.POST = Statement(b"engine_post_unguarded", kept.sql.replace(b"engine_post(", b"engine_post_unguarded("))
    try:
        yield
    finally:
        operations.POST = kept
        with connections["owner"].cursor() as cursor:
            cursor.execute("DROP FUNCTION engine_post_unguarded")
