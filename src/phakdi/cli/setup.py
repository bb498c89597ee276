"""What a command does before it may touch the database: start the embedded server, set Django up, migrate."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from phakdi.kit.db.embedded import EmbeddedPostgres
from phakdi.kit.errors import Unavailable

JOB_TIMEOUT_MS = "60000"


class DatabaseAway(Unavailable):
    """The database that DATABASE_URL names does not answer."""

    code = "database_away"


def data_dir() -> Path:
    """Return where this installation keeps its files."""
    return Path(os.environ.get("PHAKDI_DATA_DIR") or Path.home() / ".phakdi")


def database() -> EmbeddedPostgres | None:
    """Start the embedded server unless DATABASE_URL names another one, and return it, to be stopped; else None."""
    if os.environ.get("DATABASE_URL") or os.environ.get("DATABASE_URL_FILE"):
        return None
    server = EmbeddedPostgres(data_dir() / "postgres")
    found = server.start()
    os.environ["DATABASE_URL"], os.environ["DATABASE_OWNER_URL"] = found.application, found.owner
    return server


@contextmanager
def at_work(*, statement_timeout_ms: str = JOB_TIMEOUT_MS) -> Iterator[None]:
    """Have everything ready for one command; afterwards the embedded server stops, unless others use it too.

    Raises:
        DatabaseAway: the database does not answer.
    """
    with connected(statement_timeout_ms=statement_timeout_ms):
        _reach()
        migrate()
        yield


@contextmanager
def connected(*, statement_timeout_ms: str = JOB_TIMEOUT_MS) -> Iterator[None]:
    """Have the database and Django at hand as they are, without migrating; see `at_work`."""
    server = database()
    try:
        os.environ.setdefault("PHAKDI_STATEMENT_TIMEOUT_MS", statement_timeout_ms)
        set_up_django()
        yield
    finally:
        if server is not None:
            server.stop()


def _reach() -> None:
    from django.db import DEFAULT_DB_ALIAS, OperationalError, connections  # noqa: PLC0415 - only commands that need it pay for it

    try:
        connections[DEFAULT_DB_ALIAS].ensure_connection()
    except OperationalError as error:
        reason = str(error).partition("\n")[0]
        raise DatabaseAway(f"The database does not answer: {reason}") from error


def set_up_django() -> None:
    """Load settings and applications."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "phakdi.config.settings")
    import django  # noqa: PLC0415 - only commands that need it pay for it

    django.setup()


def migrate() -> None:
    """Bring the tables up to date as the owner; says so only where there is something to do."""
    from django.db import connections  # noqa: PLC0415 - as above
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415 - as above

    executor = MigrationExecutor(connections["owner"])
    if plan := executor.migration_plan(executor.loader.graph.leaf_nodes()):
        print(f"Preparing the database: {len(plan)} steps …", file=sys.stderr)
        protect_anew()


def protect_anew() -> None:
    """Run what migrations are missing, and set policies and grants again also where none is."""
    from django.core.management import call_command  # noqa: PLC0415 - only commands that need it pay for it

    call_command("migrate", database="owner", verbosity=0, interactive=False)


def chosen(slug: str) -> list[Any]:
    """Return the organization of a short name, or all; within `at_work`.

    Raises:
        NotFound: there is none of that name.
    """
    from phakdi.kit.errors import NotFound  # noqa: PLC0415 - needs Django to be set up
    from phakdi.platform.organizations.queries import all_organizations  # noqa: PLC0415 - as above

    found = [each for each in all_organizations() if slug in {"", each.slug}]
    if not found:
        raise NotFound(f"There is no organization called '{slug}'.", code="organization_not_found", slug=slug)
    return found
