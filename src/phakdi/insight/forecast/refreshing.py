"""One making of forecasts: a step of the refresh."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from phakdi.insight.forecast.making import forecasts_of
from phakdi.insight.forecast.operations import keep_forecasts
from phakdi.insight.warehouse.reading import Warehouse
from phakdi.kit.db.scope import organization_scope


def step(organization_id: UUID, warehouse: Warehouse, now: datetime) -> None:
    """Forecast every figure and keep that in place of the forecasts before; safe to repeat. Some seconds."""
    today = warehouse.as_of.astimezone(ZoneInfo(warehouse.time_zone)).date()
    found = list(forecasts_of(warehouse, today=today))
    with organization_scope(organization_id):
        keep_forecasts(organization_id=organization_id, forecasts=found, now=now)
