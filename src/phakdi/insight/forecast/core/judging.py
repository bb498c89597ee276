"""How far a forecast was off (K34)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Series = Sequence[float] | NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Errors:
    """Of one forecast: mean absolute error in the series' own unit; as a multiple of the naive one's in training; sMAPE as a share."""

    mae: float
    mase: float | None
    smape: float | None


def scale_of(train: Series, season: int) -> float | None:
    """Return the mean |y_t − y_(t−season)| in training, by which errors are scaled; None where it is 0 or cannot be known."""
    values = np.asarray(train, dtype=float)
    if len(values) <= season:
        return None
    return float(np.mean(np.abs(values[season:] - values[:-season]))) or None


def errors_of(truth: Series, forecast: Series, train: Series, season: int) -> Errors:
    """Return how far ``forecast`` was off ``truth``, which followed ``train``. sMAPE is the mean of 2|e| / (|y| + |f|)."""
    true, said = np.asarray(truth, dtype=float), np.asarray(forecast, dtype=float)
    off, size = np.abs(true - said), np.abs(true) + np.abs(said)
    scale, mae = scale_of(train, season), float(off.mean())
    fair = size > 0
    smape = float(np.mean(2 * off[fair] / size[fair])) if fair.any() else None
    return Errors(mae, mae / scale if scale else None, smape)
