"""How many points a give makes of what it measures: exact fractions, rounded once at the end (R3)."""

from collections.abc import Iterable
from math import lcm
from typing import Any

from phakdi.loyalty.engine.core.work import Work
from phakdi.loyalty.programs import periods
from phakdi.loyalty.programs.compiled import RunningGive, RunningRule

Fraction = tuple[int, int]  # numerator, denominator > 0: much faster than fractions.Fraction
ZERO: Fraction = (0, 1)
ONE: Fraction = (1, 1)


def rounded(numerator: int, denominator: int, mode: str) -> int:
    """Return the fraction as a whole number: ``floor``, ``ceil``, ``half_up`` or ``half_even``; of what is never negative."""
    if mode == "floor":
        return numerator // denominator
    if mode == "ceil":
        return -(-numerator // denominator)
    whole, rest = divmod(numerator, denominator)
    if mode == "half_up":
        return whole + (2 * rest >= denominator)
    return whole + (2 * rest > denominator or (2 * rest == denominator and whole % 2))


def add(one: Fraction, other: Fraction) -> Fraction:
    """Return the sum."""
    below = lcm(one[1], other[1])
    return one[0] * (below // one[1]) + other[0] * (below // other[1]), below


def times(one: Fraction, other: Fraction) -> Fraction:
    """Return the product."""
    return one[0] * other[0], one[1] * other[1]


def formula(work: Work, give: RunningGive) -> dict[str, Any]:
    """Return the figures of a give for this member and activity, in JSON shapes: a return can work it out again."""
    scale = give.measure.scale
    found: dict[str, Any] = {"scale": scale, "rounding": give.rounding}
    if give.kind == "percent":
        assert give.percent
        numerator, denominator = give.percent(work)
        found["rate"] = [numerator, denominator * 100 * scale]
    else:
        assert give.points
        found["points"] = list(give.points(work))
        if give.per is not None:
            found["per"] = list(give.per(work))
            if give.proportional:
                found["proportional"] = True
    if give.whole:
        found["whole"] = give.whole
    if give.from_above is not None:
        found["above"] = list(give.from_above(work))
    return found


def raw(formula: dict[str, Any], quantity: int) -> Fraction:
    """Return what a formula makes of a quantity, before multipliers and before the last rounding.

    One that is cumulative makes what it makes of all of the period, less what it made of what was there before.
    """
    before = formula.get("after")
    if before is None:
        return _raw(formula, quantity)
    mode = last_rounding(formula)
    return max(rounded(*_raw(formula, before + quantity), mode) - rounded(*_raw(formula, before), mode), 0), 1


def _raw(formula: dict[str, Any], quantity: int) -> Fraction:
    if whole := formula.get("whole"):
        quantity = rounded(quantity, formula["scale"], whole) * formula["scale"]
    if above := formula.get("above"):
        quantity = max(quantity - above[0] // above[1], 0)
    if rate := formula.get("rate"):
        return quantity * rate[0], rate[1]
    points = formula["points"]
    per = formula.get("per")
    if per is None:
        return points[0], points[1]
    if per[0] <= 0:
        return ZERO
    if formula.get("proportional"):
        return quantity * per[1] * points[0], per[0] * points[1]
    return rounded(quantity * per[1], per[0], formula["rounding"]) * points[0], points[1]


def last_rounding(formula: dict[str, Any]) -> str:
    """Return how the points themselves are rounded: whole steps need none but a floor after multipliers."""
    return str(formula["rounding"]) if "rate" in formula or formula.get("proportional") else "floor"


def steps(formula: dict[str, Any], quantity: int) -> tuple[int, int]:
    """Return the full steps in a quantity and what is left over, for a remainder that is carried (R4)."""
    per = formula.get("per")
    if not per or per[0] <= 0:
        return 0, 0
    full = quantity * per[1] // per[0]
    return full, quantity - full * per[0] // per[1]


def combined(factors: Iterable[Fraction], mode: str) -> Fraction:
    """Return several multipliers as one (R10): 2 and 5 make 10 ``compound``, 7 ``additive``, 5 ``highest``."""
    found: Fraction | None = None
    for factor in factors:
        if found is None:
            found = factor
        elif mode == "compound":
            found = times(found, factor)
        elif mode == "additive":
            found = add(found, factor)
        elif factor[0] * found[1] > found[0] * factor[1]:
            found = factor
    return found or ONE


# --- what is left of a step (R4), or was there before ---------------------------------------------------------------------------


def carried(work: Work, rule: RunningRule, number: int) -> int:
    """Return what waits of the last steps of a rule's give, or was measured before in its period, in the units of its measure."""
    return int(work.state.marks.get("carry", {}).get(_place(work, rule, number), 0))


def carry(work: Work, rule: RunningRule, number: int, leftover: int) -> None:
    """Let ``leftover`` (or the sum so far) wait for the next time; what waited in a period that is over is forgotten."""
    waiting, place = work.mark("carry", {}), _place(work, rule, number)
    waiting[place] = leftover
    base = f"{rule.key}:{number}@"
    for name in [name for name in waiting if name.startswith(base) and name < place]:
        del waiting[name]


def _place(work: Work, rule: RunningRule, number: int) -> str:
    name, letter = f"{rule.key}:{number}", rule.carry or rule.cumulative
    return name if letter == "L" else f"{name}@{periods.bucket(letter, work.today)}"
