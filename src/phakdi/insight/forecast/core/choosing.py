"""Which forecast is shown: the way that was least off on the past, and only if it beats the naive one."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
from threadpoolctl import threadpool_limits

from phakdi.insight.forecast.core.judging import errors_of
from phakdi.insight.forecast.core.methods import Method, Numbers, Path, run

ORIGINS, COVERAGE, CALIBRATED_MIN = 6, 0.8, 12
STRETCH = (0.25, 4.0)


@dataclass(frozen=True, slots=True)
class Plan:
    """How a series is forecast: its season in periods (1: none), how many periods ahead, and how many it must have."""

    season: int
    horizon: int
    need: int


@dataclass(frozen=True, slots=True)
class Backtest:
    """How far a way was off when it was asked at ``origins`` earlier times: means over them; ``covered`` of the 80 % interval.

    ``widen`` is by how much the method's own interval is stretched so that four truths in five lay within. ``covered`` is counted for
    each time with the stretch that the other times ask for, so that nothing judges itself.
    """

    origins: int
    mae: float
    mase: float | None
    smape: float | None
    covered: float
    widen: float = 1.0


@dataclass(frozen=True, slots=True)
class Chosen:
    """A forecast and how it was judged. ``is_better``: its MASE is below 1; else the naive forecast is shown."""

    method: Method
    path: Path
    backtest: Backtest
    is_better: bool
    tried: tuple[tuple[Method, float | None], ...]


def origins_of(length: int, plan: Plan) -> list[int]:
    """Return how much of the series was known at each rolling origin, the latest first: half a horizon apart, at most six.

    Each leaves two seasons, or twice the horizon, to fit to.
    """
    least = max(2 * plan.season, 2 * plan.horizon) if plan.season > 1 else max(2 * plan.horizon, plan.need - 2 * plan.horizon)
    step = max(1, plan.horizon // 2)
    return list(range(length - plan.horizon, least - 1, -step))[:ORIGINS]


def backtest(method: Method, values: Numbers, plan: Plan, bounds: tuple[float, float]) -> Backtest | None:
    """Ask a way at each rolling origin and compare with what came; None where it failed at any."""
    found, reached = [], []
    for origin in origins_of(len(values), plan):
        train, truth = values[:origin], values[origin : origin + plan.horizon]
        path = run(method, train, plan.season, plan.horizon)
        if path is None:
            return None
        path = within(path, bounds)
        found.append(errors_of(truth, path.mean, train, plan.season))
        reached.append(_reach(path, truth))
    if not found:
        return None
    mase = [error.mase for error in found]
    smape = [error.smape for error in found if error.smape is not None]
    return Backtest(
        len(found),
        float(np.mean([error.mae for error in found])),
        float(np.mean([each for each in mase if each is not None])) if all(each is not None for each in mase) else None,
        float(np.mean(smape)) if smape else None,
        float(np.mean([np.mean(each <= _stretch(reached[:at] + reached[at + 1 :])) for at, each in enumerate(reached)])),
        _stretch(reached),
    )


def _reach(path: Path, truth: Numbers) -> Numbers:
    """Return how far each truth lay from what was expected, as a multiple of the interval's end on that side."""
    end = np.where(truth > path.mean, path.high - path.mean, path.mean - path.low)
    return np.abs(truth - path.mean) / np.maximum(end, 1e-9 * max(float(np.abs(truth).max()), 1e-9))


def _stretch(reached: Sequence[Numbers]) -> float:
    """Return by how much intervals must be stretched to hold four truths in five (split conformal); 1 where too few are known."""
    ratios = np.sort(np.concatenate(reached)) if reached else np.empty(0)
    if len(ratios) < CALIBRATED_MIN:
        return 1.0
    return float(np.clip(ratios[min(len(ratios) - 1, ceil((len(ratios) + 1) * COVERAGE) - 1)], *STRETCH))


def stretched(path: Path, by: float) -> Path:
    """Return a forecast whose interval is so many times as wide."""
    return Path(path.mean, path.mean - by * (path.mean - path.low), path.mean + by * (path.high - path.mean))


def choose(values: Sequence[float], plan: Plan, *, low: float = -np.inf, high: float = np.inf) -> Chosen | None:
    """Return the forecast of the way with the lowest MASE on rolling origins, or the naive one where none is below 1.

    None where the series is shorter than ``plan.need``, or never changes. ``low`` and ``high`` are what the series cannot leave.
    """
    series = np.asarray(values, dtype=float)
    if len(series) < plan.need or not np.ptp(series):
        return None
    with threadpool_limits(1):  # matrices of a few rows: threads would only wait for each other
        return _choose(series, plan, low, high)


def _choose(series: Numbers, plan: Plan, low: float, high: float) -> Chosen | None:
    tests = {method: backtest(method, series, plan, (low, high)) for method in Method}
    judged = [(test.mase, method) for method, test in tests.items() if test is not None and test.mase is not None]
    best, method = min(judged, key=lambda pair: round(pair[0], 3), default=(np.inf, Method.NAIVE))  # of equal ones the simpler
    is_better = best < 1
    method = method if is_better else Method.NAIVE
    path, test = run(method, series, plan.season, plan.horizon), tests[method]
    if path is None or test is None:
        method, is_better = Method.NAIVE, False
        path, test = run(method, series, plan.season, plan.horizon), tests[method]
    if path is None or test is None:
        return None
    tried = tuple((each, found.mase if (found := tests[each]) else None) for each in Method)
    return Chosen(method, within(stretched(path, test.widen), (low, high)), test, is_better, tried)


def within(path: Path, bounds: tuple[float, float]) -> Path:
    """Cut a forecast to what the series cannot leave."""
    return Path(*(np.clip(values, *bounds) for values in (path.mean, path.low, path.high)))
