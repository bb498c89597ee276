"""What expectations look at, and the small readings that several of them share."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from phakdi.loyalty.casebook.results import StepReport
from phakdi.loyalty.casebook.world import World
from phakdi.loyalty.engine.core.state import Lot, MemberState
from phakdi.loyalty.programs.compiled import CompiledProgram, RunningUnit


@dataclass(slots=True, frozen=True)
class View:
    """What expectations look at: the program, the member that is meant, everybody, and what the steps reported."""

    world: World
    state: MemberState
    reports: Sequence[StepReport]

    @property
    def program(self) -> CompiledProgram:
        """The program that is tried."""
        return self.world.program

    def money(self, minor: int) -> Decimal:
        """Return minor units as currency units."""
        return Decimal(minor) / 10**self.program.exponent

    def last(self, name: str, kinds: frozenset[str] | None = None) -> Any:
        """Return what the last step that was not refused and says ``name`` said about it; None where none did."""
        for report in reversed(self.reports):
            if not report.is_refused and (kinds is None or report.verb in kinds) and report.outcome.get(name) is not None:
                return report.outcome[name]
        return None

    def units(self, *kinds: str) -> list[RunningUnit]:
        """Return the program's kinds of points of these sorts."""
        return [unit for unit in self.program.units.values() if unit.kind in kinds]


def points_unit(program: CompiledProgram) -> str:
    """Return the unit that ``points`` means: the main one, or the first of kind points where the main one is another."""
    if program.units[program.main_unit].kind == "points":
        return program.main_unit
    return next((key for key, unit in program.units.items() if unit.kind == "points"), program.main_unit)


def active(view: View, state: MemberState, unit: str) -> Decimal:
    """Return what a member may spend of a unit; of money credit in currency units."""
    wallet = state.wallets.get(unit)
    return Decimal(wallet.active if wallet else 0) / view.program.units[unit].scale


def open_lots(view: View, unit: str) -> list[Lot]:
    """Return the lots that may be spent, the one that ends first before the others."""
    lots = [lot for lot in view.state.lots.values() if lot.unit == unit and lot.remaining > 0 and not lot.is_pending]
    return sorted(lots, key=lambda lot: (lot.expires_at is None, lot.expires_at or lot.earned_at, lot.earned_at, lot.id))


def number_in(value: Any) -> Decimal | None:
    """Return a number or a text of one as a number, else None."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def listed(value: Any) -> list[Any]:
    """Return a list as it is, and a single value as a list of one."""
    return list(value) if isinstance(value, list) else [value]
