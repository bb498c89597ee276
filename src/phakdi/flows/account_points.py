"""Work out what points cost, what is owed for them and what revenue waits, and close the months that have ended."""

from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from uuid import UUID
from zoneinfo import ZoneInfo

from phakdi.insight.kpis.queries import settings_of
from phakdi.insight.points import operations, queries
from phakdi.insight.points.accounting import account_for
from phakdi.insight.points.core.account import Price
from phakdi.insight.warehouse.reading import Warehouse
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.money import exponent
from phakdi.loyalty.programs.compiled import CompiledProgram
from phakdi.loyalty.programs.queries import NoProgram, version_at
from phakdi.loyalty.programs.weighing import unit_worth


def prices_of(program: CompiledProgram, *, costs: Mapping[str, Fraction] | None = None) -> dict[str, Price]:
    """Return what one point of each kind is worth and costs, in minor units; ``costs`` are the shop's own, else the worth.

    A kind is worth what the program says, else what it pays for; credit is money. Others cost nothing by themselves.
    """
    minor = 10 ** exponent(program.currency)
    found = {}
    for key, unit in program.document.units.items():
        if unit.kind == "credit":
            found[key] = Price(Fraction(1), Fraction(1), is_owed=True)
            continue
        worth = Fraction(unit_worth(program.document, key) or 0) * minor
        found[key] = Price((costs or {}).get(key, worth), worth)
    return found


def account_points(organization_id: UUID, warehouse: Warehouse, now: datetime) -> None:
    """Keep each kind's account as the warehouse shows it. Safe to repeat: closed months stay. Nothing without a program."""
    with organization_scope(organization_id):
        try:
            program = version_at(organization_id=organization_id, at=now)
        except NoProgram:
            return
        prices = prices_of(program, costs=settings_of(organization_id=organization_id).point_costs)
        kept = {unit: queries.closings_of(organization_id=organization_id, unit=unit) for unit in prices}
    today = warehouse.as_of.astimezone(ZoneInfo(warehouse.time_zone)).date()
    found = account_for(warehouse, prices, main=program.main_unit, kept=kept, today=today)
    with organization_scope(organization_id):
        for points in found:
            operations.keep(organization_id=organization_id, points=points, now=now)
