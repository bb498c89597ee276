"""Buying until one drops out: BG/NBD and MBG/NBD by maximum likelihood.

A member buys at a rate of their own (gamma: ``r``, ``alpha``) and after each purchase drops out with a chance of their own (beta: ``a``,
``b``). BG/NBD: Fader, Hardie and Lee 2005, "Counting your customers the easy way", Marketing Science 24(2). MBG/NBD, where one may drop
out after the very first purchase as well: Batislam, Denizel and Filiztekin 2007, International Journal of Research in Marketing 24(3).
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, gammaln, hyp2f1, psi

from phakdi.insight.lifetime.core.histories import Histories, Numbers, distinct
from phakdi.insight.lifetime.core.searching import Likelihood, curvature, descend, lowest

REPEATERS_MIN = 200  # fewer say too little
EXTREME = 1e4  # an estimate beyond this, or below its inverse, ran away
IDLE_DROPOUT = 0.005  # a mean chance to drop out below this is none
_COARSE_CELLS = 20_000  # with more cells than this, a coarse fit comes first


class Kind(StrEnum):
    """When one may drop out."""

    BG = "BG/NBD"  # after a repeat purchase
    MBG = "MBG/NBD"  # after every purchase, the first included


@dataclass(frozen=True, slots=True)
class Dropout:
    """A fitted model. Rates are per unit of time of the histories it was fitted to."""

    kind: Kind
    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float = float("nan")
    errors: tuple[float, float, float, float] | None = None  # standard errors of r, alpha, a, b

    def p_alive(self, seen: Histories) -> Numbers:
        """Return for each history the chance that its member has not dropped out."""
        found = np.empty_like(seen.x)
        for part, some in seen.pieces():
            k, may = _counted(self.kind, some.x)
            ratio = np.exp((self.r + some.x) * np.log((self.alpha + some.T) / (self.alpha + some.t_x)))
            gone = np.where(may, self.a / np.where(may, self.b + k - 1, 1.0) * ratio, 0.0)
            found[part] = 1.0 / (1.0 + gone)
        return found

    def p_buys(self, seen: Histories, within: float) -> Numbers:
        """Return the chance of at least one purchase within so much time from now."""
        return self.p_alive(seen) * self.p_buys_if_alive(seen, within)

    def p_buys_if_alive(self, seen: Histories, within: float) -> Numbers:
        """Return the chance of at least one purchase within so much time from now, of who has not dropped out."""
        found = np.empty_like(seen.x)
        for part, some in seen.pieces():
            found[part] = 1.0 - np.exp((self.r + some.x) * np.log((self.alpha + some.T) / (self.alpha + some.T + within)))
        return found

    def expected(self, seen: Histories, within: float) -> Numbers:
        """Return how many purchases are expected within so much time from now."""
        return self.p_alive(seen) * self.expected_if_alive(seen, within)

    def expected_if_alive(self, seen: Histories, within: float) -> Numbers:
        """Return the expectation for who is still there; it depends on (x, T) only, so each pair is worked out once."""
        (x, now), where = distinct(seen.x, seen.T)
        return self._of_pairs(x, now, within)[where]

    def _of_pairs(self, x: Numbers, now: Numbers, within: float) -> Numbers:
        k, _ = _counted(self.kind, x)
        top, z = self.a + self.b + k - 1, within / (self.alpha + now + within)
        series = hyp2f1(top - self.r - x, self.a - 1, top, z)
        return np.asarray(top / (self.a - 1) * (1 - np.exp((self.a - 1) * np.log1p(-z)) * series))

    def discounted(self, seen: Histories, *, periods: int, length: float, rate: float) -> Numbers:
        """Return the purchases expected in each of the next periods, each discounted to now, added up."""
        found = self.discounted_if_alive(seen, periods=periods, length=length, rate=rate)
        found *= self.p_alive(seen)
        return found

    def discounted_if_alive(self, seen: Histories, *, periods: int, length: float, rate: float) -> Numbers:
        """Return the same for who is still there."""
        (x, now), where = distinct(seen.x, seen.T)
        found, before = np.zeros_like(x), np.zeros_like(x)
        for period in range(1, periods + 1):
            so_far = self._of_pairs(x, now, period * length)
            found += (so_far - before) / (1 + rate) ** period
            before = so_far
        return found[where]

    def expected_of_new(self, within: float) -> float:
        """Return how many repeat purchases a new member makes within so much time from the first purchase, on average."""
        zero = np.zeros(1)
        if self.kind is Kind.MBG:
            return float(self.expected(Histories.of(zero, zero, zero), within)[0])
        z = within / (self.alpha + within)
        series = hyp2f1(self.r, self.b, self.a + self.b - 1, z)
        return float((self.a + self.b - 1) / (self.a - 1) * (1 - (self.alpha / (self.alpha + within)) ** self.r * series))

    def refusal(self, repeaters: float) -> str:
        """Return why nobody is to be scored by this fit: a code; empty where there is no reason."""
        if repeaters < REPEATERS_MIN:
            return "too_few_repeaters"
        values = (self.r, self.alpha, self.a, self.b)
        if any(not 1 / EXTREME < value < EXTREME for value in values):
            return "estimate_at_bound"
        error = self.errors[2] if self.errors else float("nan")
        if not error < self.a or self.a / (self.a + self.b) < IDLE_DROPOUT:
            return "dropout_not_identified"
        return ""


def fit(seen: Histories, kind: Kind = Kind.MBG) -> Dropout:
    """Return the model under which the histories are most likely, with standard errors from the curvature there.

    Where histories are many, a coarse likeness of them leads close by; its curvature then serves the last steps and the errors.
    """
    cells = seen.cells()
    likelihood = _likelihood_of(cells, kind)
    scale = max(float(np.average(cells.T, weights=cells.weight)) / 5, 1e-9)
    bound = np.log(EXTREME) + 1
    bounds = [(-bound, bound), (np.log(scale) - bound, np.log(scale) + bound), (-bound, bound), (-bound, bound)]
    near = likelihood if len(cells.x) <= _COARSE_CELLS else _likelihood_of(cells.rounded(float(cells.T.max()) / 60).cells(), kind)
    found = lowest(near, np.array([-1.0, np.log(scale), -0.2, 0.7]), bounds)
    bend = curvature(near, found)
    if near is not likelihood:
        found = descend(likelihood, found, bend, bounds)
    r, alpha, a, b = (float(value) for value in np.exp(found))
    return Dropout(kind, r, alpha, a, b, -likelihood(found)[0], _errors(found, bend))


def _counted(kind: Kind, x: Numbers) -> tuple[Numbers, NDArray[np.bool_]]:
    return (x, x > 0) if kind is Kind.BG else (x + 1, np.ones(x.shape, dtype=np.bool_))


def _likelihood_of(cells: Histories, kind: Kind) -> Likelihood:
    """Return minus the log-likelihood and its gradient by the logarithms of r, alpha, a and b.

    What depends on the number of purchases alone is worked out once for each number.
    """
    counts, where = np.unique(cells.x, return_inverse=True)
    where = where.ravel()
    times = np.bincount(where, weights=cells.weight, minlength=len(counts))
    k, may = _counted(kind, counts)
    may_leave, w, members = may[where], cells.weight, float(cells.weight.sum())

    def likelihood(logs: Numbers) -> tuple[float, Numbers]:
        r, alpha, a, b = np.exp(logs)
        of_count = gammaln(r + counts) - gammaln(r) + r * np.log(alpha) + betaln(a, b + k) - betaln(a, b)
        below = np.where(may, b + k - 1, 1.0)
        log_now, log_last, power = np.log(alpha + cells.T), np.log(alpha + cells.t_x), (r + counts)[where]
        odds = np.where(may_leave, (np.log(a) - np.log(below))[where] + power * (log_now - log_last), -np.inf)
        value = float(times @ of_count + w @ (np.logaddexp(0.0, odds) - power * log_now))

        left = np.exp(odds - np.logaddexp(0.0, odds))
        here = 1.0 - left
        by_r = times @ (psi(r + counts) - psi(r) + np.log(alpha)) - w @ (here * log_now + left * log_last)
        by_alpha = members * r / alpha - w @ (power * (here / (alpha + cells.T) + left / (alpha + cells.t_x)))
        whole = psi(a + b) - psi(a + b + k)
        by_a = times @ whole + (w @ left) / a
        by_b = times @ (psi(b + k) - psi(b) + whole) - w @ (left / below[where])
        return -value, -np.array([by_r * r, by_alpha * alpha, by_a * a, by_b * b])

    return likelihood


def _errors(logs: Numbers, information: Numbers) -> tuple[float, float, float, float] | None:
    """Return standard errors by the inverse of the observed information; None where the likelihood is flat."""
    try:
        spread = np.diag(np.linalg.inv(information))
    except np.linalg.LinAlgError:
        return None
    if (spread <= 0).any():
        return None
    r, alpha, a, b = (float(value) for value in np.exp(logs) * np.sqrt(spread))
    return r, alpha, a, b
