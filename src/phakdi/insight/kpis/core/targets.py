"""Whether a figure is where it should be."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from phakdi.insight.kpis.core.registry import DIMENSIONS, FIGURES
from phakdi.kit.errors import Invalid

SPANS = ("7", "30", "90", "365", "month")  # of targets and alerts; month: the last whole one
MOVES_MAX = 1_000  # percent


class Finding(StrEnum):
    """How a figure stands to what is wanted of it."""

    UNKNOWN = "unknown"
    FINE = "fine"
    LOW = "low"
    HIGH = "high"
    FELL = "fell"
    ROSE = "rose"

    @property
    def is_out(self) -> bool:
        """Whether somebody should look."""
        return self not in {Finding.UNKNOWN, Finding.FINE}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted of one figure. Values as the figure has them: minor units, shares 0 to 1, scores −100 to 100."""

    figure: str
    span: str
    dimension: str = ""
    key: str = ""
    goal: float | None = None
    by: date | None = None
    low: float | None = None
    high: float | None = None
    moves_percent: float | None = None
    id: UUID | None = None
    out_since: datetime | None = None

    def check(self) -> None:
        """Refuse what cannot be watched.

        Raises:
            Invalid: with the field that is wrong.
        """
        if self.figure not in FIGURES:
            raise Invalid("There is no such figure.", code="insight_figure", field="figure")
        if self.span not in SPANS:
            raise Invalid("There is no such window.", code="insight_span", field="span")
        if self.dimension and (self.dimension not in DIMENSIONS or self.dimension not in FIGURES[self.figure].by):
            raise Invalid("This figure is not counted by that.", code="insight_dimension", field="dimension")
        if self.goal is None and self.low is None and self.high is None and self.moves_percent is None:
            raise Invalid("Say what you want of it.", code="insight_target_empty", field="goal")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise Invalid("The lower end is not above the upper.", code="insight_band", field="low")
        if self.moves_percent is not None and not 0 < self.moves_percent <= MOVES_MAX:
            raise Invalid("A change is above 0 percent.", code="insight_moves", field="moves_percent")

    @property
    def is_alert(self) -> bool:
        """Whether somebody is told when it is out."""
        return self.low is not None or self.high is not None or self.moves_percent is not None

    def find(self, now: float | None, before: float | None) -> Finding:
        """Return how the figure stands: out of its band, or moved too far from the window before."""
        if now is None:
            return Finding.UNKNOWN
        if self.low is not None and now < self.low:
            return Finding.LOW
        if self.high is not None and now > self.high:
            return Finding.HIGH
        if self.moves_percent is not None and before:
            moved = (now - before) / abs(before) * 100
            if abs(moved) > self.moves_percent:
                return Finding.ROSE if moved > 0 else Finding.FELL
        return Finding.FINE

    def reached(self, now: float | None) -> float | None:
        """Return how much of the goal is reached, 1 for all of it; for figures that should fall, goal / value."""
        if now is None or self.goal is None:
            return None
        if FIGURES[self.figure].is_good_up:
            return now / self.goal if self.goal else None
        return self.goal / now if now else None
