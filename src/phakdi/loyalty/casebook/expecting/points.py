"""Points, stamps, credit and lots, as a case expects them."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from phakdi.loyalty.casebook.expecting.view import View, active, number_in, open_lots, points_unit
from phakdi.loyalty.engine.core.state import Lot, MemberState
from phakdi.loyalty.programs.compiled import RunningUnit


def points(view: View, expected: Any) -> Any:
    """Return the points that may be spent; by unit where the case names units."""
    if isinstance(expected, Mapping):
        units = view.program.units
        return {name: _balance(view, view.state, name, told) if name in units else None for name, told in expected.items()}
    return _balance(view, view.state, points_unit(view.program), expected)


def _balance(view: View, state: MemberState, unit: str, expected: Any) -> Decimal:
    """Return what may be spent; where the case expects less than nothing, less what is owed."""
    there, told = active(view, state, unit), number_in(expected)
    wallet = state.wallets.get(unit)
    if told is None or told >= 0 or wallet is None:
        return there
    return there - Decimal(wallet.debt) / view.program.units[unit].scale


def balances(view: View, expected: Any) -> Any:
    """Return the points of each member whom the case names."""
    unit = points_unit(view.program)
    if not isinstance(expected, Mapping):
        return None
    members = view.world.members
    return {name: _balance(view, members[name], unit, told) if name in members else None for name, told in expected.items()}


def pending(view: View, _expected: Any) -> Any:
    """Return the points that wait."""
    unit = points_unit(view.program)
    wallet = view.state.wallets.get(unit)
    return Decimal(wallet.pending if wallet else 0) / view.program.units[unit].scale


def bonus(view: View, _expected: Any) -> Any:
    """Return the promotional points among those that may be spent."""
    return sum(lot.remaining for lot in open_lots(view, points_unit(view.program)) if lot.is_bonus)


def stamps(view: View, expected: Any) -> Any:
    """Return the stamps; by unit or card where the case names them."""
    units = view.units("stamps") or [view.program.units[view.program.main_unit]]
    if isinstance(expected, Mapping):
        return {name: _named(view, name, units) for name in expected}
    return active(view, view.state, units[0].key)


def stars(view: View, _expected: Any) -> Any:
    """Return what the unit ``stars`` holds, or the points where there is none."""
    return active(view, view.state, "stars" if "stars" in view.program.units else points_unit(view.program))


def balance(view: View, _expected: Any) -> Any:
    """Return the money credit of all wallets, in currency units."""
    units = view.units("credit") or [view.program.units[view.program.main_unit]]
    return sum((active(view, view.state, unit.key) for unit in units), Decimal(0))


def wallets(view: View, expected: Any) -> Any:
    """Return what each wallet holds that the case names: by unit, or by pot."""
    if not isinstance(expected, Mapping):
        return None
    units = list(view.program.units.values())
    return {name: _named(view, name, units) for name in expected}


def _named(view: View, name: str, units: Sequence[RunningUnit]) -> Any:
    """Return what a wallet holds that is called by its unit, or by the pot of one."""
    if name in view.program.units:
        return active(view, view.state, name)
    return sum(
        (Decimal(lot.remaining) / unit.scale for unit in units for lot in open_lots(view, unit.key) if lot.pot == name),
        Decimal(0),
    )


def lots(view: View, expected: Any) -> Any:
    """Return open points by their ends, as a list of figures, of mappings with ``points`` and ``until``, or by last day."""
    lots = open_lots(view, points_unit(view.program))
    if isinstance(expected, Mapping):
        found: dict[str, int] = {}
        for lot in lots:
            day = str(_last_day(view, lot) or "never")
            found[day] = found.get(day, 0) + lot.remaining
        return found
    if isinstance(expected, list) and any(isinstance(item, Mapping) for item in expected):
        shape = next(item for item in expected if isinstance(item, Mapping))
        return [{name: _of_lot(view, lot, name) for name in shape} for lot in lots]
    return [lot.remaining for lot in lots] if isinstance(expected, list) else len(lots)


def _of_lot(view: View, lot: Lot, name: str) -> Any:
    if name == "points":
        return lot.remaining
    if name in {"until", "expires"}:
        day = _last_day(view, lot)
        return str(day) if day else None
    return getattr(lot, name, None)


def _last_day(view: View, lot: Lot) -> date | None:
    if lot.expires_at is None:
        return None
    return (lot.expires_at.astimezone(view.program.zone) - timedelta(microseconds=1)).date()
