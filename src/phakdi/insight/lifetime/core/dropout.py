"""Buying until one drops out: BG/NBD and MBG/NBD by maximum likelihood.

A member buys at a rate of their own (gamma: ``r``, ``alpha``) and after each purchase drops out with a chance of their own (beta: ``a``,
``b``). BG/NBD: Fader, Hardie and Lee 2005, "Counting your customers the easy way", Marketing Science 24(2). MBG/NBD, where one may drop
out after the very first purchase as well: Batislam, Denizel and Filiztekin 2007, International Journal of Research in Marketing 24(3).
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import betaln, gammaln, hyp2f1, psi

from phakdi.insight.lifetime.core.histories import Histories, Numbers

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
        k, may = _counted(self.kind, seen.x)
        ratio = np.exp((self.r + seen.x) * np.log((self.alpha + seen.T) / (self.alpha + seen.t_x)))
        gone = np.where(may, self.a / np.where(may, self.b + k - 1, 1.0) * ratio, 0.0)
        return np.asarray(1.0 / (1.0 + gone))

    def p_buys(self, seen: Histories, within: float) -> Numbers:
        """Return the chance of at least one purchase within so much time from now."""
        quiet = np.exp((self.r + seen.x) * np.log((self.alpha + seen.T) / (self.alpha + seen.T + within)))
        return np.asarray(self.p_alive(seen) * (1.0 - quiet))

    def expected(self, seen: Histories, within: float) -> Numbers:
        """Return how many purchases are expected within so much time from now."""
        return self.p_alive(seen) * self._if_alive(seen, within)

    def _if_alive(self, seen: Histories, within: float) -> Numbers:
        """Return the expectation for who is still there; it depends on (x, T) only, so each pair is worked out once."""
        pairs, where = np.unique(np.column_stack([seen.x, seen.T]), axis=0, return_inverse=True)
        x, now = pairs[:, 0], pairs[:, 1]
        k, _ = _counted(self.kind, x)
        top, z = self.a + self.b + k - 1, within / (self.alpha + now + within)
        series = hyp2f1(top - self.r - x, self.a - 1, top, z)
        found = top / (self.a - 1) * (1 - np.exp((self.a - 1) * np.log1p(-z)) * series)
        return np.asarray(found[where.ravel()])

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
    """Return the model under which the histories are most likely, with standard errors from the curvature there."""
    cells, start = seen.cells(), np.zeros(4)
    if len(cells.x) > _COARSE_CELLS:
        unit = float(cells.T.max()) / 100
        start = _best(cells.rounded(unit).cells(), kind, start)
    found = _best(cells, kind, start)
    r, alpha, a, b = (float(value) for value in np.exp(found))
    value, _ = _likelihood(found, cells, kind)
    return Dropout(kind, r, alpha, a, b, -value, _errors(found, cells, kind))


def _best(cells: Histories, kind: Kind, start: Numbers) -> Numbers:
    scale = max(float(np.average(cells.T, weights=cells.weight)) / 5, 1e-9)
    begin = start if start.any() else np.array([-1.0, np.log(scale), -0.2, 0.7])
    bound = np.log(EXTREME) + 1
    bounds = [(-bound, bound), (np.log(scale) - bound, np.log(scale) + bound), (-bound, bound), (-bound, bound)]
    found = minimize(
        _likelihood,
        begin,
        args=(cells, kind),
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"ftol": 1e-13, "gtol": 1e-6, "maxiter": 500},
    )
    return np.asarray(found.x, dtype=np.float64)


def _counted(kind: Kind, x: Numbers) -> tuple[Numbers, NDArray[np.bool_]]:
    return (x, x > 0) if kind is Kind.BG else (x + 1, np.ones(x.shape, dtype=np.bool_))


def _likelihood(logs: Numbers, cells: Histories, kind: Kind) -> tuple[float, Numbers]:
    """Return minus the log-likelihood and its gradient by the logarithms of r, alpha, a and b.

    What depends on the number of purchases alone is worked out once for each number.
    """
    r, alpha, a, b = np.exp(logs)
    counts, where = np.unique(cells.x, return_inverse=True)
    times = np.bincount(where.ravel(), weights=cells.weight, minlength=len(counts))
    k, _ = _counted(kind, counts)
    of_count = gammaln(r + counts) - gammaln(r) + r * np.log(alpha) + betaln(a, b + k) - betaln(a, b)

    k_cell, may = _counted(kind, cells.x)
    log_now, log_last, power = np.log(alpha + cells.T), np.log(alpha + cells.t_x), r + cells.x
    below = np.where(may, b + k_cell - 1, 1.0)
    stays = -power * log_now
    leaves = np.where(may, np.log(a) - np.log(below) - power * log_last, -np.inf)
    both = np.logaddexp(stays, leaves)
    value = float(times @ of_count + cells.weight @ both)

    left = np.where(may, np.exp(leaves - both), 0.0)
    here = 1.0 - left
    w = cells.weight
    by_r = times @ (psi(r + counts) - psi(r) + np.log(alpha)) - w @ (here * log_now + left * log_last)
    by_alpha = w.sum() * r / alpha - w @ (power * (here / (alpha + cells.T) + left / (alpha + cells.t_x)))
    whole = psi(a + b) - psi(a + b + k)
    by_a = times @ whole + (w @ left) / a
    by_b = times @ (psi(b + k) - psi(b) + whole) - w @ np.where(may, left / below, 0.0)
    return -value, -np.array([by_r * r, by_alpha * alpha, by_a * a, by_b * b])


def _errors(logs: Numbers, cells: Histories, kind: Kind) -> tuple[float, float, float, float] | None:
    """Return standard errors by the inverse of the observed information; None where the likelihood is flat."""
    step = 1e-4
    rows = []
    for place in range(4):
        move = np.zeros(4)
        move[place] = step
        rows.append((_likelihood(logs + move, cells, kind)[1] - _likelihood(logs - move, cells, kind)[1]) / (2 * step))
    information = (np.array(rows) + np.array(rows).T) / 2
    try:
        spread = np.diag(np.linalg.inv(information))
    except np.linalg.LinAlgError:
        return None
    if (spread <= 0).any():
        return None
    r, alpha, a, b = (float(value) for value in np.exp(logs) * np.sqrt(spread))
    return r, alpha, a, b
