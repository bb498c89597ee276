"""Who may leave: classes of risk that do not flicker, the lapse that stands in for a model, and why somebody is at risk."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phakdi.insight.lifetime.core.histories import Numbers

Whole = NDArray[np.int64]

CLASSES = ("low", "medium", "high")
LOW, HIGH, HYSTERESIS = 0.35, 0.65, 0.10
NONE_BEFORE = -1
LAPSE_MIN, LAPSE_MAX, LAPSE_SHARE = 30, 365, 0.9  # days; of all gaps
GAP_TIMES = 3  # of the usual gap until somebody has lapsed

_LATE, _VERY_LATE = 1.25, 2.0  # times the usual gap
_LESS, _MORE = 0.7, 1.3  # times the spending before
_OFTEN = 10  # purchase days
_REASONS_MAX = 3


def classes_of(risk: Numbers, before: Whole) -> Whole:
    """Return for each risk (0 to 1) its class as a place in `CLASSES`; ``before`` is the class so far, −1 for none.

    Below .35 low, above .65 high; who was high stays so down to .55, who was low up to .45, so that nobody goes to and fro (KPIS §8).
    """
    found = np.where(risk > HIGH, 2, np.where(risk < LOW, 0, 1))
    found = np.where((before == len(CLASSES) - 1) & (risk >= HIGH - HYSTERESIS), 2, found)
    return np.where((before == 0) & (risk <= LOW + HYSTERESIS), 0, found)


def common_lapse(gaps: Sequence[tuple[int, int]]) -> int:
    """Return after how many days of silence somebody without a rhythm of their own has lapsed (K7).

    The 90th percentile of all gaps, kept within 30 and 365 days; ``gaps`` says how often each gap occurs, the shortest first.
    """
    wanted = math.ceil(LAPSE_SHARE * sum(times for _, times in gaps))
    so_far = 0
    for gap, times in gaps:
        so_far += times
        if so_far >= wanted > 0:
            return min(max(gap, LAPSE_MIN), LAPSE_MAX)
    return LAPSE_MAX


def lapse_days(twice_gap: Whole, *, common: int, fixed: int | None) -> Numbers:
    """Return after how many days of silence each has lapsed: the setting, else three usual gaps, else what is common (K7)."""
    if fixed is not None:
        return np.full(len(twice_gap), float(fixed))
    return np.where(twice_gap > 0, GAP_TIMES * twice_gap / 2, float(common))


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody is expected to stay or to leave: a code and its figures. Days are whole, money in minor units."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


def reasons_for(*, risk: str, silent: int, days: int, usual_gap: int | None, recent: int, before: int) -> list[Reason]:
    """Return up to three reasons, the plainest first.

    ``silent`` days since the last purchase day, ``days`` purchase days so far, ``usual_gap`` the median gap in days, ``recent`` and
    ``before`` what was spent in the last 180 days and the 180 before (minor units).
    """
    good = _rhythm_kept(silent, usual_gap) + _more(recent, before) + _often(days)
    bad = _rhythm_broken(silent, usual_gap) + _few(days, silent) + _less(recent, before, silent)
    found = good + bad if risk == CLASSES[0] else bad or good  # what speaks for somebody explains no risk
    if not found:
        found = [Reason("last_came", {"days": silent})]
    return found[:_REASONS_MAX]


def _rhythm_broken(silent: int, gap: int | None) -> list[Reason]:
    if not gap or silent <= gap * _LATE:
        return []
    return [Reason("very_late" if silent > gap * _VERY_LATE else "late", {"gap": gap, "days": silent})]


def _rhythm_kept(silent: int, gap: int | None) -> list[Reason]:
    return [Reason("on_time", {"gap": gap, "days": silent})] if gap and silent <= gap * _LATE else []


def _few(days: int, silent: int) -> list[Reason]:
    if days == 1:
        return [Reason("bought_once", {"days": silent})]
    return [Reason("bought_twice", {"days": silent})] if days == 2 else []  # noqa: PLR2004 - twice


def _less(recent: int, before: int, silent: int) -> list[Reason]:
    if before <= 0 or recent >= before * _LESS:
        return []
    if recent <= 0:
        return [Reason("stopped_spending", {"before": before, "days": silent})]
    return [Reason("spends_less", {"percent": round(100 * (before - recent) / before), "recent": recent, "before": before})]


def _more(recent: int, before: int) -> list[Reason]:
    if before <= 0 or recent <= before * _MORE:
        return []
    return [Reason("spends_more", {"percent": round(100 * (recent - before) / before), "recent": recent, "before": before})]


def _often(days: int) -> list[Reason]:
    return [Reason("comes_often", {"times": days})] if days >= _OFTEN else []
