"""What members spend at a purchase: the Gamma-Gamma model by maximum likelihood.

A member's mean value varies from member to member, independently of how often they buy. Fader and Hardie 2013, "The Gamma-Gamma model of
monetary value", note 025. ``gamma`` is a scale here, as there.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, psi

from phakdi.insight.lifetime.core.histories import Numbers, distinct, dot
from phakdi.insight.lifetime.core.searching import Likelihood, close_by, curvature, descend, lowest

CORRELATION_MAX = 0.3  # above it, value and frequency are not independent
_COARSE_ROWS = 20_000  # with more rows than this, a coarse fit comes first
_STEPS = 400  # of value in a coarse fit
_PIECE = 1 << 16


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
        found = x * mean
        found += self.gamma
        found *= self.p
        found /= self.p * x + (self.q - 1)
        return found

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
    members = float(weight.sum())
    middle = dot(weight, mean) / members
    logs = np.log(mean / middle)  # so that the search starts from numbers near one
    bounds = [(-9.0, 9.0)] * 3
    begin = np.log([5.0, 4.0, 1.0])
    likelihood = _likelihood_of(x, logs, weight)
    if len(x) <= _COARSE_ROWS:
        found = lowest(likelihood, begin, bounds)
    else:  # a coarse likeness leads close by; its curvature serves the last steps
        near = _likelihood_of(*_coarse(x, logs, weight))
        found = close_by(near, begin, bounds)
        found = descend(likelihood, found, curvature(near, found), bounds)
    p, q, gamma = (float(value) for value in np.exp(found))
    value = -likelihood(found)[0] - members * float(np.log(middle))
    return Spending(p, q, gamma * middle, value, _correlation(x, mean, weight))


def _coarse(x: Numbers, logs: Numbers, weight: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Return rows of equal frequency and nearly equal value as one each."""
    low = float(logs.min())
    step = max((float(logs.max()) - low) / _STEPS, 1e-6)
    (kinds, steps), where = distinct(x, np.rint((logs - low) / step))
    return kinds, low + steps * step, np.bincount(where, weights=weight, minlength=len(kinds)).astype(np.float64)


def _likelihood_of(x: Numbers, logs: Numbers, weight: Numbers) -> Likelihood:
    """Return minus the log-likelihood and its gradient by the logarithms of p, q and gamma.

    What depends on the frequency alone is added up by frequency once; of each row one logarithm and one division are left.
    """
    (counts,), where = distinct(x)
    members = np.bincount(where, weights=weight, minlength=len(counts))
    of_value = np.bincount(where, weights=weight * logs, minlength=len(counts)) + members * np.log(counts)
    constant = dot(weight, logs)
    paid, times = x * np.exp(logs), x * weight

    def likelihood(at: Numbers) -> tuple[float, Numbers]:
        p, q, gamma = np.exp(at)
        log_once = log_times = over_once = over_times = 0.0
        for first in range(0, len(paid), _PIECE):
            part = slice(first, first + _PIECE)
            below = gamma + paid[part]
            log, over = np.log(below), 1.0 / below
            once, often = weight[part], times[part]
            log_once, log_times = log_once + dot(once, log), log_times + dot(often, log)
            over_once, over_times = over_once + dot(once, over), over_times + dot(often, over)
        px = p * counts
        value = members @ (gammaln(px + q) - gammaln(px) - gammaln(q) + q * np.log(gamma)) + p * (counts @ of_value) - constant
        value -= p * log_times + q * log_once
        by_p = members @ (counts * (psi(px + q) - psi(px))) + counts @ of_value - log_times
        by_q = members @ (psi(px + q) - psi(q) + np.log(gamma)) - log_once
        by_gamma = members.sum() * q / gamma - p * over_times - q * over_once
        return -float(value), -np.array([by_p * p, by_q * q, by_gamma * gamma])

    return likelihood


def _correlation(x: Numbers, mean: Numbers, weight: Numbers) -> float:
    members = float(weight.sum())
    if members <= 1:
        return float("nan")
    of_x, of_mean = x - dot(weight, x) / members, mean - dot(weight, mean) / members
    below = float(np.sqrt(dot(weight, of_x * of_x) * dot(weight, of_mean * of_mean)))
    return dot(weight, of_x * of_mean) / below if below > 0 else float("nan")
