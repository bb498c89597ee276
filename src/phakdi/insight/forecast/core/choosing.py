"""Which forecast is shown: the way that was least off on the past, and only if it beats the naive one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from phakdi.insight.forecast.core.judging import errors_of
from phakdi.insight.forecast.core.methods import Method, Numbers, Path, run

ORIGINS = 6


@dataclass(frozen=True, slots=True)
class Plan:
    """How a series is forecast: its season in periods (1: none), how many periods ahead, and how many it must have."""

    season: int
    horizon: int
    need: int


@dataclass(frozen=True, slots=True)
class Backtest:
    """How far a way was off when it was asked at ``origins`` earlier times: means over them; ``covered`` of the 80 % interval."""

    origins: int
    mae: float
    mase: float | None
    smape: float | None
    covered: float


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
    found, inside = [], []
    for origin in origins_of(len(values), plan):
        train, truth = values[:origin], values[origin : origin + plan.horizon]
        path = run(method, train, plan.season, plan.horizon)
        if path is None:
            return None
        path = within(path, bounds)
        found.append(errors_of(truth, path.mean, train, plan.season))
        inside.append(np.mean((path.low <= truth) & (truth <= path.high)))
    if not found:
        return None
    mase = [error.mase for error in found]
    smape = [error.smape for error in found if error.smape is not None]
    return Backtest(
        len(found),
        float(np.mean([error.mae for error in found])),
        float(np.mean([each for each in mase if each is not None])) if all(each is not None for each in mase) else None,
        float(np.mean(smape)) if smape else None,
        float(np.mean(inside)),
    )


def choose(values: Sequence[float], plan: Plan, *, low: float = -np.inf, high: float = np.inf) -> Chosen | None:
    """Return the forecast of the way with the lowest MASE on rolling origins, or the naive one where none is below 1.

    None where the series is shorter than ``plan.need``, or never changes. ``low`` and ``high`` are what the series cannot leave.
    """
    series = np.asarray(values, dtype=float)
    if len(series) < plan.need or not np.ptp(series):
        return None
    tests = {method: backtest(method, series, plan, (low, high)) for method in Method}
    judged = [(test.mase, method) for method, test in tests.items() if test is not None and test.mase is not None]
    best, method = min(judged, key=lambda pair: pair[0], default=(np.inf, Method.NAIVE))
    is_better = best < 1
    method = method if is_better else Method.NAIVE
    path, test = run(method, series, plan.season, plan.horizon), tests[method]
    if path is None or test is None:
        method, is_better = Method.NAIVE, False
        path, test = run(method, series, plan.season, plan.horizon), tests[method]
    if path is None or test is None:
        return None
    tried = tuple((each, found.mase if (found := tests[each]) else None) for each in Method)
    return Chosen(method, within(path, (low, high)), test, is_better, tried)


def within(path: Path, bounds: tuple[float, float]) -> Path:
    """Cut a forecast to what the series cannot leave."""
    return Path(*(np.clip(values, *bounds) for values in (path.mean, path.low, path.high)))
