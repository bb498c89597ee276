"""Levels and money, as a case expects them."""

from collections.abc import Callable
from datetime import UTC
from decimal import Decimal
from typing import Any

from phakdi.loyalty.casebook.expecting.view import View, active, listed, points_unit
from phakdi.loyalty.casebook.world import is_called
from phakdi.loyalty.engine.core import levels
from phakdi.loyalty.engine.core.work import Work


def tier(view: View, expected: Any) -> Any:
    """Return the level held, as the case calls it: by its key or one of its names; ``none`` for none."""
    held = view.state.standing.level
    if not held:
        return expected if expected in {None, "none"} else None
    level = view.program.level_by_key.get(held)
    return next((name for name in listed(expected) if level and is_called(held, level.definition.name, name)), held)


def tier_points(view: View, _expected: Any) -> Any:
    """Return the status points, or where a program has none what the first level that asks for a meter looks at."""
    if units := view.units("status"):
        return active(view, view.state, units[0].key)
    for level in view.program.levels:
        for criterion in (level.reach, *(level.reach.any if level.reach else ()), *(level.reach.all if level.reach else ())):
            if criterion is not None and criterion.meter and criterion.window:
                work = Work(view.state, view.program, view.world.now.astimezone(UTC))
                scale = next((meter.measure.scale for meter in view.program.meters if meter.key == criterion.meter), 1)
                return Decimal(levels.quantity(work, criterion)) / scale
    return active(view, view.state, points_unit(view.program))


def money_of(name: str, kinds: frozenset[str] | None, otherwise: Any = None) -> Callable[[View, Any], Any]:
    """Return a reader of a figure that the last step of these kinds told."""

    def read(view: View, _expected: Any) -> Any:
        found = view.last(name, kinds)
        return otherwise if found is None else view.money(found)

    return read


def converted(view: View, _expected: Any) -> Any:
    """Return what partners were given, less what was taken back."""
    return sum(
        (Decimal(str(report.outcome.get("converted") or 0)) for report in view.reports if not report.is_refused), Decimal(0)
    )


def progress(view: View, _expected: Any) -> Any:
    """Return what is left of the last steps and waits for the next time: of the first rule that carries."""
    carried = view.state.marks.get("carry", {})
    for rule in (rule for rules in view.program.rules.values() for rule in rules if rule.carry):
        for number, give in enumerate(rule.gives):
            for name in (rule.key, f"{rule.key}:{number}"):
                found = next((n for n in carried if n == name or n.startswith(f"{name}@")), None)
                if found:
                    return Decimal(carried[found]) / give.measure.scale
    return Decimal(0)
