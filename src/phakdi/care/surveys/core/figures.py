"""Figures of answers: Net Promoter Score (K10) and satisfaction (K11). Shares run from 0 to 1, the score from −100 to +100."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

from phakdi.kit.proportions import Z_95, wilson

FEW = 30  # answers below which a figure is shown in grey
PROMOTER_FROM, PASSIVE_FROM, NPS_HIGHEST = 9, 7, 10
TOP_FROM = {5: 4, 7: 6, 10: 9}  # the answers that count as satisfied, by the highest of the scale (K11)


@dataclass(frozen=True, slots=True)
class Interval:
    """Between which values the truth lies, with 95 % confidence."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Promoters:
    """How many answered 9–10, 7–8 and 0–6. Groups are added, never averaged."""

    promoters: int = 0
    passives: int = 0
    detractors: int = 0

    def __add__(self, other: "Promoters") -> "Promoters":
        return Promoters(self.promoters + other.promoters, self.passives + other.passives, self.detractors + other.detractors)

    @property
    def n(self) -> int:
        """Answers in all."""
        return self.promoters + self.passives + self.detractors

    @property
    def score(self) -> float | None:
        """Net Promoter Score; None without an answer."""
        return 100 * (self.promoters - self.detractors) / self.n if self.n else None

    @property
    def interval(self) -> Interval | None:
        """Adjusted Wald interval: three answers more, ¾ of them promoters and ¾ detractors (Bonett and Price 2012)."""
        if not self.n:
            return None
        size = self.n + 3
        up, down = (self.promoters + 0.75) / size, (self.detractors + 0.75) / size
        margin = Z_95 * sqrt((up + down - (up - down) ** 2) / size)
        return Interval(max(-100.0, 100 * (up - down - margin)), min(100.0, 100 * (up - down + margin)))

    @property
    def variance(self) -> float:
        """Variance of the score as a share (unadjusted), for n > 0."""
        up, down = self.promoters / self.n, self.detractors / self.n
        return (up + down - (up - down) ** 2) / self.n


@dataclass(frozen=True, slots=True)
class Change:
    """By how much a figure moved, with the margin of 95 % and whether chance alone hardly explains it."""

    points: float
    margin: float
    z: float
    p: float

    @property
    def is_significant(self) -> bool:
        """Tell whether |z| is beyond 95 %."""
        return abs(self.z) > Z_95


@dataclass(frozen=True, slots=True)
class Satisfied:
    """How many of the answers on one scale count as satisfied. Scales are never mixed."""

    satisfied: int = 0
    n: int = 0
    total: int = 0

    def __add__(self, other: "Satisfied") -> "Satisfied":
        return Satisfied(self.satisfied + other.satisfied, self.n + other.n, self.total + other.total)

    @property
    def share(self) -> float | None:
        """Satisfied among the answers, 0–1; None without an answer."""
        return self.satisfied / self.n if self.n else None

    @property
    def average(self) -> float | None:
        """Mean of the answers: another figure than the share."""
        return self.total / self.n if self.n else None

    @property
    def interval(self) -> Interval | None:
        """Wilson interval of the share, 0–1."""
        found = wilson(self.satisfied, self.n)
        return Interval(*found) if found else None


def promoters_of(scores: Iterable[int]) -> Promoters:
    """Count answers of 0–10 as promoters, passives and detractors (K10)."""
    counts = [0, 0, 0]
    for score in scores:
        counts[0 if score >= PROMOTER_FROM else 1 if score >= PASSIVE_FROM else 2] += 1
    return Promoters(*counts)


def satisfied_of(scores: Iterable[int], *, highest: int) -> Satisfied:
    """Count answers on a scale up to ``highest`` (5, 7 or 10) that are satisfied (K11)."""
    given = list(scores)
    return Satisfied(sum(score >= TOP_FROM[highest] for score in given), len(given), sum(given))


def change_between(before: Promoters, after: Promoters) -> Change | None:
    """Return how the score moved from one wave to the next; None where a wave has no answers or nobody differed."""
    if before.score is None or after.score is None:
        return None
    error = 100 * sqrt(before.variance + after.variance)
    if not error:
        return None
    points = after.score - before.score
    z = points / error
    return Change(points, Z_95 * error, z, 2 * (1 - NormalDist().cdf(abs(z))))
