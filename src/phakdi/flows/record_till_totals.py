"""Record what stores sold on a day, with and without members."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from phakdi.flows.organization_trail import note
from phakdi.insight.kpis import operations
from phakdi.insight.kpis.operations import TillDay
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Invalid
from phakdi.platform.audit.core import Actor
from phakdi.platform.organizations.queries import stores_of

__all__ = ["TillDay", "record_till_totals"]

ROWS_MAX = 10_000
AMOUNT_MAX = 10**15


def record_till_totals(*, organization_id: UUID, totals: Sequence[TillDay], actor: Actor | None, now: datetime) -> int:
    """Write the totals, over those of the same store and day, and return how many. Safe to repeat.

    Raises:
        Invalid: a store is not known, a day has not come, a number cannot be, or a store and day stand twice; nothing is written.
    """
    if not 1 <= len(totals) <= ROWS_MAX:
        raise Invalid("Between 1 and 10,000 rows at once.", code="till_total_rows", field="totals")
    if len({(each.store, each.day) for each in totals}) < len(totals):
        raise Invalid("A store and day stand twice.", code="till_total_twice", field="totals")
    with organization_scope(organization_id):
        known = {store.code for store in stores_of(organization_id=organization_id)}
        for each in totals:
            _check(each, known, now)
        operations.put_till_totals(organization_id=organization_id, totals=totals, now=now)
        note(
            organization_id=organization_id,
            action="till_totals.recorded",
            subject=("organization", str(organization_id)),
            now=now,
            actor=actor,
            data={"rows": len(totals)},
        )
    return len(totals)


def _check(each: TillDay, known: set[str], now: datetime) -> None:
    if each.store not in known:
        raise Invalid("There is no such store.", code="till_total_store", field="store", store=each.store)
    if not date(2000, 1, 1) <= each.day <= now.date() + timedelta(days=1):
        raise Invalid("This day has not come, or is long ago.", code="till_total_day", field="day", day=each.day.isoformat())
    if not 0 <= each.bills <= AMOUNT_MAX or abs(each.sales_minor) > AMOUNT_MAX:
        raise Invalid("A number of bills is not below zero.", code="till_total_number", field="bills")
