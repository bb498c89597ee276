"""What is told about a member: an activity with its lines, as the engine takes it. Numbers as in the engine's state."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(slots=True, frozen=True)
class Line:
    """One line of a basket. ``amount`` is the line's total before the program's discounts, minor units."""

    id: str
    amount: int
    product: str = ""
    category: str = ""
    quantity: int = 1000  # thousandths
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True, frozen=True)
class Activity:
    """Something a member did (or that time or staff did to them), as reported."""

    id: UUID
    kind: str
    at: datetime  # when it happened; rules, expiry and windows go by this
    ref: str = ""  # its own name at its origin: receipt or order number
    of: str = ""  # the order or redemption it is about
    origin: str = ""
    channel: str = ""
    store: str = ""
    tender: str = ""
    amount: int | None = None
    lines: tuple[Line, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    depth: int = 0  # how many activities caused one another up to this one
