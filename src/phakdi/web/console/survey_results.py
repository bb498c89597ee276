"""What came of a survey, ready to be shown: its figure with interval, by wave, store, level and channel."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from phakdi.care.surveys.core.figures import (
    FEW,
    Change,
    Interval,
    Promoters,
    Satisfied,
    change_between,
    promoters_of,
    satisfied_of,
)
from phakdi.care.surveys.documents import SurveyView
from phakdi.care.surveys.queries import Asked, Cell
from phakdi.kit.proportions import wilson


@dataclass(frozen=True, slots=True)
class Figure:
    """A survey's figure of some answers, written: value, interval, and how many answers it rests on."""

    label: str
    n: int
    value: str
    low: str
    high: str
    average: str
    number: float | None
    interval: Interval | None
    parts: tuple[int, int, int] | None = None  # detractors, passives, promoters

    @property
    def is_few(self) -> bool:
        """Whether it rests on so little that it is shown in grey."""
        return self.n < FEW

    @property
    def between(self) -> str:
        """The interval in words."""
        return _("%(low)s to %(high)s") % {"low": self.low, "high": self.high} if self.interval else "–"


@dataclass(frozen=True, slots=True)
class Gauge:
    """Where things are drawn on a line 0 to 600 wide: the three parts, the interval, and the figure."""

    bad: float
    mid: float
    good: float
    low: float
    high: float
    at: float

    @property
    def mid_at(self) -> float:
        """Where passives begin."""
        return self.bad

    @property
    def good_at(self) -> float:
        """Where promoters begin."""
        return self.bad + self.mid


def figure_of(survey: SurveyView, cells: Iterable[Cell], label: str = "") -> Figure:
    """Return the figure of these answers: NPS (K10), satisfaction (K11), or the mean of another scale."""
    scores = [(cell.score, cell.count) for cell in cells if cell.score is not None and cell.metric == survey.metric]
    flat = [score for score, count in scores for _ in range(count)]
    if survey.metric == "NPS":
        return _promoters(label, promoters_of(flat))
    if survey.metric == "CSAT" and survey.scored is not None:
        return _satisfied(label, satisfied_of(flat, highest=survey.scored.highest))
    mean = sum(flat) / len(flat) if flat else None
    value = f"{mean:.2f}" if mean is not None else "–"
    return Figure(label, len(flat), value, "–", "–", value, mean, None)


def by(survey: SurveyView, cells: Sequence[Cell], key: Callable[[Cell], str], names: dict[str, str]) -> list[Figure]:
    """Return the figure of each group, most answers first. Groups are counted, never averaged."""
    groups: dict[str, list[Cell]] = {}
    for cell in cells:
        groups.setdefault(key(cell), []).append(cell)
    found = [figure_of(survey, some, names.get(name, name) or _("Not known")) for name, some in groups.items()]
    return sorted((each for each in found if each.n), key=lambda each: (-each.n, each.label))


def waves_of(survey: SurveyView, cells: Sequence[Cell]) -> list[tuple[int, Figure]]:
    """Return each wave's figure in order."""
    numbers = sorted({cell.wave for cell in cells})
    return [(number, figure_of(survey, [c for c in cells if c.wave == number], str(number))) for number in numbers]


def change_of(survey: SurveyView, cells: Sequence[Cell], wave: int) -> Change | None:
    """Return how NPS moved since the last wave before that had answers; None where it cannot be said."""
    before = [number for number in {cell.wave for cell in cells} if number < wave]
    if survey.metric != "NPS" or not before:
        return None
    first, second = (
        promoters_of(cell.score for cell in cells if cell.wave == number and cell.score is not None for _ in range(cell.count))
        for number in (max(before), wave)
    )
    return change_between(first, second)


def gauge_of(figure: Figure) -> Gauge | None:
    """Return how an NPS is drawn; None without answers."""
    if figure.parts is None or not figure.n or figure.interval is None or figure.number is None:
        return None
    scale = 600 / figure.n
    bad, mid, good = (round(part * scale, 1) for part in figure.parts)

    def place(value: float) -> float:
        return round((value + 100) * 3, 1)

    return Gauge(bad, mid, good, place(figure.interval.low), place(figure.interval.high), place(figure.number))


def rate_of(asked: Iterable[Asked]) -> tuple[int, int, str, str]:
    """Return how many were asked, how many of them answered, the rate, and its interval in words."""
    rows = list(asked)
    total, answered = sum(each.asked for each in rows), sum(each.answered for each in rows)
    between = wilson(answered, total)
    if between is None:
        return 0, 0, "–", ""
    words = _("%(low)s to %(high)s") % {"low": f"{100 * between[0]:.1f}%", "high": f"{100 * between[1]:.1f}%"}
    return total, answered, f"{100 * answered / total:.1f}%", words


def signed(value: float) -> str:
    """Write a score with its sign."""
    return f"{value:+.0f}".replace("-", "−") if round(value) else "0"


def _promoters(label: str, found: Promoters) -> Figure:
    if found.score is None or found.interval is None:
        return Figure(label, 0, "–", "–", "–", "–", None, None, (0, 0, 0))
    low, high = f"{found.interval.low:+.1f}".replace("-", "−"), f"{found.interval.high:+.1f}".replace("-", "−")
    parts = (found.detractors, found.passives, found.promoters)
    return Figure(label, found.n, signed(found.score), low, high, "", found.score, found.interval, parts)


def _satisfied(label: str, found: Satisfied) -> Figure:
    if found.share is None or found.interval is None or found.average is None:
        return Figure(label, 0, "–", "–", "–", "–", None, None)
    low, high = f"{100 * found.interval.low:.1f}%", f"{100 * found.interval.high:.1f}%"
    return Figure(
        label, found.n, f"{100 * found.share:.1f}%", low, high, f"{found.average:.2f}", 100 * found.share, found.interval
    )
