"""What of paths is worked out at each refresh and kept for the pages."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from phakdi.insight.kpis import queries as kpis
from phakdi.insight.paths import documents, expressions, looking, operations
from phakdi.insight.paths.core.funnels import Funnel
from phakdi.insight.warehouse.reading import Warehouse
from phakdi.kit.db.scope import organization_scope

SPANS = (30, 90, 365)  # days
WEEK_SECONDS = 7 * 24 * 3600
GAPS = (expressions.VISIT_SECONDS, WEEK_SECONDS)
GROUPS = ("cohort", "store", "product")
LAPSE_DAYS, KEPT_DAYS = 90, 14


def step(organization_id: UUID, warehouse: Warehouse, _now: datetime) -> None:
    """Work out every figure of paths and keep it in the place of the last. Safe to repeat; nothing is kept where it fails."""
    with organization_scope(organization_id):
        lapse_days = kpis.settings_of(organization_id=organization_id).lapse_days or LAPSE_DAYS
    today = warehouse.as_of.astimezone(ZoneInfo(warehouse.time_zone)).date()
    spans = {str(days): {"first": today - timedelta(days=days - 1), "end": today + timedelta(days=1)} for days in SPANS}
    found: dict[str, dict[str, Any]] = {
        "funnel": {name: looking.funnel(warehouse, Funnel(), **span, today=today) for name, span in spans.items()},
        "paths": {
            f"{name}:{gap}": looking.paths(warehouse, **span, gap_seconds=gap) for name, span in spans.items() for gap in GAPS
        },
        "second": {"": looking.second_purchase(warehouse, today=today)}
        | {by: looking.second_purchase_by(warehouse, by, today=today) for by in GROUPS},
        "lost": {"": looking.lost(warehouse, today=today, lapse_days=lapse_days)},
        "rates": {
            name: looking.rates(warehouse, **span, today=today, lapse_days=lapse_days, kept_days=KEPT_DAYS)
            for name, span in spans.items()
        },
        "choices": {"": choices(warehouse) | {"lapse_days": lapse_days}},
    }
    with organization_scope(organization_id):
        for kind, docs in found.items():
            written = {name: documents.write(doc) for name, doc in docs.items()}
            operations.keep(organization_id=organization_id, kind=kind, docs=written, as_of=warehouse.as_of)


def choices(warehouse: Warehouse) -> dict[str, Any]:
    """Return what a funnel's steps can be made of."""
    return {
        "kinds": [row["kind"] for row in warehouse.rows(expressions.kinds(warehouse)) if row["kind"]],
        "levels": [row["level"] for row in warehouse.rows(expressions.levels(warehouse))],
        "templates": [row["template"] for row in warehouse.rows(expressions.templates(warehouse))],
    }
