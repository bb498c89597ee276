"""How long until something happens, those to whom it has not happened yet counted as waiting: Kaplan and Meier (1958)."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

from phakdi.kit.proportions import Z_95


@dataclass(frozen=True, slots=True)
class Point:
    """After so many days: the share to whom it has not happened yet, and the ends of its interval."""

    days: int
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Curve:
    """How many members were watched, to how many it happened, and the share still waiting, day by day of change."""

    members: int
    happened: int
    points: list[Point]

    @property
    def median_days(self) -> int | None:
        """Days after which it has happened to half; None while it has not."""
        return next((point.days for point in self.points if point.share <= 0.5), None)  # noqa: PLR2004 - half

    def happened_within(self, days: int) -> float | None:
        """Return the share to whom it has happened after so many days; None where nobody was watched for so long."""
        if not self.points or days > self.watched_days:
            return None
        return 1 - next((point.share for point in reversed(self.points) if point.days <= days), 1.0)

    @property
    def watched_days(self) -> int:
        """The longest anybody was watched."""
        return self.points[-1].days if self.points else 0


def curve_of(counts: Mapping[tuple[int, bool], int]) -> Curve:
    """Return the curve of members counted by days, and whether it happened then or they were last seen waiting (Greenwood's interval)."""
    at_risk = members = sum(counts.values())
    share, spread, points = 1.0, 0.0, []
    for days in sorted({days for days, _ in counts}):
        happened = counts.get((days, True), 0)
        if happened:
            share *= 1 - happened / at_risk
            spread += happened / (at_risk * (at_risk - happened)) if at_risk > happened else 0.0
        half = Z_95 * share * sqrt(spread)
        points.append(Point(days, share, max(share - half, 0.0), min(share + half, 1.0)))
        at_risk -= happened + counts.get((days, False), 0)
    return Curve(members, sum(count for (_, is_event), count in counts.items() if is_event), points)
