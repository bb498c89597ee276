"""Whether an installation is set up as it should be: roles, policies, versions, secrets, space."""

import enum
import io
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor

from phakdi.insight.warehouse.queries import status_of
from phakdi.kit.clock import utc_now
from phakdi.platform.organizations.queries import all_organizations
from phakdi.platform.outbox.queries import health

OLDEST_SERVER = 160_000
SPACE_MIN_BYTES = 1_000_000_000
QUEUE_AGE_MAX_SECONDS = 300
FIGURES_AGE_MAX_HOURS = 26  # they are refreshed every night

_UNPROTECTED = """
    SELECT c.relname FROM pg_class AS c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
      AND EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attname = 'organization_id' AND NOT a.attisdropped)
      AND NOT (c.relrowsecurity AND EXISTS (SELECT FROM pg_policy AS p WHERE p.polrelid = c.oid))
    ORDER BY 1
"""
_OWNED = "SELECT relname FROM pg_class WHERE relowner = %s::regrole AND relkind IN ('r', 'S', 'v') ORDER BY 1 LIMIT 5"
_ROLE = "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"


class Level(enum.Enum):
    """How bad a finding is."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at and what was found."""

    level: Level
    subject: str
    message: str


def findings() -> Iterator[Finding]:
    """Yield what was found, the good with the bad."""
    try:
        connections["default"].ensure_connection()
        connections["owner"].ensure_connection()
    except DatabaseError as error:
        yield Finding(Level.ERROR, "database", f"cannot be reached: {error}")
        return
    checks: tuple[Callable[[], Iterator[Finding]], ...] = (
        _server,
        _roles,
        _tables,
        _migrations,
        _secrets,
        _django,
        _space,
        _figures,
    )
    for check in checks:
        yield from check()


def _server() -> Iterator[Finding]:
    version = connections["default"].connection.info.server_version
    if version < OLDEST_SERVER:
        yield Finding(Level.ERROR, "database", f"PostgreSQL {version // 10_000} is too old: 16 or newer is needed")
    else:
        yield Finding(Level.OK, "database", f"PostgreSQL {version // 10_000}.{version % 10_000}")


def _roles() -> Iterator[Finding]:
    default, owner = (connections[alias].settings_dict["USER"] for alias in ("default", "owner"))
    if default == owner:
        yield Finding(
            Level.ERROR, "roles", "DATABASE_URL and DATABASE_OWNER_URL sign in as one role: organizations are not kept apart"
        )
        return
    with connections["default"].cursor() as cursor:
        cursor.execute(_ROLE)
        is_superuser, bypasses = cursor.fetchone()
        if is_superuser or bypasses:
            yield Finding(Level.ERROR, "roles", f"{default} may pass row-level security: make it NOSUPERUSER NOBYPASSRLS")
        cursor.execute(_OWNED, [default])
        if owned := [name for (name,) in cursor.fetchall()]:
            yield Finding(Level.ERROR, "roles", f"{default} owns {', '.join(owned)}: give them to {owner}")
    yield Finding(Level.OK, "roles", f"{default} works, {owner} owns")


def _tables() -> Iterator[Finding]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(_UNPROTECTED)
        bare = [name for (name,) in cursor.fetchall()]
    if bare:
        yield Finding(Level.ERROR, "row-level security", f"missing on {', '.join(bare)}: run 'phakdi migrate'")
    else:
        yield Finding(Level.OK, "row-level security", "on every organization's table")


def _migrations() -> Iterator[Finding]:
    executor = MigrationExecutor(connections["owner"])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        yield Finding(Level.ERROR, "migrations", f"{len(plan)} are missing: run 'phakdi migrate'")
        return
    yield Finding(Level.OK, "migrations", "all applied")
    behind = health(now=utc_now())
    age = int(max(behind.outbox_age_seconds, behind.queue_age_seconds))
    if age > QUEUE_AGE_MAX_SECONDS:
        yield Finding(Level.WARNING, "background work", f"the oldest fact or job waits for {age} seconds: is a worker running?")
    else:
        yield Finding(Level.OK, "background work", f"the oldest fact or job waits for {age} seconds")
    if behind.dead_jobs:
        yield Finding(
            Level.WARNING, "background work", f"{behind.dead_jobs} jobs failed for good: see the console's dead letters"
        )


def _secrets() -> Iterator[Finding]:
    if settings.IS_PRODUCTION and settings.DEBUG:
        yield Finding(Level.ERROR, "settings", "PHAKDI_DEBUG shows secrets to visitors: unset it in production")
    if not settings.IS_PRODUCTION:
        yield Finding(Level.WARNING, "settings", "not in production mode: set PHAKDI_PRODUCTION=1 where members are real")
    if settings.IS_PRODUCTION and not settings.PHAKDI_CHANNELS:
        yield Finding(Level.WARNING, "messages", "no channel is connected: codes and notices reach nobody")


def _django() -> Iterator[Finding]:
    try:
        call_command("check", databases=["default"], deploy=settings.IS_PRODUCTION, fail_level="ERROR", stdout=io.StringIO())
    except SystemCheckError as error:
        yield Finding(Level.ERROR, "application", str(error).strip().splitlines()[0])
    else:
        yield Finding(Level.OK, "application", "no errors")


def _space() -> Iterator[Finding]:
    free = shutil.disk_usage(settings.DATA_DIR if settings.DATA_DIR.exists() else ".").free
    level = Level.OK if free >= SPACE_MIN_BYTES else Level.WARNING
    yield Finding(level, "disk", f"{free / 1e9:.1f} GB free")


def _figures() -> Iterator[Finding]:
    """Tell how old each organization's figures are."""
    try:
        organizations = all_organizations()
    except DatabaseError:  # no tables yet, which was told above
        return
    for organization in organizations:
        as_of = status_of(organization.id).as_of
        if as_of is None:
            yield Finding(Level.WARNING, "figures", f"{organization.slug}: never refreshed: run 'phakdi insight refresh'")
            continue
        hours = int((utc_now() - as_of).total_seconds()) // 3600
        level = Level.OK if hours <= FIGURES_AGE_MAX_HOURS else Level.WARNING
        yield Finding(level, "figures", f"{organization.slug}: {hours} hours old")
