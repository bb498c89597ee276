"""Every read of kpis, in a scope of the organization."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from phakdi.insight.kpis.core import settings as told
from phakdi.insight.kpis.core.settings import KpiSettings
from phakdi.insight.kpis.core.targets import Wanted
from phakdi.insight.kpis.models import KeptFigure, KeptSettings, KeptTable, Target, TillTotal


@dataclass(frozen=True, slots=True)
class Found:
    """One figure: its sums, the figure, and when it was found. ``to`` is not included."""

    figure: str
    span: str
    dimension: str
    key: str
    first: date
    to: date
    numerator: int | None
    denominator: int | None
    value: float | None
    as_of: datetime


def settings_of(*, organization_id: UUID) -> KpiSettings:
    """Return what an organization told of itself; the usual where it told nothing."""
    row = KeptSettings.objects.filter(organization_id=organization_id).first()
    return told.read(row.doc) if row else KpiSettings()


def figures_of(
    *,
    organization_id: UUID,
    spans: Sequence[str],
    dimension: str = "",
    key: str | None = None,
    figures: Sequence[str] | None = None,
) -> list[Found]:
    """Return the kept figures of some windows: of one key of a dimension, or of all its keys."""
    rows = KeptFigure.objects.filter(organization_id=organization_id, span__in=spans, dimension=dimension)
    rows = rows if key is None else rows.filter(key=key)
    rows = rows if figures is None else rows.filter(figure__in=figures)
    names = ("figure", "span", "dimension", "key", "first", "to", "numerator", "denominator", "value", "as_of")
    return [Found(*row) for row in rows.order_by("first", "span", "figure", "key").values_list(*names)]


def figure_by_window(*, organization_id: UUID, figure: str, kind: str, dimension: str = "", key: str = "") -> list[Found]:
    """Return one figure of every kept month, quarter or year, the first first."""
    pattern = {"month": r"^\d{4}-\d{2}$", "quarter": r"^\d{4}-Q\d$", "year": r"^\d{4}$"}[kind]
    rows = KeptFigure.objects.filter(
        organization_id=organization_id, figure=figure, span__regex=pattern, dimension=dimension, key=key
    ).order_by("first")
    names = ("figure", "span", "dimension", "key", "first", "to", "numerator", "denominator", "value", "as_of")
    return [Found(*row) for row in rows.values_list(*names)]


def find_table(*, organization_id: UUID, name: str) -> tuple[datetime, Any] | None:
    """Return a kept table with when it was found, or None before the first time."""
    row = KeptTable.objects.filter(organization_id=organization_id, name=name).first()
    return (row.as_of, row.doc) if row else None


def targets_of(*, organization_id: UUID) -> list[Wanted]:
    """Return what is wanted of figures, the oldest first."""
    fields = ("figure", "span", "dimension", "key", "goal", "by", "low", "high", "moves_percent", "id", "out_since")
    rows = Target.objects.filter(organization_id=organization_id).order_by("created_at", "id")
    return [Wanted(**{name: getattr(row, name) for name in fields}) for row in rows]


def till_totals_of(*, organization_id: UUID, store: str | None = None, limit: int = 60) -> list[TillTotal]:
    """Return what stores sold on days, the newest first."""
    rows = TillTotal.objects.filter(organization_id=organization_id)
    rows = rows if store is None else rows.filter(store=store)
    return list(rows.order_by("-day", "store")[:limit])
