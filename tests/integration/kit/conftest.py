"""A bare PostgreSQL connection for tests that compare Python with SQL and need no tables of the product."""

import os
from collections.abc import Iterator

import psycopg
import pytest


@pytest.fixture(scope="module")
def bare_postgres() -> Iterator[psycopg.Connection]:
    """Yield the owner's connection in one transaction that is never committed.

    No longer than for a file: whoever reads below the server's oldest transaction, of any database, waits for it.
    """
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as connection:
        yield connection
        connection.rollback()
