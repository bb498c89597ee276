"""Every read of forecasts, in a scope of the organization."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from phakdi.insight.forecast.core.kept import Forecast, read
from phakdi.insight.forecast.models import KeptForecast


@dataclass(frozen=True, slots=True)
class KeptForecasts:
    """All forecasts of one making, and when."""

    made_at: datetime
    forecasts: tuple[Forecast, ...]


def forecasts_of(*, organization_id: UUID) -> KeptForecasts | None:
    """Return what was last forecast; None before the first time, or where nothing was recorded."""
    rows = list(KeptForecast.objects.filter(organization_id=organization_id).order_by("figure", "grain"))
    return KeptForecasts(rows[0].made_at, tuple(read(row.doc) for row in rows)) if rows else None
