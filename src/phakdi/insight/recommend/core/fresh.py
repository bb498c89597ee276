"""New to the member: products like those they had, judged by who buys both, and popular now."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from phakdi.insight.recommend.core.histories import Bought, Demand, Flags, Whole, baskets_since, is_among
from phakdi.insight.recommend.core.lists import TEN, best

NEIGHBOURS, PRODUCTS_MAX, BUYERS_MIN, HAD_MAX = 20, 6_000, 5, 300
_FADE = 0.9  # what a product speaks for fades with every basket since
_BATCH = 8_192  # members whose scores are worked out at once
_MORE = 100  # popular products among which a member finds ten


@dataclass(frozen=True, slots=True)
class Likeness:
    """For each product (row) the up to twenty products it speaks for, and how much: the cosine of who bought both."""

    table: csr_matrix

    def near(self, product: int) -> list[tuple[int, float]]:
        """Return the products that one speaks for most, the strongest first."""
        row = self.table[product]
        order = np.lexsort((row.indices, -row.data))
        return [(int(row.indices[at]), float(row.data[at])) for at in order]


def likeness_of(bought: Bought, demand: Demand) -> Likeness:
    """Count who bought both of two products; only the 6,000 with most baskets, each bought by five members or more.

    Memory: the square of the products, four bytes each (144 MB at most). Of a member with more than 300 products the rarest
    are left out.
    """
    member, product = np.divmod(bought.keys, bought.products)
    buyers = np.bincount(product, minlength=bought.products)
    order = np.lexsort((np.arange(bought.products), -demand.baskets))
    chosen = np.sort(order[:PRODUCTS_MAX][buyers[order[:PRODUCTS_MAX]] >= BUYERS_MIN])
    place = np.full(bought.products, -1)
    place[chosen] = np.arange(len(chosen))
    kept = place[product] >= 0
    member, product = _most_usual(member[kept], product[kept], demand)
    had = csr_matrix((np.ones(len(member), np.float32), (member, place[product])), shape=(bought.members, len(chosen)))
    return Likeness(_nearest(_both(had), chosen, bought.products))


def _most_usual(member: Whole, product: Whole, demand: Demand) -> tuple[Whole, Whole]:
    """Keep of each member at most so many products, those of most baskets."""
    if not len(member) or np.bincount(member).max() <= HAD_MAX:
        return member, product
    order = np.lexsort((-demand.baskets[product], member))
    rank = np.arange(len(order)) - np.searchsorted(member[order], member[order])
    kept = np.sort(order[rank < HAD_MAX])
    return member[kept], product[kept]


def _both(had: csr_matrix) -> np.ndarray:
    """Return how many members had both, for each two products."""
    both = np.zeros((had.shape[1], had.shape[1]), dtype=np.float32)
    for start in range(0, had.shape[0], _BATCH):
        part = had[start : start + _BATCH]
        both += (part.T @ part).toarray()
    return both


def _nearest(both: np.ndarray, chosen: Whole, products: int) -> csr_matrix:
    """Keep for each product the neighbours that speak most for it."""
    many = np.sqrt(np.maximum(both.diagonal(), 1.0))
    rows, columns, values = [], [], []
    for at in range(len(chosen)):
        cosine = both[:, at] / (many * many[at])
        cosine[at] = 0.0
        near = np.argpartition(-cosine, NEIGHBOURS)[:NEIGHBOURS] if len(cosine) > NEIGHBOURS else np.arange(len(cosine))
        near = near[cosine[near] > 0]
        rows.append(near)
        columns.append(np.full(len(near), at))
        values.append(cosine[near])
    if not rows:
        return csr_matrix((products, products), dtype=np.float64)
    row, column = chosen[np.concatenate(rows)], chosen[np.concatenate(columns)]
    return csr_matrix((np.concatenate(values).astype(np.float64), (row, column)), shape=(products, products))


def new_lists(bought: Bought, likeness: Likeness, demand: Demand, allowed: Flags, store: Whole) -> Whole:
    """Return ten products for each member that they never had, best first.

    A product counts what those the member had speak for it (less for each basket since), times the root of its baskets in the last
    thirty days. ``allowed`` says for each store (row) and product whether it may be shown; ``store`` is the row of each member. Where
    likeness finds fewer than ten, what is popular follows.
    """
    keys = bought.keys
    since, _ = baskets_since(bought)
    last = np.flatnonzero(np.concatenate([np.diff(bought.member * bought.products + bought.product) != 0, [True]])[: len(since)])
    had = csr_matrix((_FADE ** since[last], (bought.member[last], bought.product[last])), shape=(bought.members, bought.products))
    weight = np.sqrt(demand.recent + 1.0)
    lists = np.empty((bought.members, TEN), dtype=np.int64)
    for start in range(0, bought.members, _BATCH):
        part = had[start : start + _BATCH]
        scored = (part @ likeness.table).tocoo()
        member, product = scored.row.astype(np.int64), scored.col.astype(np.int64)
        fine = allowed[store[start + member], product] & ~is_among((start + member) * bought.products + product, keys)
        member, product, score = member[fine], product[fine], (scored.data * weight[product])[fine]
        lists[start : start + part.shape[0]] = best(member, product, score, members=part.shape[0])
    return followed_by(lists, popular_lists(bought, demand, allowed, store))


def popular_lists(bought: Bought, demand: Demand, allowed: Flags, store: Whole) -> Whole:
    """Return for each member the baseline: of the hundred with most baskets in the last thirty days, ten they never had."""
    order = np.lexsort((np.arange(bought.products), -demand.recent))
    order = order[demand.recent[order] > 0]
    of_store = np.full((len(allowed), _MORE), -1, dtype=np.int64)
    for row, may in enumerate(allowed):
        found = order[may[order]][:_MORE]
        of_store[row, : len(found)] = found
    keys = bought.keys
    lists = np.empty((bought.members, TEN), dtype=np.int64)
    for start in range(0, bought.members, _BATCH):
        shown = of_store[store[start : start + _BATCH]]
        member = np.arange(start, start + len(shown))
        had = is_among(member[:, None] * bought.products + shown, keys)
        lists[start : start + _BATCH] = _first_ten(np.where(had, -1, shown))
    return lists


def followed_by(lists: Whole, more: Whole) -> Whole:
    """Fill each list up with what another one has and it has not."""
    doubled = (more[:, :, None] == lists[:, None, :]).any(axis=2)
    return _first_ten(np.concatenate([lists, np.where(doubled, -1, more)], axis=1))


def _first_ten(shown: Whole) -> Whole:
    order = np.argsort(shown < 0, axis=1, kind="stable")[:, :TEN]
    return np.take_along_axis(shown, order, axis=1)
