"""Every read of lifetime, in a scope of the organization."""

from typing import Any
from uuid import UUID

from phakdi.insight.lifetime.documents import Run
from phakdi.insight.lifetime.models import LifetimeList, LifetimeRun


def latest_run(*, organization_id: UUID) -> Run | None:
    """Return the latest run, or None before the first."""
    row = LifetimeRun.objects.filter(organization_id=organization_id).order_by("-computed_at", "-id").first()
    return Run(row.id, row.as_of, row.computed_at, row.doc) if row else None


def find_run(*, organization_id: UUID, run_id: UUID) -> Run | None:
    """Return the run that a trait names, or None where it was forgotten."""
    row = LifetimeRun.objects.filter(organization_id=organization_id, id=run_id).first()
    return Run(row.id, row.as_of, row.computed_at, row.doc) if row else None


def runs_of(*, organization_id: UUID, limit: int = 12) -> list[Run]:
    """Return the latest runs, the newest first."""
    found = LifetimeRun.objects.filter(organization_id=organization_id).order_by("-computed_at", "-id")[:limit]
    return [Run(row.id, row.as_of, row.computed_at, row.doc) for row in found]


def list_of(*, organization_id: UUID, key: str) -> list[dict[str, Any]]:
    """Return the first members of a list as `documents.lists_of` keeps them; empty before the first run."""
    row = LifetimeList.objects.filter(organization_id=organization_id, key=key).first()
    return row.rows if row else []
