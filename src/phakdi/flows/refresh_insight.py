"""Bring the warehouse up to date, and after it every figure that is worked out from it."""

import logging
import time
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from phakdi.flows.account_points import account_points
from phakdi.flows.expect_of_members import expect_of_members
from phakdi.flows.measure_campaign import measure_campaigns
from phakdi.flows.organization_trail import note
from phakdi.flows.watch_figures import watch_figures
from phakdi.insight.forecast.refreshing import step as forecast
from phakdi.insight.kpis.refreshing import step as figure
from phakdi.insight.paths.refreshing import step as look_at_paths
from phakdi.insight.products.refreshing import step as look_at_products
from phakdi.insight.recommend.refreshing import step as recommend
from phakdi.insight.warehouse import operations
from phakdi.insight.warehouse.folder import Refreshing
from phakdi.insight.warehouse.operations import Refreshed
from phakdi.insight.warehouse.queries import open_warehouse
from phakdi.insight.warehouse.reading import Warehouse
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.platform.audit.core import Actor
from phakdi.platform.outbox.operations import publish
from phakdi.platform.staff.core import Permission, Place

__all__ = ["STEPS", "Refreshing", "refresh_insight", "request_refresh"]

Step = Callable[[UUID, Warehouse, datetime], None]
Report = Callable[[str, int], None]
REQUESTED = "insight.refresh_requested"
ERROR_MAX = 500
STEPS: tuple[tuple[str, Step], ...] = (
    ("points", account_points),
    ("figures", figure),
    ("lifetime", expect_of_members),
    ("products", look_at_products),
    ("paths", look_at_paths),
    ("recommend", recommend),
    ("forecast", forecast),
    ("campaigns", measure_campaigns),
    ("alerts", watch_figures),
)
log = logging.getLogger(__name__)


def request_refresh(*, place: Place, now: datetime) -> None:
    """Ask a worker to refresh the figures as soon as it can.

    Raises:
        NotAllowed: this person sees no figures.
    """
    place.require(Permission.INSIGHT_READ)
    with organization_scope(place.organization_id):
        publish(organization_id=place.organization_id, topic=REQUESTED, at=now)
        note(
            organization_id=place.organization_id,
            action="insight.refresh_requested",
            subject=("organization", str(place.organization_id)),
            now=now,
            actor=Actor("staff", str(place.staff_id)),
        )


def refresh_insight(*, organization_id: UUID, now: datetime, full: bool = False, report: Report | None = None) -> Refreshed:
    """Refresh the warehouse, then every step; one that fails fails alone, and is shown. Safe to repeat.

    ``report`` is told the name of each step and how many milliseconds it took.

    Raises:
        Refreshing: somebody is at it.
    """
    with operations.only_one(organization_id=organization_id):
        return _refresh_all(organization_id, now, full=full, report=report)


def _refresh_all(organization_id: UUID, now: datetime, *, full: bool, report: Report | None) -> Refreshed:
    steps: list[tuple[str, int, str]] = []
    with organization_scope(organization_id):
        run_id = operations.begin_run(organization_id=organization_id, now=now)
    refreshed, error = None, ""
    try:
        began = time.monotonic()
        refreshed = operations.refresh(organization_id=organization_id, now=now, full=full)
        _note(steps, report, "warehouse", began)
        warehouse = open_warehouse(organization_id)
        for name, step in STEPS:
            _run(steps, report, name, step, organization_id, warehouse, now)
    except BaseException as failure:
        error = f"{type(failure).__name__}: {failure}"[:ERROR_MAX]
        raise
    finally:
        with organization_scope(organization_id):
            operations.end_run(
                organization_id=organization_id, run_id=run_id, now=utc_now(), refreshed=refreshed, steps=steps, error=error
            )
    return refreshed


def _run(
    steps: list[tuple[str, int, str]],
    report: Report | None,
    name: str,
    step: Step,
    organization_id: UUID,
    warehouse: Warehouse,
    now: datetime,
) -> None:
    began = time.monotonic()
    error = ""
    try:
        step(organization_id, warehouse, now)
    except Exception as failure:
        log.exception("step %s of %s failed", name, organization_id)
        error = f"{type(failure).__name__}: {failure}"[:ERROR_MAX]
    _note(steps, report, name, began, error)


def _note(steps: list[tuple[str, int, str]], report: Report | None, name: str, began: float, error: str = "") -> None:
    took = round((time.monotonic() - began) * 1000)
    steps.append((name, took, error))
    if report:
        report(f"{name}: {error}" if error else name, took)
