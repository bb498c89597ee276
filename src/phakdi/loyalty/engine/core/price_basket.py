"""A basket while it is priced: what is still to pay of each line, and what was taken off by whom."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from phakdi.kit.money import Rounding, round_div
from phakdi.loyalty.engine.core.bills import shares, shipping_inside
from phakdi.loyalty.engine.core.state import Activity, Line
from phakdi.loyalty.engine.core.work import Work
from phakdi.loyalty.programs.compiled import Ratio, RunningDiscount, Test

_MODES: dict[str, Rounding] = {"floor": "floor", "ceil": "ceil", "half_up": "half_up", "half_even": "half_even"}


@dataclass(slots=True, frozen=True)
class Applied:
    """Something that applied: ``discount``, ``voucher``, ``shipping`` or ``gift``, and what it took off each line."""

    kind: str
    key: str
    amount: int = 0
    lines: Mapping[str, int] = field(default_factory=dict)
    voucher_id: UUID | None = None


class Basket:
    """The lines of a bill, plus one for what no line explains; ``initial`` is what is to pay of each at first.

    The fee for delivery inside the amount is a line too, the last one: it is to pay, but no discount is for it.

    ``given`` was taken off by the reporter's own discounts, ``outside`` is that together with ``other_discount``, by line.
    """

    def __init__(self, work: Work, activity: Activity) -> None:
        self.work = work
        self.amount = sum(line.amount for line in activity.lines) if activity.amount is None else activity.amount
        fee = shipping_inside(activity)
        self.lines = _lines(activity, self.amount, fee)
        self._goods = len(self.lines) - (1 if fee else 0)
        goods = self.lines[: self._goods]
        own = [int(line.fields.get("discount") or 0) for line in goods] if activity.lines else [0]
        said = activity.fields.get("discount")
        self.given = min(sum(own) if said is None else int(said), self.amount)
        after_own = [max(line.amount - taken, 0) for line, taken in zip(goods, own, strict=True)]
        left = max(self.amount - self.given, 0)
        other = min(int(activity.fields.get("other_discount") or 0), left)
        fees = [min(fee, left - other)] if fee else []
        of_goods = left - other - sum(fees)
        self.initial = [*shares(of_goods, after_own if sum(after_own) else [line.amount for line in goods]), *fees]
        self.outside = [line.amount - to_pay for line, to_pay in zip(self.lines, self.initial, strict=True)]
        self.running = list(self.initial)
        self.applied: list[Applied] = []
        self.gifts: list[dict[str, Any]] = []
        self._parts: list[tuple[str, list[int]]] = []
        told = (activity.fields.get(name) for name in ("shipping", "delivery_fee"))
        self.shipping: int | None = next((fee for fee in told if isinstance(fee, int)), None)

    @property
    def bill(self) -> int:
        """What the basket comes to before the program takes anything off."""
        return sum(self.initial)

    @property
    def rest(self) -> int:
        """What is still to pay."""
        return sum(self.running)

    def matching(self, test: Test | None) -> list[int]:
        """Return the numbers of the lines of goods for which ``test`` holds."""
        if test is None:
            return list(range(self._goods))
        before, found = self.work.line, []
        for number, line in enumerate(self.lines[: self._goods]):
            self.work.line = line
            if test(self.work):
                found.append(number)
        self.work.line = before
        return found

    def take(
        self, kind: str, key: str, total: int, numbers: Sequence[int], *, voucher_id: UUID | None = None, exact: bool = False
    ) -> int:
        """Take ``total`` off the lines ``numbers`` in proportion to what is to pay of them, and return what could be taken."""
        there = [self.running[number] for number in numbers]
        total = min(total, sum(there))
        parts = [0] * len(self.lines)
        for number, part in zip(numbers, shares(total, there), strict=True):
            parts[number] = part
            self.running[number] -= part
        named = {self.lines[number].id: part for number, part in enumerate(parts) if part}
        if total or exact:
            self.applied.append(Applied(kind, key, total, named, voucher_id))
            self._parts.append((kind, parts))
        return total

    def total(self, kind: str) -> int:
        """Return all that things of ``kind`` took off."""
        return sum(applied.amount for applied in self.applied if applied.kind == kind)

    def parts_of(self, *kinds: str) -> list[int]:
        """Return what things of ``kinds`` took off each line."""
        rows = [parts for kind, parts in self._parts if kind in kinds]
        return [sum(column) for column in zip(*rows, strict=True)] if rows else [0] * len(self.lines)

    def of_voucher(self, key: str, voucher_id: UUID | None) -> int:
        """Return what one voucher took off."""
        return sum(a.amount for a in self.applied if a.kind == "voucher" and (a.key, a.voucher_id) == (key, voucher_id))

    def spread_over(self, total: int) -> list[int]:
        """Return ``total`` spread over what is still to pay of each line."""
        return shares(total, self.running)

    def charge_shipping(self, key: str, fee: int) -> None:
        """Let delivery cost ``fee`` at most."""
        self.shipping = fee if self.shipping is None else min(self.shipping, fee)
        self.applied.append(Applied("shipping", key))


def _lines(activity: Activity, amount: int, fee: int) -> tuple[Line, ...]:
    delivery = (Line("", fee),) if fee else ()
    if not activity.lines:
        fields = activity.fields
        goods = Line("", amount - fee, str(fields.get("product") or ""), str(fields.get("category") or ""), fields=fields)
        return (goods, *delivery)
    rest = amount - fee - sum(line.amount for line in activity.lines)
    return (*activity.lines, *((Line("", rest),) if rest > 0 else ()), *delivery)


def part_of(work: Work, ratio: Ratio, whole: int, rounding: str, quantum: int = 1) -> int:
    """Return ``ratio`` percent of ``whole``, rounded to a multiple of ``quantum``."""
    numerator, denominator = ratio(work)
    return max(round_div(whole * numerator, denominator * 100 * quantum, _MODES[rounding]) * quantum, 0)


def times_quantity(work: Work, running: RunningDiscount, amount: int, lines: Iterable[Line]) -> int:
    """Return an amount, or that amount for each of the quantity that it is meant for (ten cents off each gallon)."""
    if not running.of:
        return amount
    quantity = quantity_of(work, running.of, lines)
    if running.at_most is not None:
        quantity = min(quantity, work.quantity(running.at_most))
    return round_div(amount * quantity, work.program.scale_of(running.of), _MODES[running.rounding])


def quantity_of(work: Work, field_name: str, lines: Iterable[Line]) -> int:
    """Return a quantity as the whole activity tells it, else as ``lines`` tell it together; in its scaled units."""
    told = work.activity.fields.get(field_name)
    if told is not None:
        return int(told)
    return sum(int(line.fields.get(field_name) or 0) for line in lines)
