"""Recency, frequency and amount as scores 1 to 5, and the names of the groups they make (K16)."""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Cuts = tuple[int, int, int, int]  # at 20, 40, 60 and 80 %

SCORES = range(1, 6)
NAMES = (
    "champions", "loyal", "potential", "new", "promising", "needs_attention", "about_to_sleep", "cannot_lose", "at_risk", "hibernating",
)  # fmt: skip
_NAMED: Mapping[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "champions": ((5,), (4, 5)),
    "loyal": ((3, 4), (4, 5)),
    "potential": ((4, 5), (2, 3)),
    "new": ((5,), (1,)),
    "promising": ((4,), (1,)),
    "needs_attention": ((3,), (3,)),
    "about_to_sleep": ((3,), (1, 2)),
    "cannot_lose": ((1, 2), (5,)),
    "at_risk": ((1, 2), (3, 4)),
    "hibernating": ((1, 2), (1, 2)),
}
_NAME_OF = {(r, f): name for name, (recencies, frequencies) in _NAMED.items() for r in recencies for f in frequencies}


def cuts_of(values: Whole) -> Cuts:
    """Return the smallest values that at least 20, 40, 60 and 80 percent of all do not exceed; of nobody, zeros."""
    if not len(values):
        return (0, 0, 0, 0)
    ordered = np.sort(values)
    first, second, third, fourth = (int(ordered[math.ceil(len(values) * fifth / 5) - 1]) for fifth in range(1, 5))
    return first, second, third, fourth


def rising(values: Whole, cuts: Cuts) -> Whole:
    """Return 1 to 5, the higher the value: one more than there are cuts below it. Equal values score alike."""
    return np.searchsorted(np.array(cuts), values, side="left").astype(np.int64) + 1


def falling(values: Whole, cuts: Cuts) -> Whole:
    """Return 5 to 1, the higher the value: for days since the last purchase."""
    return 6 - rising(values, cuts)


def name_of(recency: int, frequency: int) -> str:
    """Return the name of the group of two scores."""
    return _NAME_OF[recency, frequency]
