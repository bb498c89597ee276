"""The PostgreSQL server that tests run against: a pytest plugin, loaded before Django reads its settings."""

import os
from pathlib import Path
from typing import Any

import psycopg
import pytest

ROOT = Path(__file__).parent.parent
SERVER = ROOT / ".local" / "test-postgres"
FAST = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_connections": "300"}  # it may be thrown away

os.environ.setdefault("PHAKDI_SECRET_KEY", "tests-only")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "phakdi.config.settings")
os.environ.setdefault("PHAKDI_DATA_DIR", str(ROOT / ".local" / "test-data"))

_held: list[Any] = []


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    """Start the database server before Django reads its address, unless addresses are given."""
    if "DATABASE_URL" in os.environ:
        return
    from phakdi.kit.db.embedded import APPLICATION, OWNER, EmbeddedPostgres

    SERVER.parent.mkdir(exist_ok=True)
    server = EmbeddedPostgres(SERVER, settings=FAST)
    server.start()
    with psycopg.connect(server.superuser_address(), autocommit=True) as connection:
        connection.execute(f"ALTER ROLE {OWNER} CREATEDB")
        connection.execute(f"GRANT CONNECT ON DATABASE postgres TO {OWNER}, {APPLICATION}")
    found = server.addresses()
    os.environ["DATABASE_URL"], os.environ["DATABASE_OWNER_URL"] = found.application, found.owner
    _held.append(server)


def pytest_unconfigure() -> None:
    """Stop the server if nobody else uses it."""
    for server in _held:
        server.stop()
