"""Rows of a file of purchases, put together into what members did: orders with their lines, and returns."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

PURCHASE = "purchase"
LINES_MAX = 5_000_000  # of one file: what a machine of moderate size can hold


@dataclass(slots=True)
class ReadLine:
    """One row of a file as read. Quantity is in thousandths, amount (of the whole line) in minor units; both are positive.

    ``member`` is how the file knows the member; ``of`` names the order that is given back, where the file says so.
    """

    line: int
    number: str
    member: str
    at: datetime
    kind: str
    is_return: bool
    amount: int
    quantity: int = 1000
    product: str = ""
    category: str = ""
    line_id: str = ""
    store: str = ""
    channel: str = ""
    tender: str = ""
    of: str = ""
    fields: Mapping[str, Any] | None = None
    line_fields: Mapping[str, Any] | None = None


@dataclass(slots=True, frozen=True)
class Reject:
    """Why a row of the file was left out: a code, the column it is about, figures."""

    line: int
    code: str
    column: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class OrderLine:
    """A line of an order, or that part of it which came back."""

    id: str
    product: str
    category: str
    quantity: int
    amount: int
    line: int
    fields: Mapping[str, Any] | None = None


@dataclass(slots=True)
class Purchase:
    """An order, or another kind of activity, as a file tells it. Without products it has an amount and no lines."""

    number: str
    member: str
    at: datetime
    kind: str
    store: str
    channel: str
    tender: str
    of: str
    fields: Mapping[str, Any] | None
    amount: int = 0
    lines: list[OrderLine] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)

    @property
    def position(self) -> tuple[datetime, int]:
        """Where it stands among what a member did: by time, then as in the file."""
        return self.at, self.rows[0]


@dataclass(slots=True)
class Return(Purchase):
    """Goods that came back under a number of their own, with or without the order they belong to."""


@dataclass(slots=True)
class Grouped:
    """What a file tells: what each member did, in the order in which the members first appear, and rows left out."""

    members: dict[str, list[Purchase]] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)


def group_lines(lines: Iterable[ReadLine], *, has_products: bool) -> Grouped:
    """Return the rows as orders and returns, each member's by time.

    An order belongs to the member of its first row; rows that give its number to another member are rejected.
    """
    found: dict[tuple[str, str, bool], Purchase] = {}
    grouped = Grouped()
    for read in lines:
        key = (read.kind, read.number, read.is_return)
        order = found.get(key)
        if order is None:
            made = Return if read.is_return else Purchase
            order = found[key] = made(
                read.number, read.member, read.at, read.kind, read.store, read.channel, read.tender, read.of, read.fields
            )
            grouped.members.setdefault(read.member, []).append(order)
        elif order.member != read.member:
            grouped.rejects.append(Reject(read.line, "order_of_two_members", "member", {"number": read.number}))
            continue
        _add(order, read, has_products=has_products)
    for orders in grouped.members.values():
        orders.sort(key=_position)
    return grouped


def _position(order: Purchase) -> tuple[datetime, int]:
    return order.position


def _add(order: Purchase, read: ReadLine, *, has_products: bool) -> None:
    order.rows.append(read.line)
    order.amount += read.amount
    order.at = min(order.at, read.at)
    if has_products and (read.product or read.amount or read.kind == PURCHASE):
        number = read.line_id or str(len(order.lines) + 1)
        order.lines.append(
            OrderLine(number, read.product, read.category, read.quantity, read.amount, read.line, read.line_fields)
        )
