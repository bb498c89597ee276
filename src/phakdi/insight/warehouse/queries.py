"""Opening warehouses and telling how they stand."""

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from phakdi.insight.warehouse.engines import open_backend
from phakdi.insight.warehouse.folder import Folder, NoWarehouse
from phakdi.insight.warehouse.models import InsightRun
from phakdi.insight.warehouse.reading import Warehouse
from phakdi.insight.warehouse.serving import Tables

ENGINE = "PHAKDI_INSIGHT_ENGINE"


@dataclass(frozen=True, slots=True)
class Status:
    """How a warehouse stands."""

    as_of: datetime | None
    bytes: int
    files: int
    is_building: bool
    is_busy: bool


def open_warehouse(organization_id: UUID, *, engine: str = "", root: Path | None = None) -> Warehouse:
    """Return the warehouse as it was refreshed last, on DuckDB, or on Spark where ``PHAKDI_INSIGHT_ENGINE`` says so.

    Raises:
        NoWarehouse: it was never refreshed.
        SparkMissing: Spark is wanted and not there.
        Invalid: there is no such engine.
    """
    folder = Folder(organization_id, root)
    manifest = folder.manifest()
    if not manifest.snapshot or manifest.as_of is None:
        raise NoWarehouse("The figures were never refreshed: phakdi insight refresh.")
    backend = open_backend(engine or os.environ.get(ENGINE, ""))
    return Warehouse(backend, Tables(backend, folder, manifest), as_of=manifest.as_of, time_zone=manifest.time_zone)


def status_of(organization_id: UUID, *, root: Path | None = None) -> Status:
    """Return when a warehouse was refreshed last and how large it is."""
    folder = Folder(organization_id, root)
    manifest = folder.manifest()
    paths = [Path(path) for name in manifest.files for path in folder.paths(manifest, name)]
    size = sum(path.stat().st_size for path in paths if path.exists())
    return Status(manifest.as_of if manifest.snapshot else None, size, len(paths), folder.begun() is not None, folder.is_busy())


def runs_of(*, organization_id: UUID, limit: int = 20) -> list[InsightRun]:
    """Return the latest refreshes, the newest first; in a scope of the organization."""
    return list(InsightRun.objects.filter(organization_id=organization_id).order_by("-started_at")[:limit])
