"""Differences between those treated and those held out, with what chance alone may do (K28, K29)."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, inf, sqrt

Z_95, Z_POWER_80 = 1.959964, 0.841621


@dataclass(frozen=True, slots=True)
class Group:
    """One figure of a group: how many members, its mean over all of them, its variance."""

    n: int
    mean: float
    variance: float

    @classmethod
    def of_share(cls, n: int, yes: int) -> "Group":
        """Return the group of which ``yes`` of ``n`` did something."""
        share = yes / n if n else 0.0
        return cls(n, share, share * (1 - share))

    @classmethod
    def of_sums(cls, n: int, total: float, squares: float) -> "Group":
        """Return the group of ``n`` members with this sum and sum of squares; the variance is the sample's."""
        mean = total / n if n else 0.0
        return cls(n, mean, max((squares - n * mean * mean) / (n - 1), 0.0) if n > 1 else 0.0)


@dataclass(frozen=True, slots=True)
class Lift:
    """How much more the treated did, per head."""

    treated: Group
    held: Group
    error: float  # standard error (Welch)

    @property
    def difference(self) -> float:
        """Mean of the treated less mean of those held out."""
        return self.treated.mean - self.held.mean

    @property
    def relative(self) -> float | None:
        """The difference as a share of what the held-out did; None where they did nothing."""
        return self.difference / self.held.mean if self.held.mean else None

    @property
    def low(self) -> float:
        """Lower end of the 95 % interval."""
        return self.difference - Z_95 * self.error

    @property
    def high(self) -> float:
        """Upper end of the 95 % interval."""
        return self.difference + Z_95 * self.error

    @property
    def z(self) -> float:
        """The difference in standard errors."""
        return self.difference / self.error if self.error else 0.0

    @property
    def total(self) -> float:
        """What the campaign added in all: the difference times the treated."""
        return self.difference * self.treated.n

    @property
    def is_success(self) -> bool:
        """Whether chance alone would hardly have done as much: the interval lies above zero."""
        return self.error > 0 and self.low > 0

    @property
    def is_harm(self) -> bool:
        """Whether the treated did clearly less."""
        return self.error > 0 and self.high < 0


def lift(treated: Group, held: Group) -> Lift:
    """Return the difference of two groups with Welch's error (K28)."""
    parts = [group.variance / group.n for group in (treated, held) if group.n]
    return Lift(treated, held, sqrt(sum(parts)))


def program_return(total: float, margin: float, cost: float) -> float | None:
    """Return (added margin − cost) / cost; None where it cost nothing."""
    return (total * margin - cost) / cost if cost else None


def chi_square(found: Sequence[float], planned: Sequence[float]) -> float:
    """Return Σ (found − planned)² / planned."""
    return sum(
        (seen - meant) ** 2 / meant if meant else (inf if seen else 0.0) for seen, meant in zip(found, planned, strict=True)
    )


def with_before(
    after: Group, *, before_mean: float, everybody_mean: float, slope: float, before_variance: float, covariance: float
) -> Group:
    """Return a group's figure freed of what its members were like before (CUPED; Deng et al. 2013).

    ``slope`` is covariance / variance over both groups together; the means stay comparable because both are moved by it.
    """
    variance = after.variance - 2 * slope * covariance + slope * slope * before_variance
    return Group(after.n, after.mean - slope * (before_mean - everybody_mean), max(variance, 0.0))


def size_needed(share: float, hoped: float) -> int:
    """Return how many members each of two equal groups needs to see ``share`` become ``hoped``: 95 % sure, power 80 %."""
    spread = share * (1 - share) + hoped * (1 - hoped)
    return ceil((Z_95 + Z_POWER_80) ** 2 * spread / (hoped - share) ** 2 - 1e-9)


def smallest_visible(share: float, treated: int, held: int) -> float:
    """Return the smallest change of ``share`` that groups of these sizes show with 95 % and power 80 %."""
    if not treated or not held:
        return inf
    return (Z_95 + Z_POWER_80) * sqrt(share * (1 - share) * (1 / treated + 1 / held))


def qini(did: Sequence[int], treated: Sequence[int]) -> list[float]:
    """Return Q(0) … Q(n) of members in order of their score, the best first (Radcliffe 2007; K29)."""
    curve, done, seen = [0.0], [0, 0], [0, 0]  # held, treated
    for outcome, arm in zip(did, treated, strict=True):
        done[arm] += outcome
        seen[arm] += 1
        curve.append(done[1] - (done[0] * seen[1] / seen[0] if seen[0] else 0.0))
    return curve


def uplift_at_top(did: Sequence[int], treated: Sequence[int], top: int) -> float | None:
    """Return the lift among the ``top`` best scored; None where one group is missing there."""
    arms: tuple[list[int], list[int]] = ([], [])
    for outcome, arm in zip(did[:top], treated[:top], strict=True):
        arms[arm].append(outcome)
    held, sent = arms
    return sum(sent) / len(sent) - sum(held) / len(held) if held and sent else None
