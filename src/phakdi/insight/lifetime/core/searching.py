"""Finding where a likelihood is highest."""

from collections.abc import Callable

import numpy as np
from scipy.optimize import minimize

from phakdi.insight.lifetime.core.histories import Numbers

Likelihood = Callable[[Numbers], tuple[float, Numbers]]  # minus its logarithm, and the gradient

Bounds = list[tuple[float, float]]  # of each parameter

_STEP = 1e-4
_NEAR = 1e-7  # of parameters, which are logarithms
_ROUNDS_MAX = 20


def close_by(likelihood: Likelihood, begin: Numbers, bounds: Bounds) -> Numbers:
    """Return a place close to where the function is lowest, by L-BFGS-B."""
    found = minimize(likelihood, begin, jac=True, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-10, "maxiter": 500})
    return np.asarray(found.x, dtype=np.float64)


def lowest(likelihood: Likelihood, begin: Numbers, bounds: Bounds) -> Numbers:
    """Return where the function is lowest: close by first, then to the last digit by Newton's method."""
    best = close_by(likelihood, begin, bounds)
    for _ in range(_ROUNDS_MAX):
        better = descend(likelihood, best, curvature(likelihood, best), bounds, steps=1)
        if np.abs(better - best).max() < _NEAR:
            break
        best = better
    return best


def descend(likelihood: Likelihood, begin: Numbers, bend: Numbers, bounds: Bounds, *, steps: int = 40) -> Numbers:
    """Return what Newton's steps with a known curvature lead to, as long as they lead down."""
    low, high = np.array(bounds).T
    best = begin
    value, slope = likelihood(best)
    for _ in range(steps):
        try:
            tried = np.clip(best - np.linalg.solve(bend, slope), low, high)
        except np.linalg.LinAlgError:
            break
        there, next_slope = likelihood(tried)
        if not there < value:
            break
        is_near = np.abs(tried - best).max() < _NEAR
        best, value, slope = tried, there, next_slope
        if is_near:
            break
    return best


def curvature(likelihood: Likelihood, at: Numbers) -> Numbers:
    """Return the matrix of second derivatives, by differences of the gradient."""
    rows = []
    for place in range(len(at)):
        move = np.zeros(len(at))
        move[place] = _STEP
        rows.append((likelihood(at + move)[1] - likelihood(at - move)[1]) / (2 * _STEP))
    return np.asarray((np.array(rows) + np.array(rows).T) / 2)
