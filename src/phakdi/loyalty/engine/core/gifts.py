"""What a rule gives, booked: points to the member or to somebody else, vouchers, levels, attributes, items."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from phakdi.loyalty.engine.core import amounts, levels, measuring, meters, moves, rights
from phakdi.loyalty.engine.core.bills import Bill
from phakdi.loyalty.engine.core.offers import Part
from phakdi.loyalty.engine.core.state import Caused
from phakdi.loyalty.engine.core.work import Work
from phakdi.loyalty.programs.compiled import RunningGive, RunningRule

VOUCHERS_MAX = 100  # of one give at once


def give_points(work: Work, rule: RunningRule, bill: Bill, lines: list[int] | None, part: Part, points: int) -> int:
    """Give the points of a part and return how many the balance cap let through; remember what a return needs."""
    giver = part.by or rule
    figures = _figures(part)
    if is_for_other(work, rule):
        _cause(work, giver, part.give.unit, points, _weights(bill, lines))
        return points
    granted = moves.grant(
        work, part.give.unit, points, rule=giver, reason="multiplied" if part.by else "earned", params=figures,
        pot=part.give.pot or None, expires=giver.expires,
    )  # fmt: skip
    if granted is None:
        return 0
    counted = meters.count_points(work, part.give.unit, granted.points, is_bonus=granted.lot.is_bonus) if giver.qualifying else []
    earned = work.outcome.setdefault("earned", {})
    earned[part.give.unit] = earned.get(part.give.unit, 0) + granted.points
    if work.order_doc is not None:
        row = {
            "entry": str(granted.entry.id), "lot": str(granted.lot.id), "unit": part.give.unit, "points": granted.points,
            "rule": rule.key, "back": 0, "weights": _weights(bill, lines), "meters": counted,
        }  # fmt: skip
        if work.program.refunds.recover == "recompute":
            row |= {"formula": part.formula, "quantity": part.quantity, "factor": list(part.factor)}
        work.order_doc.setdefault("earned", []).append(row)
    return granted.points


def _figures(part: Part) -> dict[str, Any]:
    found: dict[str, Any] = {"quantity": part.quantity, "of": part.give.measure.source, **part.formula}
    if part.factor != amounts.ONE:
        found["factor"] = list(part.factor)
    return found


def _weights(bill: Bill, lines: list[int] | None) -> dict[str, int]:
    """Return what each counted line adds to what earned, by its name: the measure of a return (R38)."""
    nets, names = bill.nets, bill.names
    if lines is None:
        if len(nets) == 1:
            return {names[0]: nets[0] or 1}
        found = dict(zip(names, nets, strict=True))
    else:
        found = {names[number]: nets[number] for number in lines}
    return found if any(found.values()) else dict.fromkeys(found, 1)


def _cause(work: Work, rule: RunningRule, unit: str, points: int, weights: dict[str, int]) -> None:
    """Let somebody else get the points, through the outbox; a return of the order takes them back from there (R95)."""
    member_id = other_member(work, rule.to)
    assert member_id is not None
    fields = {"points": points, "unit": unit, "rule": rule.key, "reason": rule.to, "friend": str(work.state.member_id)}
    work.caused.append(Caused(member_id, "award", work.at, fields, work.activity.ref))
    if work.order_doc is not None and work.activity.ref:
        row = {"member": str(member_id), "unit": unit, "points": points, "rule": rule.key, "back": 0, "weights": weights}
        work.order_doc.setdefault("caused", []).append(row)


def _cause_vouchers(work: Work, rule: RunningRule, give: RunningGive, count: int) -> bool:
    """Let somebody else get vouchers, through the outbox; False where there is nobody."""
    member_id = other_member(work, rule.to)
    if member_id is None:
        return False
    fields: dict[str, Any] = {"voucher": give.voucher, "count": min(count, VOUCHERS_MAX), "rule": rule.key, "reason": rule.to}
    fields["friend"] = str(work.state.member_id)
    if give.value is not None:
        fields["value"] = str(Decimal(work.quantity(give.value)).scaleb(-work.program.exponent))
    work.caused.append(Caused(member_id, "grant_voucher", work.at, fields, work.activity.ref))
    return True


def is_for_other(work: Work, rule: RunningRule) -> bool:
    """Whether what a rule gives goes to somebody else than the member who did it."""
    return rule.to != "member" and other_member(work, rule.to) != work.state.member_id


def other_member(work: Work, to: str) -> UUID | None:
    """Return who gets what goes to the referrer, the household's head or the friend; None where there is nobody.

    The friend is the one whom the activity names; else the member, where somebody had brought them.
    """
    marks = work.state.marks
    friend = work.activity.fields.get("friend") or (work.state.member_id if "referred_by" in marks else None)
    found = friend if to == "friend" else marks.get("referred_by" if to == "referrer" else "household")
    try:
        return UUID(str(found)) if found else None
    except ValueError:
        return None


def give_other(work: Work, rule: RunningRule, number: int, bill: Bill, lines: list[int] | None) -> bool:
    """Give what the rule's give of that number says, which is not points; False where it comes to nothing."""
    give = rule.gives[number]
    if give.kind == "level":
        levels.set_level(work, give.level, reason="given", assigned=True)
        return True
    if give.kind == "set":
        for name, value in give.set.items():
            work.state.marks[f"set:{name}"] = value
        return True
    count = _count(work, rule, number, bill, lines)
    if give.kind == "voucher" and count and is_for_other(work, rule):
        return _cause_vouchers(work, rule, give, count)
    if give.kind == "voucher":
        for _ in range(min(count, VOUCHERS_MAX)):
            value = None if give.value is None else work.quantity(give.value)
            voucher = rights.issue(work, give.voucher, value=value, rule=rule.key)
            if work.order_doc is not None:
                work.order_doc.setdefault("given", []).append(str(voucher.id))
        work.outcome.setdefault("vouchers", []).extend([give.voucher] * count)
    elif count:
        work.outcome.setdefault("items", []).extend([{"item": give.item, "rule": rule.key}] * min(count, VOUCHERS_MAX))
        work.fact("item.given", rule=rule.key, count=count)
    return count > 0


def _count(work: Work, rule: RunningRule, number: int, bill: Bill, lines: list[int] | None) -> int:
    """Return how many vouchers or items: so many for each step of what is measured, or once."""
    give = rule.gives[number]
    count = work.quantity(give.count, 1)
    if give.per is None:
        return count
    numerator, denominator = give.per(work)
    if lines is None:
        quantity = measuring.of_activity(work, give.measure, bill)
    else:
        quantity = measuring.of_lines(work, give.measure, bill, lines)
    if numerator <= 0:
        return 0
    if rule.cumulative:
        before = amounts.carried(work, rule, number)
        amounts.carry(work, rule, number, before + quantity)
        above = work.quantity(give.from_above)
        return count * sum(
            sign * (max(x - above, 0) * denominator // numerator) for sign, x in ((1, before + quantity), (-1, before))
        )
    if not rule.carry:
        return count * (quantity * denominator // numerator)
    quantity += amounts.carried(work, rule, number)
    steps = quantity * denominator // numerator
    amounts.carry(work, rule, number, quantity - steps * numerator // denominator)
    return count * steps
