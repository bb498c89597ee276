"""Windows of days, and what figures of two of them say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

WINDOWS = (1, 7, 30, 90)  # days
GAP_MAX = 91  # the longest window whose members can be counted from gaps


@dataclass(frozen=True, slots=True)
class Window:
    """Days from ``first`` to ``last``, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "Window":
        """The window of the same length just before."""
        return Window(self.first - timedelta(days=self.days), self.first - timedelta(days=1))

    @property
    def dates(self) -> list[date]:
        """Its days in order."""
        return [self.first + timedelta(days=number) for number in range(self.days)]


def window_to(last: date, *, days: int) -> Window:
    """Return the window of so many days that ends with ``last``."""
    assert 1 <= days <= GAP_MAX, "longer windows are not kept"
    return Window(last - timedelta(days=days - 1), last)


@dataclass(frozen=True, slots=True)
class Sales:
    """What members bought: bills with anything left after returns, and what was paid for them."""

    bills: int = 0
    sales_minor: int = 0

    def __add__(self, other: "Sales") -> "Sales":
        return Sales(self.bills + other.bills, self.sales_minor + other.sales_minor)

    @property
    def average_minor(self) -> int | None:
        """What a bill comes to, rounded half up; None without one."""
        return None if not self.bills else (2 * self.sales_minor + self.bills) // (2 * self.bills)


@dataclass(frozen=True, slots=True)
class Buyers:
    """How many members bought on at least one day, and on at least two."""

    once: int = 0
    twice: int = 0

    @property
    def repeat_share(self) -> Fraction | None:
        """Which part of them came again (K5); None without any."""
        return None if not self.once else Fraction(self.twice, self.once)


@dataclass(frozen=True, slots=True)
class Flow:
    """Points of one kind: given (less taken back), spent (less given back), expired."""

    issued: int = 0
    spent: int = 0
    expired: int = 0


@dataclass(frozen=True, slots=True)
class Best:
    """A member who bought much."""

    member_id: str
    sales_minor: int
    bills: int


@dataclass(frozen=True, slots=True)
class Holder:
    """A member who holds many points of one kind, or whose points end soon."""

    member_id: str
    unit: str
    points: int


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted whole: members by status, joined by day, points that end soon, who bought most."""

    members: Mapping[str, int]
    joined: Mapping[date, int]
    ending: Mapping[str, Mapping[int, int]]  # unit -> within so many days -> points
    best: Mapping[int, Sequence[Best]]  # days of the window -> in order
    ending_first: Sequence[Holder]  # of whom most ends within thirty days
    holding_most: Sequence[Holder]

    def joined_in(self, window: Window) -> int:
        """How many joined within a window that lies in the last half-year."""
        return sum(number for day, number in self.joined.items() if window.first <= day <= window.last)
