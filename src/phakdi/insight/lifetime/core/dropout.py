"""Buying until one drops out: BG/NBD and MBG/NBD by maximum likelihood.

A member buys at a rate of their own (gamma: ``r``, ``alpha``) and after each purchase drops out with a chance of their own (beta: ``a``,
``b``). BG/NBD: Fader, Hardie and Lee 2005, "Counting your customers the easy way", Marketing Science 24(2). MBG/NBD, where one may drop
out after the very first purchase as well: Batislam, Denizel and Filiztekin 2007, International Journal of Research in Marketing 24(3).
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, gammaln, hyp2f1, psi

from phakdi.insight.lifetime.core.histories import Histories, Numbers, distinct, dot
from phakdi.insight.lifetime.core.searching import Likelihood, close_by, curvature, descend, lowest, solved

REPEATERS_MIN = 200  # fewer say too little
EXTREME = 1e4  # an estimate beyond this, or below its inverse, ran away
IDLE_DROPOUT = 0.005  # a mean chance to drop out below this is none
_PRECISION = 1e-15
_PIECE = 1 << 13
_COARSE_CELLS = 20_000  # with more cells than this, a coarse fit comes first
_COARSE_TIMES = 40  # different times in a coarse fit
_WHOLE_UNIT = 0.5  # a coarse unit above it is a whole number, which is numbered faster


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
        return self._by_pair(seen, lambda x, now: self._of_pairs(x, now, within))

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

        def of_pairs(x: Numbers, now: Numbers) -> Numbers:
            found, before = np.zeros_like(x), np.zeros_like(x)
            for period in range(1, periods + 1):
                so_far = self._of_pairs(x, now, period * length)
                found += (so_far - before) / (1 + rate) ** period
                before = so_far
            return found

        return self._by_pair(seen, of_pairs)

    def _by_pair(self, seen: Histories, of_pairs: Callable[[Numbers, Numbers], Numbers]) -> Numbers:
        """Return a smooth function of (x, T) for every history, worked out for few pairs only.

        For each x it is interpolated between Chebyshev's points of log(alpha + T). The nearest singularity lies at log(time) ± iπ, so
        that the error falls by a factor that is known with every point: as many are taken as double precision needs.
        """
        (x,), of_x = distinct(seen.x)
        (now,), of_now = distinct(seen.T)
        logs = np.log(self.alpha + now)
        half = float(logs[-1] - logs[0]) / 2 if len(now) > 1 else 0.0
        reach = np.pi / half if half else np.inf
        points = int(-np.log(_PRECISION) / np.arcsinh(reach)) + 2 if half else 1
        if points >= len(now):
            table = of_pairs(np.repeat(x, len(now)), np.tile(now, len(x))).reshape(len(x), len(now))
        else:
            at = np.polynomial.chebyshev.chebpts1(points)
            times = np.exp(logs[0] + (at + 1) * half) - self.alpha
            values = of_pairs(np.repeat(x, points), np.tile(np.maximum(times, 0.0), len(x))).reshape(len(x), points)
            bases = np.polynomial.chebyshev.chebvander(at, points - 1)
            sizes = np.full(points, 2 / points)
            sizes[0] = 1 / points
            wanted = np.polynomial.chebyshev.chebvander((logs - logs[0]) / half - 1, points - 1)
            table = np.einsum("xk,tk->xt", np.einsum("xp,pk->xk", values, bases) * sizes, wanted)
        return np.asarray(table[of_x, of_now], dtype=np.float64)

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
    begin = np.array([-1.0, np.log(scale), -0.2, 0.7])
    if len(cells.x) <= _COARSE_CELLS:
        found = lowest(likelihood, begin, bounds)
        bend = curvature(likelihood, found)
    else:
        unit = float(cells.T.max()) / _COARSE_TIMES
        near = _likelihood_of(cells.rounded(max(1.0, float(np.rint(unit))) if unit > _WHOLE_UNIT else unit).cells(), kind)
        found = close_by(near, begin, bounds)
        bend = curvature(near, found)
        found = descend(likelihood, found, bend, bounds)
    r, alpha, a, b = (float(value) for value in np.exp(found))
    return Dropout(kind, r, alpha, a, b, -likelihood(found)[0], _errors(found, bend))


def log_likelihood(seen: Histories, model: Dropout) -> float:
    """Return how likely the histories are under a model, whoever fitted it: the natural logarithm."""
    return -_likelihood_of(seen.cells(), model.kind)(np.log([model.r, model.alpha, model.a, model.b]))[0]


def _counted(kind: Kind, x: Numbers) -> tuple[Numbers, NDArray[np.bool_]]:
    return (x, x > 0) if kind is Kind.BG else (x + 1, np.ones(x.shape, dtype=np.bool_))


def _likelihood_of(cells: Histories, kind: Kind) -> Likelihood:
    """Return minus the log-likelihood and its gradient by the logarithms of r, alpha, a and b.

    What depends on the number of purchases alone is worked out once for each number.
    """
    (counts,), where = distinct(cells.x)
    times = np.bincount(where, weights=cells.weight, minlength=len(counts)).astype(np.float64)
    k, may = _counted(kind, counts)
    members = float(cells.weight.sum())
    parts = [
        (where[part], some.T, some.t_x, some.weight, np.where(may[where[part]], 0.0, -np.inf))
        for part, some in cells.pieces(_PIECE)
    ]

    def likelihood(logs: Numbers) -> tuple[float, Numbers]:
        r, alpha, a, b = (float(value) for value in np.exp(logs))
        whole = psi(a + b) - psi(a + b + k)
        of_count = gammaln(r + counts) - gammaln(r) + r * np.log(alpha) + betaln(a, b + k) - betaln(a, b)
        value = dot(times, of_count)
        by_r = dot(times, psi(r + counts) - psi(r) + np.log(alpha))
        by_alpha = members * r / alpha
        by_a, by_b = dot(times, whole), dot(times, psi(b + k) - psi(b) + whole)
        over_below = 1.0 / np.where(may, b + k - 1, 1.0)
        log_odds = np.log(a * over_below)
        for of, now, last, weight, never in parts:
            from_now, from_last, power = alpha + now, alpha + last, r + counts[of]
            log_now, log_last = np.log(from_now), np.log(from_last)
            odds = log_odds[of] + power * (log_now - log_last) + never
            small = np.exp(-np.abs(odds))
            left = np.where(odds >= 0, 1.0, small) / (1.0 + small)
            here = 1.0 - left
            value += dot(weight, np.maximum(odds, 0.0) + np.log(1.0 + small) - power * log_now)
            by_r -= dot(weight, here * log_now + left * log_last)
            by_alpha -= dot(weight, power * (here / from_now + left / from_last))
            gone = weight * left
            by_a += float(gone.sum()) / a
            by_b -= dot(gone, over_below[of])
        return -value, -np.array([by_r * r, by_alpha * alpha, by_a * a, by_b * b])

    return likelihood


def _errors(logs: Numbers, information: Numbers) -> tuple[float, float, float, float] | None:
    """Return standard errors by the inverse of the observed information; None where the likelihood is flat."""
    inverse = solved(information, np.eye(len(information)))
    if inverse is None or not (np.diag(inverse) > 0).all():
        return None
    spread = np.diag(inverse)
    r, alpha, a, b = (float(value) for value in np.exp(logs) * np.sqrt(spread))
    return r, alpha, a, b
