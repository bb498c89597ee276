"""Histories of purchase days, as the models take them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Histories:
    """Members as columns: ``x`` purchase days after the first, ``t_x`` time from the first to the last, ``T`` from the first to now.

    ``weight`` counts members of equal history.
    """

    x: Numbers
    t_x: Numbers
    T: Numbers
    weight: Numbers

    @classmethod
    def of(cls, x: Numbers, t_x: Numbers, T: Numbers, weight: Numbers | None = None) -> "Histories":  # noqa: N803 - the literature's name
        """Return histories of columns of any numbers.

        Raises:
            ValueError: columns of unequal length, a last purchase after now, or a repeat purchase at no distance.
        """
        columns = [np.asarray(column, dtype=np.float64) for column in (x, t_x, T)]
        weights = np.ones_like(columns[0]) if weight is None else np.asarray(weight, dtype=np.float64)
        if len({column.shape for column in (*columns, weights)}) != 1:
            raise ValueError("the columns have unequal lengths")
        first, last, now = columns
        if (first < 0).any() or (last < 0).any() or (last > now).any():
            raise ValueError("a history has 0 <= t_x <= T")
        if ((first > 0) & (last <= 0)).any() or ((first == 0) & (last > 0)).any():
            raise ValueError("a history without repeats has t_x = 0, one with repeats has not")
        return cls(first, last, now, weights)

    @property
    def members(self) -> float:
        """How many members they are of."""
        return float(self.weight.sum())

    @property
    def repeaters(self) -> float:
        """How many of them came again."""
        return float(self.weight[self.x > 0].sum())

    def cells(self) -> "Histories":
        """Return the distinct histories with how many members have each: what a likelihood needs, in fewer rows."""
        of, where = distinct(self.x, self.t_x, self.T)
        weight = np.bincount(where, weights=self.weight, minlength=len(of)).astype(np.float64)
        return Histories(self.x[of], self.t_x[of], self.T[of], weight)

    def rounded(self, unit: float) -> "Histories":
        """Return histories with times in whole multiples of ``unit``: a coarse likeness with far fewer cells, to start a fit from."""
        t_x, now = np.round(self.t_x / unit) * unit, np.round(self.T / unit) * unit
        t_x = np.where((self.x > 0) & (t_x <= 0), unit, t_x)
        return Histories(self.x, t_x, np.maximum(now, t_x), self.weight)


def distinct(*columns: Numbers) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return one row of each kind of equal rows, and for every row which kind it is of.

    By numbering the values of one column after the other: several times as fast as sorting rows.
    """
    code = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        values, place = np.unique(column, return_inverse=True)
        _, code = np.unique(code * len(values) + place.ravel(), return_inverse=True)
    _, first, where = np.unique(code.ravel(), return_index=True, return_inverse=True)
    return first, where.ravel()
