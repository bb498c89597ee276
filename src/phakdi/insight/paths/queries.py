"""Every read of figures of paths that were kept, in a scope of the organization; None before the first refresh."""

from datetime import datetime
from typing import Any
from uuid import UUID

from phakdi.insight.paths import documents
from phakdi.insight.paths.core.funnels import StepFigures
from phakdi.insight.paths.core.survival import Curve
from phakdi.insight.paths.looking import GroupTimes, Lost, Paths, Rates
from phakdi.insight.paths.models import PathLook


def as_of(*, organization_id: UUID) -> datetime | None:
    """Return when figures of paths were last worked out."""
    return PathLook.objects.filter(organization_id=organization_id, kind="funnel").values_list("as_of", flat=True).first()


def find_funnel(*, organization_id: UUID, days: int) -> list[StepFigures] | None:
    """Return the usual funnel of members whose clock started in the last 30, 90 or 365 days."""
    doc = _doc(organization_id, "funnel", str(days))
    return None if doc is None else documents.read_steps(doc)


def find_paths(*, organization_id: UUID, days: int, gap_seconds: int) -> Paths | None:
    """Return the paths of the last 30, 90 or 365 days."""
    doc = _doc(organization_id, "paths", f"{days}:{gap_seconds}")
    return None if doc is None else documents.read_paths(doc)


def find_curve(*, organization_id: UUID) -> Curve | None:
    """Return the time from first to second purchase."""
    doc = _doc(organization_id, "second", "")
    return None if doc is None else documents.read_curve(doc)


def find_groups(*, organization_id: UUID, by: str) -> list[GroupTimes] | None:
    """Return the time from first to second purchase by ``cohort``, ``store`` or ``product``."""
    doc = _doc(organization_id, "second", by)
    return None if doc is None else documents.read_groups(doc)


def find_lost(*, organization_id: UUID) -> list[Lost] | None:
    """Return where members are lost."""
    doc = _doc(organization_id, "lost", "")
    return None if doc is None else documents.read_lost(doc)


def find_rates(*, organization_id: UUID, days: int) -> Rates | None:
    """Return who came back and who was brought in the last 30, 90 or 365 days."""
    doc = _doc(organization_id, "rates", str(days))
    return None if doc is None else documents.read_rates(doc)


def choices(*, organization_id: UUID) -> dict[str, Any]:
    """Return what a funnel's steps can be made of (kinds, levels, templates that were recorded), and the days of lapse that were used."""
    return _doc(organization_id, "choices", "") or {"kinds": [], "levels": [], "templates": [], "lapse_days": None}


def _doc(organization_id: UUID, kind: str, name: str) -> Any:
    found = PathLook.objects.filter(organization_id=organization_id, kind=kind, name=name)
    return found.values_list("doc", flat=True).first()
