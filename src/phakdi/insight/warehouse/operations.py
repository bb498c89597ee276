"""Bringing a warehouse up to date: what became new since the kept snapshot, once and whole, and what follows from it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from phakdi.insight.warehouse.deriving import derive
from phakdi.insight.warehouse.extracting import Extract, open_engine
from phakdi.insight.warehouse.folder import ALL, Folder, Manifest, Refreshing
from phakdi.insight.warehouse.models import InsightRun
from phakdi.insight.warehouse.sources import CHANGING, WHOLE
from phakdi.kit.db.scope import in_transaction, organization_scope
from phakdi.platform.organizations.queries import get_organization

SLICE = 20_000  # members that are read at once in a first build
FILES_MAX = 24  # of a table, before they become one
GROWING = (
    "activity",
    "bill",
    "return",
    "undone",
    "named",
    "line",
    "return_line",
    "movement",
    "use",
    "level_seen",
    "member_key",
    "lot_key",
)
XID = 2**32
RUNS_KEPT = 100

# A backup that was put back makes tables anew; its rows keep the numbers of the server they come from, and are told by when they
# were recorded (see daily/sql/fold_1.sql).
_SYSTEM = """
SELECT format('%s/%s/%s', (SELECT system_identifier FROM pg_control_system()), 'activity'::regclass::oid, t.restored_at), t.restored_at
FROM (SELECT 1) AS one LEFT JOIN daily_tick AS t ON true
"""
_SNAPSHOT = "SELECT pg_current_snapshot()::text, pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
_BOUNDS = """
SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM member WHERE organization_id = %s) AS m WHERE place %% %s = 0 ORDER BY id
"""
_OF_SLICE = """
(%(low)s::uuid IS NULL OR a.member_id >= %(low)s::uuid) AND (%(high)s::uuid IS NULL OR a.member_id < %(high)s::uuid)
AND (pg_visible_in_snapshot(a.written_by, %(target)s::pg_snapshot) OR a.recorded_at < %(restored)s::timestamptz)
"""
_LATELY = """
(a.written_by::text)::bigint >= %(low)s AND NOT pg_visible_in_snapshot(a.written_by, %(before)s::pg_snapshot)
AND (%(restored)s::timestamptz IS NULL OR a.recorded_at >= %(restored)s::timestamptz)
"""
# The full number of the transaction that wrote a row last: of its lower half, the latest that has been. Never too old; what is not
# known to be older than every transaction that was open at the snapshot is read again.
_CHANGED = """
(%(epoch)s::bigint | (a.xmin::text)::bigint) - CASE WHEN (%(epoch)s::bigint | (a.xmin::text)::bigint) > %(current)s::bigint
    THEN 4294967296 ELSE 0 END >= %(low)s::bigint
"""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh has done: rows that were read, and up to when."""

    as_of: datetime
    rows: int
    is_first: bool


@dataclass(frozen=True, slots=True)
class _Seen:
    """Everything that a transaction sees."""

    snapshot: str
    current: int

    @property
    def oldest(self) -> int:
        """Which transaction was the oldest that had not ended."""
        return int(self.snapshot.split(":")[0])


def refresh(*, organization_id: UUID, now: datetime, full: bool = False, root: Path | None = None) -> Refreshed:
    """Bring the warehouse up to date. Safe to repeat and to kill at any moment; a first build goes on where it stopped.

    Raises:
        Refreshing: somebody is at it.
    """
    folder = Folder(organization_id, root)
    with folder.lock():
        with organization_scope(organization_id):
            zone = get_organization(organization_id=organization_id).time_zone
            system, restored = _system()
        manifest = folder.begun() or (Manifest() if full else folder.manifest())
        if (manifest.time_zone, manifest.system) != (zone, system):
            manifest = Manifest(time_zone=zone, system=system)
        values = {"organization": organization_id, "zone": zone, "restored": restored}
        duck = open_engine(folder)
        try:
            extract = Extract(duck, folder, manifest, values)
            rows, is_first = 0, not manifest.snapshot
            if is_first:
                rows += _build(organization_id, extract, now)
            rows += _go_on(organization_id, extract, now)
        finally:
            duck.close()
        folder.sweep()
    assert manifest.as_of is not None, "it was committed"
    return Refreshed(manifest.as_of, rows, is_first)


@contextmanager
def only_one(*, organization_id: UUID) -> Iterator[None]:
    """Let nobody else refresh this organization's figures meanwhile.

    Raises:
        Refreshing: somebody does.
    """
    with Folder(organization_id).lock(ALL):
        yield


def remove(*, organization_id: UUID, root: Path | None = None) -> None:
    """Remove a warehouse: of an organization that is no more."""
    shutil.rmtree(Folder(organization_id, root).path, ignore_errors=True)


