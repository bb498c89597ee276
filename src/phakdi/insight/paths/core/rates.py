"""Shares of members who came back, who were brought by others, who took part and who completed (K14, K15, K36, K37)."""

from dataclasses import dataclass
from fractions import Fraction

from phakdi.kit.proportions import wilson


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    part: int
    whole: int

    @property
    def value(self) -> Fraction | None:
        """The share; None of nobody."""
        return Fraction(self.part, self.whole) if self.whole else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The interval in which it lies."""
        return wilson(self.part, self.whole)


@dataclass(frozen=True, slots=True)
class Referral:
    """Members invited others: invitations, those who joined, those whose first purchase was kept, and all members."""

    invitations: int | None
    joined: int
    qualified: int
    members: int

    @property
    def joined_share(self) -> Fraction | None:
        """Joined of invitations; None where invitations are not recorded (K14)."""
        return Fraction(self.joined, self.invitations) if self.invitations else None

    @property
    def per_member(self) -> Fraction | None:
        """How many each member brings, ``k`` (K14)."""
        return Fraction(self.joined, self.members) if self.members else None
