"""Who bought what and when, as arrays."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]

RECENT_DAYS = 30


@dataclass(frozen=True, slots=True)
class Bought:
    """That a member had a product in a basket: one row each, in order of member, product, basket.

    Members and products are numbered from 0. Baskets of a member are numbered in order of time; a purchase day is one (K33 counts
    days), so the number may be the day itself. ``day`` counts days from anywhere.
    """

    member: Whole
    product: Whole
    basket: Whole
    day: Whole
    members: int
    products: int

    @classmethod
    def of(cls, member: Whole, product: Whole, basket: Whole, day: Whole, *, members: int, products: int) -> "Bought":
        """Put rows in order; the same product twice in a basket counts once."""
        order = np.lexsort((basket, product, member))
        member, product, basket, day = member[order], product[order], basket[order], day[order]
        same = (np.diff(member) == 0) & (np.diff(product) == 0) & (np.diff(basket) == 0)
        keep = np.concatenate([[True], ~same]) if len(member) else np.zeros(0, dtype=bool)
        return cls(member[keep], product[keep], basket[keep], day[keep], members, products)

    def where(self, keep: Flags) -> "Bought":
        """Return some of the rows."""
        return Bought(self.member[keep], self.product[keep], self.basket[keep], self.day[keep], self.members, self.products)

    def before(self, day: int) -> "Bought":
        """Return what was bought before a day."""
        return self.where(self.day < day)

    def within(self, first: int, end: int) -> "Bought":
        """Return what was bought from ``first`` until before ``end``."""
        return self.where((self.day >= first) & (self.day < end))

    @property
    def keys(self) -> Whole:
        """The distinct (member, product) as one number each, in order."""
        return np.unique(self.member * self.products + self.product)


@dataclass(frozen=True, slots=True)
class Demand:
    """What is known of each product over all members: baskets with it, those of the last thirty days, how often it comes back."""

    baskets: Numbers
    recent: Numbers
    repeats: Numbers

    @classmethod
    def of(cls, bought: Bought, until: int) -> "Demand":
        """Count a history; ``until`` is the day after its last."""
        recent = bought.within(until - RECENT_DAYS, until)
        return cls(
            np.bincount(bought.product, minlength=bought.products).astype(float),
            np.bincount(recent.product, minlength=bought.products).astype(float),
            repeats_of(bought),
        )


def is_among(wanted: Whole, keys: Whole) -> Flags:
    """Return which numbers are among ``keys``, which are distinct and in order."""
    if not len(keys):
        return np.zeros(wanted.shape, dtype=bool)
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    found: Flags = keys[at] == wanted
    return found


def repeats_of(bought: Bought) -> Numbers:
    """Return for each product the share of its buyers who bought it in two baskets or more, drawn a little to the mean."""
    first = _firsts(bought)
    times = np.diff(np.concatenate([first, [len(bought.member)]]))
    product = bought.product[first]
    buyers = np.bincount(product, minlength=bought.products)
    again = np.bincount(product, times >= 2, minlength=bought.products)  # noqa: PLR2004 - twice
    mean = again.sum() / max(buyers.sum(), 1)
    return (again + 5 * mean) / (buyers + 5)


@dataclass(frozen=True, slots=True)
class Pairs:
    """A member and a product they had: one row each, in order, with what tells whether they will want it again."""

    member: Whole
    product: Whole
    times: Whole
    told: Numbers

    NAMES = (
        "times", "share", "baskets_since", "days_since", "weight_7", "weight_9", "month", "quarter",
        "popular", "repeats", "recent", "baskets", "only_once", "overdue", "overdue_much",
    )  # fmt: skip


def pairs_of(bought: Bought, demand: Demand, as_of: int | Whole) -> Pairs:
    """Return each (member, product) of a history with what tells whether it is bought again.

    ``as_of`` is the day (or for each member the day) from which one looks back; nothing may be bought later.
    """
    first = _firsts(bought)
    if not len(first):
        return Pairs(bought.member, bought.product, bought.day, np.zeros((0, len(Pairs.NAMES))))
    last = np.concatenate([first[1:], [len(bought.member)]]) - 1
    member, product, times = bought.member[first], bought.product[first], last - first + 1
    since, many = baskets_since(bought)
    age = (as_of[bought.member] if isinstance(as_of, np.ndarray) else as_of) - bought.day
    gap = (age[first] - age[last]) / np.maximum(times - 1, 1)
    late = np.where(times > 1, np.log1p(age[last]) - np.log1p(gap), 0.0)
    baskets = many[member]
    told = np.stack(
        [
            np.log(times),
            times / baskets,
            np.log1p(since[last]),
            np.log1p(age[last]),
            np.add.reduceat(0.7**since, first),
            np.add.reduceat(0.9**since, first) * 0.1 / (1 - 0.9**baskets),
            np.add.reduceat(np.exp(-age / 30), first),
            np.add.reduceat(np.exp(-age / 90), first),
            np.log1p(demand.baskets[product]),
            np.log(demand.repeats[product] + 0.02),
            np.log1p(demand.recent[product]),
            np.log(baskets),
            (times == 1).astype(float),
            np.minimum(late, 0.0),
            np.maximum(late, 0.0),
        ],
        axis=1,
    )
    return Pairs(member, product, times, told)


def _firsts(bought: Bought) -> Whole:
    """Return where each (member, product) begins."""
    new = (np.diff(bought.member) != 0) | (np.diff(bought.product) != 0)
    return np.flatnonzero(np.concatenate([[True], new])) if len(bought.member) else np.zeros(0, dtype=np.int64)


def baskets_since(bought: Bought) -> tuple[Whole, Whole]:
    """Return for each row how many baskets of its member came later, and for each member how many there are."""
    order = np.lexsort((bought.basket, bought.member))
    member, basket = bought.member[order], bought.basket[order]
    new = np.concatenate([[True], (np.diff(member) != 0) | (np.diff(basket) != 0)])
    number = np.empty(len(member), dtype=np.int64)
    number[order] = np.cumsum(new)
    many = np.bincount(member[new], minlength=bought.members)
    return np.cumsum(many)[bought.member] - number, many
