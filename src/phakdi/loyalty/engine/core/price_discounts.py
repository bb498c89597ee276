"""Discounts that apply by themselves: which do, which would but for another, and what each takes off (R86-R88)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from phakdi.kit.errors import Rejected
from phakdi.loyalty.engine.core import limits
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
    if alone:  # what delivery costs is no offer
        for candidate in found:
            if candidate.worth or candidate.definition.gift is not None:
                work.verdict(candidate.running.key, False, "voucher_stands_alone")
        found = [candidate for candidate in found if not candidate.worth and candidate.definition.gift is None]
    for candidate in _together(work, _of_groups(work, found)):
        _take(work, basket, candidate)


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


def _together(work: Work, found: list[Candidate]) -> list[Candidate]:
    """Return the candidates that apply together: all, the highest or the first; one that stands alone if it gives more."""
    if not found:
        return []
    how = work.program.stacking.discounts
    priced = [candidate for candidate in found if candidate.worth]
    free = [candidate for candidate in found if not candidate.worth]
    chosen = priced
    if priced and how == "first":
        chosen = priced[:1]
    elif priced and how == "highest":
        chosen = [max(priced, key=lambda candidate: candidate.worth)]
    else:
        alone = [candidate for candidate in priced if not candidate.definition.combinable]
        combined = [candidate for candidate in priced if candidate.definition.combinable]
        best = max(alone, key=lambda candidate: candidate.worth, default=None)
        if best is not None:
            chosen = combined if sum(candidate.worth for candidate in combined) > best.worth else [best]
    for candidate in priced:
        if candidate not in chosen:
            work.verdict(candidate.running.key, False, "not_combinable", by=chosen[0].running.key)
    return [candidate for candidate in found if candidate in chosen or candidate in free]


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
