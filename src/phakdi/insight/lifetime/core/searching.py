"""Finding where a likelihood is highest."""

from collections.abc import Callable

import numpy as np

from phakdi.insight.lifetime.core.histories import Numbers

Likelihood = Callable[[Numbers], tuple[float, Numbers]]  # minus its logarithm, and the gradient

Bounds = list[tuple[float, float]]  # of each parameter

_STEP = 1e-4
_FLAT = 1e-300
_NEAR = 1e-7  # of parameters, which are logarithms
_ROUNDS_MAX = 20
_STEPS_MAX, _HALVINGS_MAX = 500, 40
_STEP_MAX = 2.0  # of a logarithm
_DOWN = 1e-4  # of the slope that a step must hold
_LITTLE = 1e-11  # of the value: a gain below it ends the search


def close_by(likelihood: Likelihood, begin: Numbers, bounds: Bounds) -> Numbers:
    """Return a place close to where the function is lowest, within the bounds: by BFGS with steps that are halved until they lead down.

    For a handful of unknowns this is a few lines; library routines use LAPACK, whose threads cost more than all the rest.
    """
    low, high = np.array(bounds).T
    best = np.clip(begin, low, high)
    value, slope = likelihood(best)
    inverse = np.eye(len(best)) / max(float(np.abs(slope).max()), 1.0)
    for _ in range(_STEPS_MAX):
        is_pinned = ((best <= low) & (slope > 0)) | ((best >= high) & (slope < 0))
        step = -(inverse @ np.where(is_pinned, 0.0, slope))
        if slope @ step >= 0:  # the picture of the curvature is of no use: begin anew
            inverse = np.eye(len(best)) / max(float(np.abs(slope).max()), 1.0)
            step = -(inverse @ np.where(is_pinned, 0.0, slope))
        step *= min(1.0, _STEP_MAX / max(float(np.abs(step).max()), _FLAT))
        for _ in range(_HALVINGS_MAX):
            tried = np.clip(best + step, low, high)
            there, next_slope = likelihood(tried)
            if there <= value + _DOWN * float(slope @ (tried - best)):
                break
            step /= 2
        else:
            return best
        moved, bent = tried - best, next_slope - slope
        gain, best, value, slope = value - there, tried, there, next_slope
        if gain <= _LITTLE * max(abs(value), 1.0):
            return best
        if (along := float(moved @ bent)) > _FLAT:
            turn = np.eye(len(best)) - np.outer(moved, bent) / along
            inverse = turn @ inverse @ turn.T + np.outer(moved, moved) / along
    return best


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
        step = solved(bend, slope[:, None])
        if step is None:
            break
        tried = np.clip(best - step[:, 0], low, high)
        there, next_slope = likelihood(tried)
        if not there < value:
            break
        is_near = np.abs(tried - best).max() < _NEAR
        best, value, slope = tried, there, next_slope
        if is_near:
            break
    return best


def solved(matrix: Numbers, right: Numbers) -> Numbers | None:
    """Return x of matrix · x = right for a few unknowns by elimination; None where there is none or many.

    LAPACK would do it too, and leave its threads spinning for longer than everything else takes.
    """
    rows = np.hstack([matrix, right]).astype(np.float64)
    size = len(matrix)
    for place in range(size):
        best = place + int(np.argmax(np.abs(rows[place:, place])))
        if not np.abs(rows[best, place]) > _FLAT:
            return None
        rows[[place, best]] = rows[[best, place]]
        rows[place] /= rows[place, place]
        for other in range(size):
            if other != place:
                rows[other] -= rows[other, place] * rows[place]
    return rows[:, size:]


def curvature(likelihood: Likelihood, at: Numbers) -> Numbers:
    """Return the matrix of second derivatives, by differences of the gradient."""
    rows = []
    for place in range(len(at)):
        move = np.zeros(len(at))
        move[place] = _STEP
        rows.append((likelihood(at + move)[1] - likelihood(at - move)[1]) / (2 * _STEP))
    return np.asarray((np.array(rows) + np.array(rows).T) / 2)
