"""Work out what is expected of each member, by what the organization tells of margins, costs and time, and by its program's points."""

from datetime import datetime
from uuid import UUID

from phakdi.flows.account_points import prices_of
from phakdi.insight.kpis.queries import settings_of
from phakdi.insight.lifetime.reckoning import Settings
from phakdi.insight.lifetime.refreshing import refresh
from phakdi.insight.warehouse.reading import Warehouse
from phakdi.kit.db.scope import organization_scope
from phakdi.loyalty.programs.queries import NoProgram, version_at


def expect_of_members(organization_id: UUID, warehouse: Warehouse, now: datetime) -> None:
    """Fit, judge and score, and keep members' traits, the run and its lists. Safe to repeat."""
    refresh(organization_id, warehouse, now, _settings(organization_id, now))


def _settings(organization_id: UUID, now: datetime) -> Settings:
    with organization_scope(organization_id):
        told = settings_of(organization_id=organization_id)
        try:
            prices = prices_of(version_at(organization_id=organization_id, at=now), costs=told.point_costs)
        except NoProgram:
            prices = {}
    return Settings(
        margin=told.margin,
        margins={category: told.margin_of(category) for category in told.margins_bp},
        point_costs={unit: price.cost for unit, price in prices.items()},
        contact_minor=told.contact_minor,
        lapse_days=told.lapse_days,
        horizon=told.horizon_days,
        is_margin_told=told.margin_bp is not None,
    )
