"""The step of the nightly refresh: fit, judge, score, and keep what is expected of each member."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np

from phakdi.insight.lifetime import documents, expressions, operations, queries, reckoning
from phakdi.insight.lifetime.core import churn
from phakdi.insight.lifetime.reckoning import Reckoned, Settings, Whole
from phakdi.insight.warehouse.reading import Warehouse
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.ids import new_id
from phakdi.people.traits import operations as traits
from phakdi.people.traits.core import LIFETIME
from phakdi.people.traits.queries import kept_values


def refresh(organization_id: UUID, warehouse: Warehouse, now: datetime, settings: Settings) -> None:
    """Work out everything of one organization from its warehouse and keep it; safe to repeat."""
    found = reckon(organization_id, warehouse, settings)
    run_id = new_id()
    with organization_scope(organization_id):
        operations.keep_run(
            organization_id=organization_id,
            run_id=run_id,
            as_of=expressions.day_of(found.members.as_of),
            doc=documents.run_document(found),
            lists=documents.lists_of(found),
            now=now,
        )
        rows = reckoning.trait_rows(found)
        traits.write_traits(organization_id=organization_id, source=LIFETIME, run_id=run_id, rows=rows, now=now)
        traits.forget_old(organization_id=organization_id, source=LIFETIME, now=now)


def reckon(organization_id: UUID, warehouse: Warehouse, settings: Settings) -> Reckoned:
    """Return everything that follows from the warehouse, and from the classes and cut points so far."""
    today = warehouse.as_of.astimezone(ZoneInfo(warehouse.time_zone)).date()
    members = expressions.members_of(warehouse, as_of=today, horizon=settings.horizon)
    gaps = expressions.gap_counts(warehouse, as_of=today)
    costs = expressions.costs_of(warehouse, point_costs=settings.point_costs, contact_minor=settings.contact_minor)
    extra = expressions.extra_margin_of(warehouse, margin=settings.margin, margins=settings.margins)
    with organization_scope(organization_id):
        before = queries.latest_run(organization_id=organization_id)
        kept = {str(member_id): risk for member_id, risk in kept_values(organization_id=organization_id, name="churn_risk")}
    ids = members.ids.to_pylist()
    places = {name: place for place, name in enumerate(churn.CLASSES)}
    risk_before: Whole = np.array([places.get(kept.get(each, ""), churn.NONE_BEFORE) for each in ids], dtype=np.int64)
    spent: Whole = np.array([costs.get(each, 0) for each in ids], dtype=np.int64)
    more: Whole = np.array([extra.get(each, 0) for each in ids], dtype=np.int64)
    cutting = before.cutting if before else None
    return reckoning.reckon(members, gaps, settings=settings, risk_before=risk_before, cutting=cutting, costs=spent, extra=more)
