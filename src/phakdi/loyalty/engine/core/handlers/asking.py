"""Which points an activity speaks of: ``points``, ``stars``, ``stamps``, ``credits``, a unit by its own name, or a wallet."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from phakdi.loyalty.engine.core.work import Work, reject
from phakdi.loyalty.programs.compiled import CompiledProgram

STOPPED = frozenset({"FROZEN", "CLOSED", "MERGED"})
_SPOKEN = frozenset({"points", "stars", "stamps", "credits", "tier_points"})
_KINDS = {"stamps": "stamps", "credits": "credit", "tier_points": "status"}  # said in general, meant of the first unit of a kind


@dataclass(slots=True, frozen=True)
class Asked:
    """So many points (in the unit's whole numbers; None: as many as allowed) of a unit, from or into a pot."""

    unit: str
    points: int | None
    pot: str | None = None


def unit_called(program: CompiledProgram, name: str) -> str | None:
    """Return the unit that is meant by a word of a report, or None."""
    if name in program.units:
        return name
    kind = _KINDS.get(name)
    if kind is not None:
        return next((key for key, unit in program.units.items() if unit.kind == kind), None)
    return _points_unit(program) if name in {"points", "base_points"} else None


def _points_unit(program: CompiledProgram) -> str:
    """Return the unit that plain points are: the main one, or the first of that sort where the main one is another."""
    if program.units[program.main_unit].kind == "points":
        return program.main_unit
    return next((key for key, unit in program.units.items() if unit.kind == "points"), program.main_unit)


def amounts(work: Work) -> Iterator[Asked]:
    """Yield every amount of points that the activity names."""
    program, fields = work.program, work.activity.fields
    home, pot = wallet(work)
    is_of_credits = "credits" in fields and "wallet" in fields and home is not None and program.units[home].kind == "credit"
    seen: set[str] = set()
    for name, value in (*fields.items(), *_named(work)):
        if name not in _SPOKEN and name not in program.units:
            continue
        if not isinstance(value, int) or isinstance(value, bool):
            continue
        unit = _unit_of(program, name, None if is_of_credits and name != "credits" else home)
        if unit not in seen:
            seen.add(unit)
            its_pot = None if is_of_credits and unit != home else pot
            yield Asked(unit, value * _factor(program, name, unit, is_raw="rule" in fields), its_pot)
    if (money := credit(work)) is not None and money.unit not in seen:
        yield money


def _unit_of(program: CompiledProgram, name: str, home: str | None) -> str:
    """Return the unit that an amount called ``name`` is of, where ``home`` was named beside it."""
    if home and (name == "points" or (name == "credits" and program.units[home].kind == "credit")):
        return home
    return unit_called(program, name) or home or program.main_unit


def _factor(program: CompiledProgram, name: str, unit: str, *, is_raw: bool) -> int:
    """Return what makes a plain number of money credit minor units; what rules gave is so already."""
    is_plain = name in {"points", "stars", "stamps"} and name != unit
    return program.units[unit].scale if is_plain and not is_raw else 1


def one(work: Work) -> Asked | None:
    """Return the one amount of points that the activity speaks of, or None."""
    if work.activity.fields.get("points_max"):
        home, pot = wallet(work)
        return Asked(home or unit_called(work.program, "points") or work.program.main_unit, None, pot)
    return next(amounts(work), None)


def _named(work: Work) -> list[tuple[str, Any]]:
    """Return what ``balances`` says by unit, in whole numbers."""
    found: list[tuple[str, Any]] = []
    for name, text in (work.activity.fields.get("balances") or {}).items():
        unit = unit_called(work.program, str(name))
        if unit is None:
            raise reject("unit_unknown", "The program has no such kind of points.", unit=str(name))
        scaled = Decimal(text) * work.program.units[unit].scale
        if scaled != int(scaled):
            raise reject("points_invalid", "Points are whole.", unit=unit)
        found.append((unit, int(scaled)))
    return found


def wallet(work: Work) -> tuple[str | None, str | None]:
    """Return the unit and the pot that ``unit``, ``wallet`` or ``pot`` name."""
    fields, program = work.activity.fields, work.program
    pot, named, unit = fields.get("pot"), fields.get("wallet"), fields.get("unit")
    if named is not None and _number(named) is not None:
        named = None
    if unit is not None and str(unit) not in program.units:
        raise reject("unit_unknown", "The program has no such kind of points.", unit=str(unit))
    if named is None:
        return (str(unit) if unit is not None else None), pot
    if str(named) in program.units:
        return str(named), pot
    with_pots = sorted(
        (key for key, running in program.units.items() if running.pots is not None),
        key=lambda key: program.units[key].pots != "wallet",
    )
    home = unit if unit in with_pots else next((key for key in with_pots if key in fields), with_pots[0] if with_pots else None)
    if home is None:
        raise reject("unit_unknown", "The program has no such kind of points.", unit=str(named))
    return str(home), str(named)


def credit(work: Work) -> Asked | None:
    """Return an amount of money credit: ``wallet`` as a number, or ``amount``."""
    unit = unit_called(work.program, "credits")
    if unit is None:
        return None
    number = _number(work.activity.fields.get("wallet"))
    if number is not None:
        return Asked(unit, int(number * work.program.units[unit].scale))
    home, _ = wallet(work)
    if work.activity.amount is not None and work.activity.kind in {"award", "balance", "migrate"}:
        return Asked(home or unit, work.activity.amount)
    return None


def _number(value: Any) -> Decimal | None:
    try:
        found = Decimal(str(value)) if value is not None and not isinstance(value, bool) else None
    except InvalidOperation:
        return None
    return found if found is not None and found.is_finite() else None


def demand_active(work: Work) -> None:
    """Refuse what a member who is frozen, closed, merged or has left may not do (R125)."""
    status = work.state.profile.status
    if status in STOPPED:
        raise reject("member_stopped", "This member cannot do that now.", status=status)
    if "left" in work.state.marks:
        raise reject("membership_cancelled", "This membership was cancelled.")


def demand_spending(work: Work) -> None:
    """Refuse to take points of a member who is stopped, or whose phone or e-mail was replaced a moment ago."""
    demand_active(work)
    if work.state.profile.is_spending_held(work.at):
        until = work.state.profile.spending_held_until
        assert until is not None, "what is held has an end"
        raise reject("spending_held", "Points cannot be spent yet.", until=until.isoformat())
