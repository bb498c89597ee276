"""What became of points in a time: the ledger's accounts in plain words (K19, K20)."""

from dataclasses import dataclass
from fractions import Fraction

OWN = ("ACTIVE", "PENDING", "HELD", "DEBT")  # what is with the member, less what the member owes
GIVEN, USED, ENDED, TAKEN_BACK = ("ISSUED", "OPENING"), ("REDEEMED", "PARTNER", "FEES"), ("EXPIRED",), ("CANCELLED",)
ADJUST = "ADJUST"


@dataclass(frozen=True, slots=True)
class Flow:
    """Points of one kind in one time. ``adjusted`` and ``moved`` (to other members or units) may be negative."""

    issued: int = 0
    spent: int = 0
    expired: int = 0
    reversed: int = 0
    adjusted: int = 0
    moved: int = 0

    def __add__(self, other: "Flow") -> "Flow":
        return Flow(
            self.issued + other.issued,
            self.spent + other.spent,
            self.expired + other.expired,
            self.reversed + other.reversed,
            self.adjusted + other.adjusted,
            self.moved + other.moved,
        )

    @property
    def growth(self) -> int:
        """By how much what members hold has grown: equal to the ledger (R155)."""
        return self.issued - self.spent - self.expired - self.reversed + self.adjusted + self.moved

    @property
    def redemption_rate(self) -> Fraction | None:
        """Points spent of points issued in the same time; may be above one. None where none were issued (K20)."""
        return Fraction(self.spent, self.issued) if self.issued else None


def program_cost_rate(cost_minor: int, sales_minor: int) -> Fraction | None:
    """Return rewards at cost as a share of members' sales; None without sales (K25)."""
    return Fraction(cost_minor, sales_minor) if sales_minor else None


def program_return(added_margin_minor: int, cost_minor: int) -> Fraction | None:
    """Return what a program brought beyond its cost, per unit of cost; the margin is what a holdout shows (K25, K28)."""
    return Fraction(added_margin_minor - cost_minor, cost_minor) if cost_minor else None
