"""What of a bill earns (R5): the amounts a program excludes are taken off, spread over the lines so that they add up."""

from collections.abc import Mapping, Sequence
from typing import Any

from phakdi.loyalty.engine.core.state import Activity, Line
from phakdi.loyalty.programs.document.rules import Base


class Bill:
    """An activity's money under one base, in minor units.

    ``net`` is what earns and ``gross`` the amount as reported. ``lines`` are the reported ones, plus one without a name
    for what no line explains; an activity without lines is one line that carries the activity's own fields.
    """

    __slots__ = ("_activity", "_base", "_lines", "_names", "_nets", "gross", "net")

    def __init__(self, activity: Activity, base: Base) -> None:
        self._activity, self._base = activity, base
        self._lines: tuple[Line, ...] | None = None
        self._nets: list[int] | None = None
        self._names: list[str] | None = None
        amount = activity.amount
        if amount is None:
            amount = sum([line.amount for line in activity.lines])
        self.gross = amount
        off = _taken_off(activity, base) if activity.fields or activity.lines or base.tax_percent else 0
        self.net = max(amount - off, 0)

    @property
    def fields(self) -> Mapping[str, Any]:
        """The fields of the activity."""
        return self._activity.fields

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines of the bill; never empty."""
        if self._lines is None:
            self._lines = _lines_of(self._activity, self.gross)
        return self._lines

    @property
    def names(self) -> list[str]:
        """What each line is called: its id, else its product, else its place; no two alike."""
        if self._names is None:
            self._names = found = []
            for number, line in enumerate(self.lines):
                name = line.id or line.product or f"#{number}"
                found.append(name if name not in found else f"{name}#{number}")
        return self._names

    @property
    def paid(self) -> int:
        """What was paid for the whole, points and vouchers worth money included: the measure of returns."""
        fields = self._activity.fields
        return max(self.gross - int(fields.get("discount") or 0) - int(fields.get("other_discount") or 0), 0)

    @property
    def paid_by_line(self) -> list[int]:
        """What was paid for each line; together ``paid``."""
        if len(self.lines) == 1:
            return [self.paid]
        return shares(self.paid, [max(line.amount - _own_discount(line), 0) for line in self.lines])

    @property
    def nets(self) -> list[int]:
        """What of each line earns; together ``net``."""
        if self._nets is None:
            self._nets = self._spread()
        return self._nets

    def _spread(self) -> list[int]:
        lines = self.lines
        if len(lines) == 1:
            return [self.net]
        own = [_own_discount(line) if self._base.discounts == "exclude" else 0 for line in lines]
        rests = [max(line.amount - taken, 0) for line, taken in zip(lines, own, strict=True)]
        return shares(min(self.net, sum(rests)), rests)


def shares(total: int, weights: Sequence[int]) -> list[int]:
    """Return ``total`` parted by ``weights`` in whole numbers that add up: each running sum is rounded half up."""
    whole = sum(weights)
    if whole <= 0:
        return [0] * len(weights)
    found, seen, given = [], 0, 0
    for weight in weights:
        seen += weight
        upto = (2 * total * seen + whole) // (2 * whole)
        found.append(upto - given)
        given = upto
    return found


def _own_discount(line: Line) -> int:
    return int(line.fields.get("discount") or 0) if line.fields else 0


def _taken_off(activity: Activity, base: Base) -> int:
    fields = activity.fields
    off = 0
    if base.discounts == "exclude":
        discount = fields.get("discount")
        off += sum([_own_discount(line) for line in activity.lines]) if discount is None else discount
    if base.other_discounts == "exclude":
        off += fields.get("other_discount") or 0
    if base.points_paid == "exclude":
        off += fields.get("points_value") or 0
    if base.vouchers == "exclude":
        off += fields.get("voucher_discount") or 0
    if base.shipping == "exclude":
        off += shipping_inside(activity)
    if base.tax == "exclude":
        off += _tax_inside(activity, base, max((activity.amount or 0) - off, 0))
    return int(off)


def _tax_inside(activity: Activity, base: Base, paid: int) -> int:
    """Return the tax in a bill: as told, or worked out of what was paid where that includes it, rounded half up."""
    told = activity.fields.get("tax")
    if told is not None or base.tax_percent is None or activity.fields.get("vat_included") is False:
        return int(told or 0)
    numerator, denominator = base.tax_percent.as_integer_ratio()
    whole = 100 * denominator + numerator
    return (2 * paid * numerator + whole) // (2 * whole)


def shipping_inside(activity: Activity) -> int:
    """Return the fee for delivery as far as it is part of the amount.

    Lines that add up to the amount leave no room for it. Without lines a ``delivery_fee`` is part of the bill, and
    ``shipping`` stands beside it.
    """
    fields, lines, amount = activity.fields, activity.lines, activity.amount
    fee = fields.get("delivery_fee") or fields.get("shipping") or 0
    fee = fee if isinstance(fee, int) else 0  # ``shipping`` may be declared as a way of sending
    if not fee or amount is None:
        return 0
    if lines:
        return max(min(fee, amount - sum([line.amount for line in lines])), 0)
    return min(fee, amount) if fields.get("delivery_fee") else 0


def _lines_of(activity: Activity, gross: int) -> tuple[Line, ...]:
    if not activity.lines:
        fields = activity.fields
        category = str(fields.get("category") or fields.get("cat") or "")
        return (Line("", gross, str(fields.get("product") or ""), category, fields=fields),)
    rest = gross - sum([line.amount for line in activity.lines]) - shipping_inside(activity)
    return (*activity.lines, Line("", rest)) if rest > 0 else activity.lines
