"""A rule that applies to an activity, and how what it would give is worked out."""

from dataclasses import dataclass, field
from typing import Any

from phakdi.loyalty.engine.core import amounts, limits, measuring
from phakdi.loyalty.engine.core.amounts import Fraction
from phakdi.loyalty.engine.core.bills import Bill
from phakdi.loyalty.engine.core.work import Work
from phakdi.loyalty.programs.compiled import RunningGive, RunningRule


@dataclass(slots=True)
class Offer:
    """A rule that applies, with the lines it counts (None: the whole bill) and what it would give."""

    rule: RunningRule
    bill: Bill
    lines: list[int] | None
    parts: list["Part"] = field(default_factory=list)
    extras: list["Part"] = field(default_factory=list)  # of multipliers whose points are of another sort
    raised: dict[str, int] = field(default_factory=dict)  # multiplier -> the extra points of this offer


@dataclass(slots=True)
class Part:
    """The points of one give: as measured, as multiplied."""

    give: RunningGive
    number: int
    formula: dict[str, Any]
    quantity: int
    points: int
    factor: Fraction = amounts.ONE
    leftover: int | None = None
    by: RunningRule | None = None  # the multiplier whose extra points these are


def measured(work: Work, offer: Offer, give: RunningGive, lines: list[int] | None) -> int:
    """Return what a give measures of the lines with these numbers, or of the whole bill."""
    if lines is None:
        return measuring.of_activity(work, give.measure, offer.bill)
    return measuring.of_lines(work, give.measure, offer.bill, lines)


def raw(offer: Offer, give: RunningGive, formula: dict[str, Any], quantity: int) -> Fraction:
    """Return what a formula makes of a quantity, all at once or line by line, before the last rounding."""
    if not give.each_line:
        return amounts.raw(formula, quantity)
    total, left = amounts.ZERO, quantity
    numbers = range(len(offer.bill.lines)) if offer.lines is None else offer.lines
    for number in numbers:
        some = min(measuring.of_line(give.measure, offer.bill, number), left)
        left -= some
        total = amounts.add(total, amounts.raw(formula, some))
    return total


def room(work: Work, rule: RunningRule, of: str, wanted: int) -> tuple[int, str]:
    """Return how much of ``wanted`` the rule may give, and the limit that cuts it; one that refuses the whole leaves nothing."""
    if not rule.limits:
        return wanted, ""
    try:
        allowed, limit = limits.room(work, rule.limits, of, wanted)
    except limits.LimitReached as reached:
        return 0, str(reached.details["limit"])
    return allowed, limit.key if limit else ""
