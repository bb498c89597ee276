"""What members spend at a purchase: the Gamma-Gamma model by maximum likelihood.

A member's mean value varies from member to member, independently of how often they buy. Fader and Hardie 2013, "The Gamma-Gamma model of
monetary value", note 025. ``gamma`` is a scale here, as there.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, psi

from phakdi.insight.lifetime.core.histories import Numbers
from phakdi.insight.lifetime.core.searching import lowest

CORRELATION_MAX = 0.3  # above it, value and frequency are not independent


@dataclass(frozen=True, slots=True)
class Spending:
    """A fitted model of the mean value of a purchase."""

    p: float
    q: float
    gamma: float
    log_likelihood: float = float("nan")
    correlation: float = float("nan")  # of value and frequency among repeaters

    def expected(self, x: Numbers, mean: Numbers) -> Numbers:
        """Return the value to be expected of a member's purchases; ``mean`` is of the ``x`` repeat purchases."""
        return np.asarray(self.p * (self.gamma + x * mean) / (self.p * x + self.q - 1))

    @property
    def refusal(self) -> str:
        """Why nobody is to be scored by this fit: a code; empty where there is no reason."""
        return "" if np.isfinite(self.log_likelihood) and self.q > 1 and min(self.p, self.gamma) > 0 else "value_not_identified"

    @property
    def is_dependent(self) -> bool:
        """Whether who buys often spends otherwise: the figures are then to be taken with care."""
        return bool(self.correlation > CORRELATION_MAX)


def fit(x: Numbers, mean: Numbers, weight: Numbers | None = None) -> Spending:
    """Return the model under which the mean values of repeaters are most likely; who never came again says nothing.

    Raises:
        ValueError: nobody came again and spent something.
    """
    keep = (x > 0) & (mean > 0)
    if not keep.any():
        raise ValueError("nobody came again and spent something")
    x, mean = x[keep], mean[keep]
    weight = np.ones_like(x) if weight is None else weight[keep]
    middle = float(np.average(mean, weights=weight))
    scaled = mean / middle  # so that the search starts from numbers near one
    begin = np.log([5.0, 4.0, 1.0])
    logs = lowest(lambda at: _likelihood(at, x, scaled, weight), begin, [(-9.0, 9.0)] * 3)
    p, q, gamma = (float(value) for value in np.exp(logs))
    value = -_likelihood(logs, x, scaled, weight)[0] - float(weight.sum()) * float(np.log(middle))
    return Spending(p, q, gamma * middle, value, _correlation(x, mean, weight))


def _likelihood(logs: Numbers, x: Numbers, mean: Numbers, weight: Numbers) -> tuple[float, Numbers]:
    p, q, gamma = np.exp(logs)
    px, below = p * x, gamma + x * mean
    value = (
        gammaln(px + q)
        - gammaln(px)
        - gammaln(q)
        + q * np.log(gamma)
        + (px - 1) * np.log(mean)
        + px * np.log(x)
        - (px + q) * np.log(below)
    )
    by_p = x * (psi(px + q) - psi(px) + np.log(mean) + np.log(x) - np.log(below))
    by_q = psi(px + q) - psi(q) + np.log(gamma) - np.log(below)
    by_gamma = q / gamma - (px + q) / below
    gradient = np.array([weight @ by_p * p, weight @ by_q * q, weight @ by_gamma * gamma])
    return -float(weight @ value), -gradient


def _correlation(x: Numbers, mean: Numbers, weight: Numbers) -> float:
    if len(x) <= 1:
        return float("nan")
    spread = np.cov(np.vstack([x, mean]), fweights=weight.astype(np.int64))
    below = float(np.sqrt(spread[0, 0] * spread[1, 1]))
    return float(spread[0, 1]) / below if below > 0 else float("nan")
