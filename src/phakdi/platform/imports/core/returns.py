"""Goods that came back without a word of the order they were bought with: matched to the newest orders that had them.

A return takes from the member's earlier orders of the same product, the newest first, until its quantity is covered; one
line may so give back parts of several orders. What nothing covers is rejected, never dropped. Where a file has no
products, amounts take the place of quantities.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from phakdi.platform.imports.core.orders import OrderLine, Purchase, Reject, Return

NOT_COVERED, COVERED_IN_PART, NOTHING_RETURNED = "return_not_covered", "return_covered_in_part", "return_of_nothing"


@dataclass(slots=True)
class Bought:
    """A line of an earlier order, and how much of it was not given back yet. ``line_id`` is empty for a whole order."""

    of: str
    at: datetime
    line_id: str
    product: str
    quantity: int
    amount: int
    taken: int = 0

    def take(self, quantity: int) -> int:
        """Take up to ``quantity`` out of what is left and return the amount that belongs to it.

        Amounts are rounded half up on what was given back in total, so that a whole line gives back its whole amount.
        """
        before = self._share(self.taken)
        self.taken += quantity
        return self._share(self.taken) - before

    @property
    def left(self) -> int:
        """What may still be given back."""
        return self.quantity - self.taken

    def _share(self, quantity: int) -> int:
        return (2 * self.amount * quantity + self.quantity) // (2 * self.quantity)


@dataclass(slots=True)
class _Taken:
    """What one return gives back of one order."""

    refund: Purchase
    lines: dict[str, OrderLine]


def match_returns(
    orders: Iterable[Purchase], *, earlier: Sequence[Bought] = (), purchase: str, refund: str
) -> tuple[list[Purchase], list[Reject]]:
    """Return what one member did with every return as refunds of the orders it gives back, by time, and what was rejected.

    ``orders`` come by time. ``earlier`` are lines bought before this file, the oldest first. ``purchase`` and ``refund``
    name the kinds of activity.
    """
    shelf: dict[str, list[Bought]] = {}
    for bought in earlier:
        shelf.setdefault(bought.product, []).append(bought)
    matched: list[Purchase] = []
    rejects: list[Reject] = []
    for order in orders:
        if isinstance(order, Return):
            refunds, refused = _give_back(order, shelf, refund)
            matched += refunds
            rejects += refused
        else:
            matched.append(order)
            if order.kind == purchase:
                _put_up(order, shelf)
    return matched, rejects


def _put_up(order: Purchase, shelf: dict[str, list[Bought]]) -> None:
    for line in order.lines:
        shelf.setdefault(line.product, []).append(
            Bought(order.number, order.at, line.id, line.product, line.quantity, line.amount)
        )
    if not order.lines:
        shelf.setdefault("", []).append(Bought(order.number, order.at, "", "", order.amount, order.amount))


def _give_back(back: Return, shelf: dict[str, list[Bought]], kind: str) -> tuple[list[Purchase], list[Reject]]:
    taken: dict[str, _Taken] = {}
    rejects: list[Reject] = []
    lines = back.lines or [OrderLine("", "", "", back.amount, back.amount, back.rows[0])]
    for line in lines:
        missing = line.quantity
        if missing <= 0:
            rejects.append(Reject(line.line, NOTHING_RETURNED, "quantity"))
            continue
        for bought in _candidates(shelf.get(line.product, ()), back):
            part = min(missing, bought.left)
            _note(taken, back, line, bought, part, kind)
            missing -= part
            if not missing:
                break
        if missing:
            code = NOT_COVERED if missing == line.quantity else COVERED_IN_PART
            rejects.append(Reject(line.line, code, "quantity", {"product": line.product, "missing": missing}))
    return [done.refund for done in taken.values()], rejects


def _candidates(bought: Iterable[Bought], back: Return) -> Iterable[Bought]:
    """Yield the lines that may cover a return, the newest first; only those of the order that it names, where it does."""
    for line in reversed(list(bought)):
        if line.left > 0 and (not back.of or line.of == back.of):
            yield line


def _note(taken: dict[str, _Taken], back: Return, line: OrderLine, bought: Bought, quantity: int, kind: str) -> None:
    amount = bought.take(quantity)
    done = taken.get(bought.of)
    if done is None:
        number = f"{back.number}/{bought.of}"
        refund = Purchase(number, back.member, back.at, kind, back.store, back.channel, back.tender, bought.of, back.fields)
        done = taken[bought.of] = _Taken(refund, {})
    done.refund.amount += amount
    if line.line not in done.refund.rows:
        done.refund.rows.append(line.line)
    if not bought.line_id:
        return
    if again := done.lines.get(bought.line_id):  # two lines of the return take from one line of the order
        again.quantity += quantity
        again.amount += amount
        return
    part = OrderLine(bought.line_id, line.product, line.category, quantity, amount, line.line)
    done.lines[bought.line_id] = part
    done.refund.lines.append(part)
