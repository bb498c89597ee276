"""Points by the month in which they were given: how many are used sooner or later, what is owed for the rest (K20–K23)."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class Vintage:
    """Points given in one period. ``spent`` is what was used by the end of each age, the first age first; none of it in part."""

    issued: int
    spent: Sequence[int]
    outstanding: int | None = None  # still with members; None where nothing has expired or been taken back

    @property
    def used(self) -> int:
        """Points used by the last age that is known."""
        return self.spent[-1] if self.spent else 0

    @property
    def left(self) -> int:
        """Points that can still be used."""
        return self.issued - self.used if self.outstanding is None else self.outstanding


@dataclass(frozen=True, slots=True)
class Expected:
    """What is expected of one vintage in the end."""

    vintage: Vintage
    ultimate: Fraction  # points that will have been used

    @property
    def rate(self) -> Fraction | None:
        """Which share will have been used (K21); None where nothing was given."""
        return self.ultimate / self.vintage.issued if self.vintage.issued else None

    @property
    def still(self) -> Fraction:
        """Points that are still expected to be used (K22)."""
        return self.ultimate - self.vintage.used

    @property
    def breakage(self) -> Fraction:
        """Points that will never be used (K23)."""
        return self.vintage.issued - self.ultimate


def development(vintages: Sequence[Vintage]) -> list[Fraction]:
    """Return by how much what was used by age k grows until age k + 1, over the vintages that have both (K21, chain ladder).

    An age by which nobody had used anything says nothing about growth: its factor is one.
    """
    ages = max((len(vintage.spent) for vintage in vintages), default=0)
    factors = []
    for age in range(ages - 1):
        both = [vintage.spent for vintage in vintages if len(vintage.spent) > age + 1]
        before, after = sum(spent[age] for spent in both), sum(spent[age + 1] for spent in both)
        factors.append(Fraction(after, before) if before > 0 else ONE)
    return factors


def expect(vintages: Sequence[Vintage]) -> list[Expected]:
    """Return what is expected of each vintage: what was used, times the growth still to come, at most what is still there.

    One that has no whole age yet is taken to be used as much as all the others together; without any other, wholly.
    """
    factors = development(vintages)
    told = [_expect_known(vintage, factors) for vintage in vintages if vintage.spent]
    issued = sum(each.vintage.issued for each in told)
    usual = sum((each.ultimate for each in told), Fraction()) / issued if issued else ONE
    known = iter(told)
    return [
        next(known) if vintage.spent else Expected(vintage, min(vintage.issued * usual, Fraction(vintage.left)))
        for vintage in vintages
    ]


def _expect_known(vintage: Vintage, factors: Sequence[Fraction]) -> Expected:
    grown = Fraction(vintage.used)
    for factor in factors[len(vintage.spent) - 1 :]:
        grown *= factor
    return Expected(vintage, min(max(grown, Fraction(vintage.used)), Fraction(vintage.used + vintage.left)))


def liability(expected: Sequence[Expected], unit_cost: Fraction) -> Fraction:
    """Return what is owed for points that are still expected to be used (K22); ``unit_cost`` in money for one point."""
    return sum((each.still for each in expected), Fraction()) * unit_cost
