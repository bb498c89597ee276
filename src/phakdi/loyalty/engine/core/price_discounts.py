"""Discounts that apply by themselves: which do, which would but for another, and what each takes off (R86-R88)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from phakdi.kit.errors import Rejected
from phakdi.loyalty.engine.core import limits
from phakdi.loyalty.engine.core.bills import shares
from phakdi.loyalty.engine.core.price_basket import Applied, Basket, part_of, times_quantity
from phakdi.loyalty.engine.core.work import Work
from phakdi.loyalty.programs.compiled import RunningDiscount
from phakdi.loyalty.programs.document.rules import Discount


@dataclass(slots=True)
class Candidate:
    """A discount that may apply: on which lines, and what it would take off by itself."""

    running: RunningDiscount
    definition: Discount
    numbers: list[int]
    worth: int = 0


def apply(work: Work, basket: Basket, *, alone: bool) -> None:
    """Take off what applies and note why the others do not; ``alone``: a voucher that stands alone was named."""
    found = [candidate for running in work.program.discounts if (candidate := _candidate(work, basket, running))]
    if alone:
        for candidate in found:
            if not _stays_beside(candidate):
                work.verdict(candidate.running.key, False, "voucher_stands_alone")
        found = [candidate for candidate in found if _stays_beside(candidate)]
    for candidate in _together(work, basket, _of_groups(work, found)):
        _take(work, basket, candidate)


def _stays_beside(candidate: Candidate) -> bool:
    """Whether it applies beside a voucher that stands alone: what always does, and what delivery costs, which is no offer."""
    is_offer = candidate.worth or candidate.definition.gift is not None
    return candidate.definition.combinable == "always" or not is_offer


def _candidate(work: Work, basket: Basket, running: RunningDiscount) -> Candidate | None:
    definition = running.definition
    assert isinstance(definition, Discount)
    numbers = basket.matching(running.lines)
    reason = _why_not(work, basket, running, numbers)
    if reason is None:
        candidate = Candidate(running, definition, numbers)
        try:
            candidate.worth = _worth(work, basket, candidate, basket.initial)
        except Rejected as refusal:
            reason = (refusal.code, refusal.details)
        else:
            if candidate.worth or definition.gift is not None or definition.free_shipping or running.shipping_fee is not None:
                return candidate
            reason = ("nothing_to_take_off", {})
    work.verdict(running.key, False, reason[0], **reason[1])
    return None


def _why_not(work: Work, basket: Basket, running: RunningDiscount, numbers: Sequence[int]) -> tuple[str, dict[str, Any]] | None:
    """Return why a discount does not apply, or None."""
    minimum, bill = work.quantity(running.minimum), sum(basket.initial[number] for number in numbers)
    chosen = work.activity.fields.get("choose")
    is_another = chosen != running.key and any(chosen == discount.key for discount in work.program.discounts)
    reasons: tuple[tuple[bool, str, dict[str, Any]], ...] = (
        (running.starts is not None and work.at < running.starts, "not_started", {}),
        (running.ends is not None and work.at >= running.ends, "ended", {}),
        (running.when is not None and not running.when(work), "condition", {}),
        (not numbers, "no_line", {}),
        (bill < minimum, "minimum", {"minimum": minimum, "bill": bill}),
        (is_another, "other_chosen", {"chosen": chosen}),
    )
    return next(((reason, figures) for applies, reason, figures in reasons if applies), None)


def _worth(work: Work, basket: Basket, candidate: Candidate, of: Sequence[int]) -> int:
    """Return what a discount takes off the amounts ``of`` by line, within its cap and limits."""
    running = candidate.running
    there = sum(of[number] for number in candidate.numbers)
    worth = 0
    if running.percent is not None:
        worth += part_of(work, running.percent, there, running.rounding, running.quantum)
    if running.amount is not None:
        lines = [basket.lines[number] for number in candidate.numbers]
        worth += times_quantity(work, running, work.quantity(running.amount), lines)
    if running.cap is not None:
        worth = min(worth, work.quantity(running.cap))
    worth = min(worth, there, basket.rest)
    limits.demand(work, running.limits, "uses", 1)
    for what in ("amount", "value"):
        worth, _ = limits.room(work, running.limits, what, worth)
    return worth


def _of_groups(work: Work, found: list[Candidate]) -> list[Candidate]:
    """Return the candidates; of each group only the one that the program lets win."""
    mode = work.program.stacking.groups
    winners: dict[str, Candidate] = {}
    for candidate in found:
        group = candidate.definition.group
        if group is None:
            continue
        best = winners.get(group)
        if (
            best is None
            or (mode == "highest" and candidate.worth > best.worth)
            or (mode == "lowest" and candidate.worth < best.worth)
        ):
            winners[group] = candidate
    kept = []
    for candidate in found:
        winner = winners.get(candidate.definition.group or "")
        if winner is None or winner is candidate:
            kept.append(candidate)
        else:
            work.verdict(candidate.running.key, False, "other_of_group", by=winner.running.key)
    return kept


def _together(work: Work, basket: Basket, found: list[Candidate]) -> list[Candidate]:
    """Return the candidates that apply together: all, the highest or the first; those that stand alone if they give more."""
    always = [candidate for candidate in found if not candidate.worth or candidate.definition.combinable == "always"]
    rivals = [candidate for candidate in found if candidate not in always]
    if work.program.stacking.scope == "line" and work.program.stacking.discounts != "all":
        return [candidate for candidate in found if candidate in [*always, *_by_line(work, basket, rivals)]]
    how, chosen = work.program.stacking.discounts, rivals
    if rivals and how == "first":
        chosen = rivals[:1]
    elif rivals and how == "highest":
        chosen = [max(rivals, key=_worth_of)]
    else:
        alone = [candidate for candidate in rivals if candidate.definition.combinable is False]
        combined = [candidate for candidate in rivals if candidate.definition.combinable]
        if alone:
            best = max(alone, key=_worth_of)
            chosen = combined if sum(candidate.worth for candidate in combined) > best.worth else [best]
    for candidate in rivals:
        if candidate not in chosen:
            work.verdict(candidate.running.key, False, "not_combinable", by=chosen[0].running.key)
    return [candidate for candidate in found if candidate in chosen or candidate in always]


def _worth_of(candidate: Candidate) -> int:
    return candidate.worth


def _by_line(work: Work, basket: Basket, rivals: list[Candidate]) -> list[Candidate]:
    """Part the lines among the candidates: each line takes the one that gives it most, or the first (R86)."""
    on_line: dict[int, list[tuple[int, int]]] = {}  # line -> what each candidate would take off it
    for place, candidate in enumerate(rivals):
        parts = shares(candidate.worth, [basket.initial[number] for number in candidate.numbers])
        for number, part in zip(candidate.numbers, parts, strict=True):
            on_line.setdefault(number, []).append((part if work.program.stacking.discounts == "highest" else 0, -place))
    winners = {number: -max(offers)[1] for number, offers in on_line.items()}
    for place, candidate in enumerate(rivals):
        candidate.numbers = [number for number in candidate.numbers if winners[number] == place]
        if not candidate.numbers:
            work.verdict(candidate.running.key, False, "not_combinable")
    return [candidate for candidate in rivals if candidate.numbers]


def _take(work: Work, basket: Basket, candidate: Candidate) -> None:
    running, definition = candidate.running, candidate.definition
    key = running.key
    of = basket.initial if work.program.stacking.percent_of == "initial" else basket.running
    worth = _worth(work, basket, candidate, of)
    taken = basket.take("discount", key, worth, candidate.numbers)
    if definition.free_shipping:
        basket.charge_shipping(key, 0)
    elif running.shipping_fee is not None:
        basket.charge_shipping(key, work.quantity(running.shipping_fee))
    if definition.gift is not None:
        basket.gifts.append({"rule": key, "item": definition.gift})
        basket.applied.append(Applied("gift", key))
    work.verdict(key, True, "applied", amount=taken)
