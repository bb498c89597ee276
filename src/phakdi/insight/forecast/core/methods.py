"""Ways to forecast: the naive one, exponential smoothing, and the Theta method; each with the ends of an 80 % interval."""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from phakdi.kit.later import later

signal = later("scipy.signal")

Numbers = NDArray[np.float64]

Z80 = 1.2815515655446004
_ALPHA, _ROUNDS = 0.2, 100


class Method(StrEnum):
    """The way a series is forecast."""

    NAIVE = "NAIVE"
    LEVEL = "LEVEL"
    TREND = "TREND"
    THETA = "THETA"


@dataclass(frozen=True, slots=True)
class Path:
    """What is expected period by period, and within which ends with a chance of 80 %."""

    mean: Numbers
    low: Numbers
    high: Numbers


def naive(train: Numbers, season: int, horizon: int) -> Path:
    """Repeat the last season (the last value where ``season`` is 1).

    The interval grows with the root of the seasons ahead (Hyndman and Athanasopoulos, *Forecasting: Principles and Practice*, 5.5).
    """
    ahead = np.arange(horizon)
    mean = train[len(train) - season + ahead % season]
    missed = train[season:] - train[:-season]
    spread = float(np.sqrt(np.mean(missed**2))) * Z80 * np.sqrt(ahead // season + 1)
    return Path(mean, mean - spread, mean + spread)


def _smoothed(train: Numbers, season: int, horizon: int, *, trend: str | None) -> Path:
    import pandas as pd  # noqa: PLC0415 - slow to import, only needed here
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel  # noqa: PLC0415 - as above

    size = float(np.abs(train).mean()) or 1.0
    model = ETSModel(
        pd.Series(train / size),
        error="add",
        trend=trend,
        damped_trend=trend is not None,
        seasonal="add" if season > 1 else None,
        seasonal_periods=season if season > 1 else None,
    )
    fitted = model.fit(disp=False, maxiter=_ROUNDS)
    found = fitted.get_prediction(start=len(train), end=len(train) + horizon - 1).summary_frame(alpha=_ALPHA) * size
    return Path(found["mean"].to_numpy(), found["pi_lower"].to_numpy(), found["pi_upper"].to_numpy())


def level(train: Numbers, season: int, horizon: int) -> Path:
    """Smooth exponentially: a level, and seasons where there are any (ETS A,N,A or A,N,N)."""
    return _smoothed(train, season, horizon, trend=None)


def trend(train: Numbers, season: int, horizon: int) -> Path:
    """Smooth exponentially: a level, a trend that fades, and seasons (ETS A,Ad,A or A,Ad,N)."""
    return _smoothed(train, season, horizon, trend="add")


def theta(train: Numbers, season: int, horizon: int) -> Path:
    """Forecast by the Theta method, as simple smoothing with half the slope as drift (Hyndman and Billah 2003).

    Seasons are taken out before and put back. The bounds are those of simple smoothing.
    """
    seasons = _seasons(train, season)
    values, ahead = train - seasons[np.arange(len(train)) % season], np.arange(horizon)
    slope = float(np.polyfit(np.arange(len(values)), values, 1)[0])
    alpha, levels, missed = min((_simple(values, step / 20) for step in range(1, 20)), key=lambda each: float(each[2] @ each[2]))
    mean = levels[-1] + slope / 2 * (ahead + (1 - (1 - alpha) ** len(values)) / alpha) + seasons[(len(train) + ahead) % season]
    spread = Z80 * float(np.sqrt(np.mean(missed**2))) * np.sqrt(1 + ahead * alpha**2)
    return Path(mean, mean - spread, mean + spread)


def _simple(values: Numbers, alpha: float) -> tuple[float, Numbers, Numbers]:
    """Smooth simply from the first value on; return the levels and by how much each missed the next value."""
    levels, _ = signal.lfilter([alpha], [1, alpha - 1], values, zi=[(1 - alpha) * values[0]])
    return alpha, levels, values[1:] - levels[:-1]


def _seasons(values: Numbers, season: int) -> Numbers:
    """Return by how much each place of a season lies above a centered moving average, as a mean; they add up to 0."""
    if season == 1:
        return np.zeros(1)
    weights = np.ones(season) if season % 2 else np.concatenate([[0.5], np.ones(season - 1), [0.5]])
    half = len(weights) // 2
    above = values[half:-half] - np.convolve(values, weights / season, mode="valid")
    place = (np.arange(len(above)) + half) % season
    means = np.bincount(place, above, minlength=season) / np.bincount(place, minlength=season)
    return means - means.mean()


METHODS: Mapping[Method, Callable[[Numbers, int, int], Path]] = {
    Method.NAIVE: naive,
    Method.LEVEL: level,
    Method.TREND: trend,
    Method.THETA: theta,
}


def run(method: Method, train: Numbers, season: int, horizon: int) -> Path | None:
    """Forecast with a method; None where it does not come to an end or to numbers."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a fit that did not settle is judged by how it forecast
        try:
            path = METHODS[method](train, season, horizon)
        except (ValueError, np.linalg.LinAlgError, ZeroDivisionError, FloatingPointError):
            return None
    fine = all(np.isfinite(values).all() for values in (path.mean, path.low, path.high))
    return path if fine else None
