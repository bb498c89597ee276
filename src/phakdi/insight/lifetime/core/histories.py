"""Histories of purchase days, as the models take them."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Places = NDArray[Any]  # whole numbers, short where they fit

_UNITS = (1, 7)  # days, or weeks told in days
_WHOLE_MAX = 1 << 20
_CODES_MAX = 1 << 62
_SHORT_MAX = 1 << 31
_DENSE_MIN = 1 << 20
_PIECE = 1 << 16


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
        weights = np.broadcast_to(1.0, columns[0].shape) if weight is None else np.asarray(weight, dtype=np.float64)
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
        code, columns = numbered(self.x, self.t_x, self.T)
        if self.weight.strides == (0,) or (self.weight == 1).all():  # one each: counting sorted numbers will do
            code.sort()
            starts = _starts(code)
            kinds, weight = code[starts], np.diff(np.append(starts, len(code))).astype(np.float64)
        else:
            order = np.argsort(code, kind="stable")
            code = code[order]
            starts = _starts(code)
            kinds, weight = code[starts], np.add.reduceat(self.weight[order], starts)
        x, t_x, now = _columns_of(kinds, columns)
        return Histories(x, t_x, now, weight)

    def pieces(self, size: int = 1 << 17) -> Iterator[tuple[slice, "Histories"]]:
        """Yield them in pieces that fit a processor's memory, with where each is."""
        for first in range(0, len(self.x), size):
            part = slice(first, first + size)
            yield part, Histories(self.x[part], self.t_x[part], self.T[part], self.weight[part])

    def rounded(self, unit: float) -> "Histories":
        """Return histories with times in whole multiples of ``unit``: a coarse likeness with far fewer cells, to start a fit from."""
        t_x, now = np.round(self.t_x / unit) * unit, np.round(self.T / unit) * unit
        t_x = np.where((self.x > 0) & (t_x <= 0), unit, t_x)
        return Histories(self.x, t_x, np.maximum(now, t_x), self.weight)


def distinct(*columns: Numbers) -> tuple[tuple[Numbers, ...], Places]:
    """Return the columns of one row of each kind of equal rows, and for every row which kind it is of."""
    code, known = numbered(*columns)
    span = int(code.max()) + 1 if len(code) else 0
    if span <= max(_DENSE_MIN, 2 * len(code)):  # few possible numbers: a table of all of them, no sorting
        is_there = np.zeros(span, dtype=np.bool_)
        is_there[code] = True
        kinds = np.flatnonzero(is_there)
        place = np.zeros(span, dtype=np.int32)
        place[kinds] = np.arange(len(kinds), dtype=np.int32)
        return _columns_of(kinds, known), place[code]
    kinds, where = np.unique(code, return_inverse=True)
    return _columns_of(kinds, known), where.ravel()


# The values of a column (None where they are whole multiples of 1/unit), how many there may be, the unit.
Known = tuple[Numbers | None, int, int]


def numbered(*columns: Numbers) -> tuple[Places, list[Known]]:
    """Return a whole number for each row, equal where rows are equal, and what is needed to find the columns again.

    Times in days or weeks are whole numbers or sevenths: those are counted as they are, which is several times as fast as sorting them.
    """
    code: Places = np.zeros(0, dtype=np.int32)
    known: list[Known] = []
    for column in columns:
        place, found = _places(column)
        span = found[1] * math.prod(span for _, span, _ in known)
        if span >= _CODES_MAX:
            raise ValueError("too many different histories")
        if not known:
            code = place
        else:
            code = code.astype(np.int64 if span >= _SHORT_MAX else np.int32, copy=False)
            code *= found[1]
            code += place
        known.append(found)
    return code, known


def _places(column: Numbers) -> tuple[Places, Known]:
    for unit in _UNITS:
        if (place := _whole(column, unit)) is not None:
            return place, (None, int(place.max()) + 1, unit)
    values, where = np.unique(column, return_inverse=True)
    return where.ravel().astype(np.int32), (values, len(values), 1)


def _whole(column: Numbers, unit: int) -> Places | None:
    """Return a column of multiples of 1/unit as whole numbers; None where it is none, or of too many."""
    found = np.empty(len(column), dtype=np.int32)
    for first in range(0, len(column), _PIECE):
        some = column[first : first + _PIECE]
        near = np.rint(some * unit)
        if not np.array_equal(near / unit, some) or near.max() >= _WHOLE_MAX:
            return None
        found[first : first + _PIECE] = near
    return found if len(found) else None


def _columns_of(kinds: NDArray[Any], known: list[Known]) -> tuple[Numbers, ...]:
    found: list[Numbers] = []
    for values, span, unit in reversed(known):
        kinds, place = np.divmod(kinds, span)
        found.append(place / unit if values is None else values[place])
    return tuple(reversed(found))


def dot(one: Numbers, other: Numbers) -> float:
    """Return the sum of products: in one thread, where BLAS would set all of them spinning for long columns."""
    return float(np.einsum("i,i->", one, other))


def _starts(code: Places) -> NDArray[np.intp]:
    """Return where each run of equal numbers begins."""
    return np.concatenate(([0], np.flatnonzero(code[1:] != code[:-1]) + 1)) if len(code) else np.zeros(0, dtype=np.intp)
