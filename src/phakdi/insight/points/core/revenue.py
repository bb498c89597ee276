"""Revenue that waits until points are used (IFRS 15, illustrative example 52; K24)."""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Allocation:
    """A price paid for goods and points together, shared out by what each would cost alone."""

    goods: Fraction
    points: Fraction


def allocate(price: Fraction | int, points_alone: Fraction | int) -> Allocation:
    """Share a price out over the goods, which cost ``price`` alone, and the points, which would cost ``points_alone``."""
    price, points_alone = Fraction(price), Fraction(points_alone)
    together = price + points_alone
    share = price * points_alone / together if together else Fraction()
    return Allocation(price - share, share)


def recognized(allocated: Fraction, used: Fraction | int, expected: Fraction | int) -> Fraction:
    """Return how much of what was allocated to points has become revenue when ``used`` of ``expected`` points were used.

    What was recognized before is taken off by whoever books: a changed expectation is caught up in the present period.
    """
    if not expected:
        return allocated  # nothing more is expected: nothing waits
    return allocated * min(Fraction(used) / Fraction(expected), Fraction(1))