def sweep(*, organization_id: UUID, root: Path | None = None) -> None:
    """Remove files that were replaced a while ago; nothing while somebody refreshes."""
    folder = Folder(organization_id, root)
    if folder.path.exists():
        with suppress(Refreshing), folder.lock():
            folder.sweep()


def _system() -> tuple[str, datetime | None]:
    """Return by what to know the server and its tables, whose transactions are numbered in one way, and when they were restored."""
    with connection.cursor() as cursor:
        cursor.execute(_SYSTEM)
        system, restored = cursor.fetchone()
    return system, restored


@contextmanager
def _frozen(organization_id: UUID) -> Iterator[_Seen]:
    """Open a transaction in which every statement sees the same, and say what that is."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        with organization_scope(organization_id), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")  # files are written between statements
            cursor.execute("SET LOCAL TimeZone = 'UTC'")
            cursor.execute("SET LOCAL DateStyle = 'ISO'")
            cursor.execute(_SNAPSHOT)
            yield _Seen(*cursor.fetchone())


def _build(organization_id: UUID, extract: Extract, now: datetime) -> int:
    """Read everything for the first time, members in slices; each slice is committed, so that a build that stops goes on."""
    manifest, rows = extract.manifest, 0
    if not manifest.building.get("snapshot"):
        extract.open_keys()
        with _frozen(organization_id) as seen:
            for name in CHANGING:
                rows += extract.change(name, "true", {}, is_first=True)
            with connection.cursor() as cursor:
                cursor.execute(_BOUNDS, [organization_id, SLICE])
                bounds = [str(row[0]) for row in cursor.fetchall()]
            manifest.building = {"snapshot": seen.snapshot, "bounds": bounds, "done": 0}
        extract.folder.commit(manifest)
    ends: list[str | None] = [None, *manifest.building["bounds"], None]
    extract.open_keys()
    for number in range(manifest.building["done"], len(ends) - 1):
        values = {"low": ends[number], "high": ends[number + 1], "target": manifest.building["snapshot"]}
        with _frozen(organization_id):
            rows += extract.append(_OF_SLICE, values)
        manifest.building["done"] = number + 1
        extract.folder.commit(manifest)
    manifest.snapshot, manifest.building = manifest.building["snapshot"], {}
    manifest.as_of = now
    return rows


def _go_on(organization_id: UUID, extract: Extract, now: datetime) -> int:
    """Read what became new since the kept snapshot, and write what follows."""
    manifest, rows = extract.manifest, 0
    extract.open_keys()
    with _frozen(organization_id) as seen:
        before = _Seen(manifest.snapshot, 0)
        values: dict[str, Any] = {
            "low": before.oldest,
            "before": before.snapshot,
            "current": seen.current,
            "epoch": seen.current // XID * XID,
        }
        for name in CHANGING:
            rows += extract.change(name, _CHANGED, values, is_first=False)
        for name in WHOLE:
            extract.whole(name)
        rows += extract.append(_LATELY, values)
    extract.number_people()
    zone = ZoneInfo(manifest.time_zone)
    _compact(extract)
    derive(extract, today=now.astimezone(zone).date())
    manifest.snapshot, manifest.as_of = seen.snapshot, now
    extract.folder.commit(manifest)
    return rows


def _compact(extract: Extract) -> None:
    """Make one file of a table's many."""
    for name in GROWING:
        paths = extract.folder.paths(extract.manifest, name)
        if len(paths) > FILES_MAX:
            listed = ", ".join(repr(path) for path in paths)
            extract.replace(name, f"SELECT * FROM read_parquet([{listed}])")


@in_transaction
def begin_run(*, organization_id: UUID, now: datetime) -> UUID:
    """Note that a refresh begins; of earlier ones the last hundred are kept."""
    run = InsightRun.objects.create(organization_id=organization_id, started_at=now)
    kept = (
        InsightRun.objects.filter(organization_id=organization_id)
        .order_by("-started_at")
        .values_list("id", flat=True)[:RUNS_KEPT]
    )
    InsightRun.objects.filter(organization_id=organization_id).exclude(id__in=list(kept)).delete()
    return run.id


@in_transaction
def end_run(
    *,
    organization_id: UUID,
    run_id: UUID,
    now: datetime,
    refreshed: Refreshed | None,
    steps: list[tuple[str, int, str]],
    error: str = "",
) -> None:
    """Note how a refresh went."""
    InsightRun.objects.filter(organization_id=organization_id, id=run_id).update(
        finished_at=now,
        as_of=refreshed.as_of if refreshed else None,
        rows=refreshed.rows if refreshed else 0,
        steps=[list(step) for step in steps],
        error=error,
    )
