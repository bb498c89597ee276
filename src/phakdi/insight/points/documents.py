"""Accounts of points as they are kept: dates as text, expectations in thousandths of a point."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from phakdi.insight.points.core.account import Account, Closing
from phakdi.insight.points.core.flow import Flow

MILLI = 1000


@dataclass(frozen=True, slots=True)
class IssueLine:
    """Points given in one month: what became of them, and what is expected (in thousandths)."""

    month: date
    issued: int
    spent: int
    expired: int
    remaining: int
    ultimate_milli: int

    @property
    def rate(self) -> Fraction | None:
        """Which share will have been used (K21)."""
        return Fraction(self.ultimate_milli, MILLI * self.issued) if self.issued else None

    @property
    def used_rate(self) -> Fraction | None:
        """Which share was used so far (K20, by vintage)."""
        return Fraction(self.spent, self.issued) if self.issued else None


@dataclass(frozen=True, slots=True)
class Ending:
    """Points that end in one month; None for those that never do."""

    month: date | None
    points: int
    members: int


@dataclass(frozen=True, slots=True)
class KeptPoints:
    """What is known of one kind of points, and since when; ``balances`` equal means that warehouse and wallets agree (R155)."""

    unit: str
    as_of: datetime
    cost: Fraction
    issues: list[IssueLine]
    months: list[Closing]
    endings: list[Ending]
    wallets: int
    gifts_without_value: int

    @property
    def broken_milli(self) -> int:
        """Points that will never be used, in thousandths (K23)."""
        return sum(MILLI * line.issued - line.ultimate_milli for line in self.issues)

    @property
    def expected_rate(self) -> Fraction | None:
        """Which share of all points given will have been used (K21)."""
        issued = sum(line.issued for line in self.issues)
        return Fraction(sum(line.ultimate_milli for line in self.issues), MILLI * issued) if issued else None


def lines_of(account: Account) -> list[IssueLine]:
    """Return the issues of an account as they are kept."""
    return [
        IssueLine(issue.month, issue.issued, issue.spent, issue.expired, issue.remaining, round(expected.ultimate * MILLI))
        for issue, expected in account.expected
    ]


def write(kept: KeptPoints) -> dict[str, Any]:
    """Return everything but closed months as JSON says it."""
    return {
        "cost": str(kept.cost),
        "issues": [asdict(line) | {"month": line.month.isoformat()} for line in kept.issues],
        "open": write_closing(kept.months[-1]),
        "endings": [
            [ending.month.isoformat() if ending.month else None, ending.points, ending.members] for ending in kept.endings
        ],
        "wallets": kept.wallets,
        "gifts_without_value": kept.gifts_without_value,
    }


def read(unit: str, as_of: datetime, doc: dict[str, Any], closed: list[Closing]) -> KeptPoints:
    """Return what was kept, with the months that were closed."""
    return KeptPoints(
        unit,
        as_of,
        Fraction(doc["cost"]),
        [IssueLine(**line | {"month": date.fromisoformat(line["month"])}) for line in doc["issues"]],
        [*closed, read_closing(doc["open"])],
        [Ending(date.fromisoformat(month) if month else None, points, members) for month, points, members in doc["endings"]],
        doc["wallets"],
        doc["gifts_without_value"],
    )


def write_closing(closing: Closing) -> dict[str, Any]:
    """Return a month as JSON says it."""
    return asdict(closing) | {"month": closing.month.isoformat()}


def read_closing(doc: dict[str, Any]) -> Closing:
    """Return a month that was kept."""
    return Closing(**doc | {"month": date.fromisoformat(doc["month"]), "flow": Flow(**doc["flow"])})
