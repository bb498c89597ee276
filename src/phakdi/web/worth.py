"""What points are worth in money: as much as the best of the program's ways to spend them pays."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from phakdi.kit.money import exponent
from phakdi.loyalty.programs.compiled import CompiledProgram


@dataclass(frozen=True, slots=True)
class Worth:
    """So many points are worth ``minor``; ``each_points`` pay ``each_minor`` (0: said by the program without a rate).

    ``from_points`` is how many it takes to spend any.
    """

    minor: int
    each_points: int = 0
    each_minor: int = 0
    from_points: int = 0


def worth_of(program: CompiledProgram, unit: str, points: int, now: datetime | None = None) -> Worth | None:
    """Return what so many points pay, by a plain rate that everybody may use; None where the program knows none.

    What the program itself says a point is worth comes before its rates: it may be more, by way of rewards.
    """
    scale = 10 ** exponent(program.currency)
    if program.units[unit].kind == "credit":
        return Worth(points)
    rates = list(_rates(program, unit, points, scale, now))
    worth = program.document.units[unit].worth
    if worth is not None:
        said = Worth(int(points * worth * scale), 1, int(worth * scale))
        return max([said, *rates], key=lambda each: each.minor)
    return max(rates, key=lambda each: each.minor, default=None)


def _rates(program: CompiledProgram, unit: str, points: int, scale: int, now: datetime | None) -> Iterable[Worth]:
    for running in program.spending:
        rule = running.definition
        if running.unit != unit or not isinstance(rule.pays, Decimal) or rule.of is not None or rule.when is not None:
            continue
        if now is not None and ((running.starts and now < running.starts) or (running.ends and now >= running.ends)):
            continue
        least = rule.minimum.points
        each = int(rule.pays * scale)
        from_points = int(least) if isinstance(least, Decimal | int) else 0
        yield Worth(int(points // rule.points * rule.pays * scale), rule.points, each, from_points)
