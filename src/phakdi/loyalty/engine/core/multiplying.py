"""Multipliers: what raises the points of other rules (R10), in whole, for some lines, or as points of their own."""

from phakdi.loyalty.engine.core import amounts
from phakdi.loyalty.engine.core.amounts import Fraction
from phakdi.loyalty.engine.core.offers import Offer, Part, measured, raw, room
from phakdi.loyalty.engine.core.work import Work
from phakdi.loyalty.programs.compiled import RunningRule


def multiply(work: Work, offer: Offer, part: Part, multipliers: list[Offer]) -> None:
    """Raise a part: multipliers of the whole together, those of some lines each on its lines."""
    plain = exact = raw(offer, part.give, part.formula, part.quantity)
    whole: list[tuple[RunningRule, Fraction]] = []
    extra = amounts.ZERO
    for multiplier in multipliers:
        for give in multiplier.rule.gives:
            if give.multiply is None or (give.rules is not None and offer.rule.key not in give.rules):
                continue
            if give.unit and give.unit != part.give.unit:
                continue
            factor = give.multiply(work)
            lines = _shared_lines(offer, multiplier)
            if multiplier.rule.bonus != offer.rule.bonus or multiplier.rule.qualifying != offer.rule.qualifying:
                _add_extra(work, offer, part, multiplier.rule, factor, lines)
            elif lines is None:
                whole.append((multiplier.rule, factor))
            elif lines:
                some = amounts.raw(part.formula, measured(work, offer, part.give, lines))
                more = amounts.times(some, (factor[0] - factor[1], factor[1]))
                extra = amounts.add(extra, more)
                offer.raised[multiplier.rule.key] = more[0] // more[1]
    part.factor = amounts.combined((factor for _, factor in whole), work.program.stacking.multipliers)
    exact = amounts.add(amounts.times(exact, part.factor), extra)
    mode = amounts.last_rounding(part.formula)
    before, part.points = amounts.rounded(*plain, mode), amounts.rounded(*exact, mode)
    for rule, factor in whole:
        more_points = part.points - before
        if rule.limits and more_points > 0:
            part.points = before + room(work, rule, "points", more_points)[0]
        own = amounts.rounded(*amounts.times(plain, factor), mode) - before
        offer.raised[rule.key] = min(own, part.points - before)


def _shared_lines(offer: Offer, multiplier: Offer) -> list[int] | None:
    """Return the lines that both count; None where the multiplier raises all that the offer counts."""
    if multiplier.lines is None:
        return None
    chosen = set(multiplier.lines)
    mine = range(len(offer.bill.lines)) if offer.lines is None else offer.lines
    shared = [number for number in mine if number in chosen]
    return None if len(shared) == len(mine) else shared


def _add_extra(work: Work, offer: Offer, part: Part, multiplier: RunningRule, factor: Fraction, lines: list[int] | None) -> None:
    """Add what a multiplier brings as points of their own: they are promotional, or do not count for the level."""
    quantity = part.quantity if lines is None else measured(work, offer, part.give, lines)
    exact = raw(offer, part.give, part.formula, quantity) if lines is None else amounts.raw(part.formula, quantity)
    share = (max(factor[0] - factor[1], 0), factor[1])
    points = room(work, multiplier, "points", amounts.rounded(*amounts.times(exact, share), "floor"))[0]
    if points:
        offer.extras.append(Part(part.give, part.number, part.formula, quantity, points, share, by=multiplier))
    offer.raised[multiplier.key] = points
