"""The step of the refresh: every figure of every window, and the tables that are not one number."""

from datetime import datetime
from uuid import UUID

from phakdi.insight.kpis import counting, operations, queries, tabulating
from phakdi.insight.warehouse.reading import Warehouse
from phakdi.kit.db.scope import organization_scope


def step(organization_id: UUID, warehouse: Warehouse, now: datetime) -> None:
    """Work out all figures of one organization and keep what changed. Safe to repeat."""
    del now
    with organization_scope(organization_id):
        settings = queries.settings_of(organization_id=organization_id)
    today = tabulating.today_of(warehouse)
    found = counting.count(warehouse, settings, today=today)
    docs = tabulating.tables(warehouse, today=today)
    docs["lapse"] = {"fixed": settings.lapse_days, "common": found.common_lapse, "today": today.isoformat()}
    with organization_scope(organization_id):
        operations.keep_figures(
            organization_id=organization_id, figures=found.figures(), spans=list(found.spans), as_of=warehouse.as_of
        )
        operations.keep_tables(organization_id=organization_id, docs=docs, as_of=warehouse.as_of)
