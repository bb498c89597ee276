"""The PostgreSQL server that tests run against: a pytest plugin, loaded before Django reads its settings."""

import fcntl
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
    starting, using = (os.open(SERVER.with_suffix(name), os.O_CREAT | os.O_RDWR) for name in (".starting", ".using"))
    fcntl.flock(starting, fcntl.LOCK_EX)  # one at a time
    fcntl.flock(using, fcntl.LOCK_SH)  # held until the end: whoever is last stops the server
    server = EmbeddedPostgres(SERVER, settings=FAST)
    server.start()
    with psycopg.connect(server.superuser_address(), autocommit=True) as connection:
        connection.execute(f"ALTER ROLE {OWNER} CREATEDB")
        connection.execute(f"GRANT CONNECT ON DATABASE postgres TO {OWNER}, {APPLICATION}")
    fcntl.flock(starting, fcntl.LOCK_UN)
    found = server.addresses()
    os.environ["DATABASE_URL"], os.environ["DATABASE_OWNER_URL"] = found.application, found.owner
    _held.extend([starting, using, server])


def pytest_unconfigure() -> None:
    """Stop the server if nobody else uses it."""
    if not _held:
        return
    starting, using, server = _held
    fcntl.flock(starting, fcntl.LOCK_EX)
    try:
        fcntl.flock(using, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    server.stop()
