"""The short way to the database that the hot path takes: prepared statements on Django's own connection.

It leaves out the cursor wrapper's work of every call, keeps the connection, its pool and its transaction, and
answers in binary, so that identifiers and instants come as values.
"""

from collections.abc import Sequence
from typing import Any

import psycopg
from django.db import connection


def fetch_one(sql: str, arguments: Sequence[Any]) -> tuple[Any, ...]:
    """Return the one row of a statement."""
    row = _execute(sql, arguments).fetchone()
    assert row is not None, f"no row from {sql}"
    return row


def fetch_all(sql: str, arguments: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Return all rows of a statement; the caller bounds them."""
    return _execute(sql, arguments).fetchall()


def _execute(sql: str, arguments: Sequence[Any]) -> psycopg.Cursor[tuple[Any, ...]]:
    connection.ensure_connection()
    cursor: psycopg.Cursor[tuple[Any, ...]] = psycopg.Cursor(connection.connection)
    cursor.format = psycopg.pq.Format.BINARY
    return cursor.execute(sql, arguments, prepare=True)
