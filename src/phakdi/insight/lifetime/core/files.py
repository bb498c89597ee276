"""Purchases from a file of lines such as those of CDNOW: customer, day, number of things, amount, parted by blanks or commas."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
_COLUMNS = (3, 4, 5)  # customer, day, amount; with a number of things; with a second number of the customer


class BadLine(ValueError):
    """A line that is no purchase."""


@dataclass(frozen=True, slots=True)
class Purchases:
    """Purchases in the order of customers and days: one row a customer and day, amounts added up, in hundredths."""

    customer: Whole
    day: Whole  # ordinal
    amount: Whole

    @property
    def span(self) -> tuple[date, date]:
        """First and last day."""
        return date.fromordinal(int(self.day.min())), date.fromordinal(int(self.day.max()))

    def seen_by(self, until: date) -> "Seen":
        """Return what was known at the end of a day of those who had bought by then, and what they bought after it."""
        known = self.day <= until.toordinal()
        customers, where = np.unique(self.customer, return_inverse=True)
        size = len(customers)
        starts = np.flatnonzero(np.diff(where, prepend=-1))  # rows are in order: the first of each customer
        days = np.bincount(where, weights=known, minlength=size).astype(np.int64)
        last = np.zeros(size, dtype=np.int64)
        np.maximum.at(last, where, np.where(known, self.day, 0))
        found = Seen(
            first=self.day[starts],
            last=last,
            days=days,
            total=np.bincount(where, weights=self.amount * known, minlength=size).astype(np.int64),
            first_value=self.amount[starts],
            after=np.bincount(where, weights=~known, minlength=size).astype(np.int64),
            as_of=until.toordinal(),
        )
        return found.of(days > 0)


@dataclass(frozen=True, slots=True)
class Seen:
    """Customers as columns: days as ordinals, how many purchase days, amounts in hundredths, purchase days ``after`` the day."""

    first: Whole
    last: Whole
    days: Whole
    total: Whole
    first_value: Whole
    after: Whole
    as_of: int

    def of(self, keep: NDArray[np.bool_]) -> "Seen":
        """Return those of some customers only."""
        return Seen(
            self.first[keep],
            self.last[keep],
            self.days[keep],
            self.total[keep],
            self.first_value[keep],
            self.after[keep],
            self.as_of,
        )


def read_purchases(lines: Iterable[str]) -> Purchases:
    """Return the purchases of a file; several of a customer on one day count once, amounts added up.

    Days are written 19970131, 970131 or 1997-01-31. A first line that is no purchase is taken for a heading, empty lines are left out.

    Raises:
        BadLine: a line that cannot be read, with its number; or none at all.
    """
    names: dict[str, int] = {}
    found: dict[tuple[int, int], int] = {}
    for number, line in enumerate(lines, 1):
        parts = line.replace(",", " ").replace(";", " ").replace("\t", " ").split()
        if not parts:
            continue
        try:
            name, day, amount = _read(parts)
        except ValueError:
            if number == 1:
                continue
            raise BadLine(f"Line {number} is no purchase: {line.strip()[:80]}") from None
        key = (names.setdefault(name, len(names)), day)
        found[key] = found.get(key, 0) + amount
    if not found:
        raise BadLine("There is no purchase in the file.")
    rows = np.array([(*key, amount) for key, amount in sorted(found.items())], dtype=np.int64)
    return Purchases(rows[:, 0], rows[:, 1], rows[:, 2])


def _read(parts: list[str]) -> tuple[str, int, int]:
    if len(parts) not in _COLUMNS:
        raise ValueError(parts)
    day = parts[1] if len(parts) < max(_COLUMNS) else parts[2]
    digits = day.replace("-", "").replace("/", "")
    digits = digits if len(digits) == len("19970131") else f"19{digits}"
    when = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    return parts[0], when.toordinal(), round(float(parts[-1]) * 100)
