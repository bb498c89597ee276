"""From the warehouse to lists: fit on what was known, judge by what came after, then list for everybody, some members at a time."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from phakdi.insight.recommend import expressions
from phakdi.insight.recommend.core import again, fresh
from phakdi.insight.recommend.core.again import Weights
from phakdi.insight.recommend.core.fresh import Likeness
from phakdi.insight.recommend.core.histories import Bought, Demand, Flags, Whole, is_among, pairs_of, repeats_of
from phakdi.insight.recommend.core.lists import best, judge
from phakdi.insight.recommend.core.runs import JUDGED_MIN, Judged, Side, Why
from phakdi.insight.warehouse.reading import Warehouse

HORIZON_DAYS, HORIZON_MIN = 28, 7
SAMPLE_MEMBERS, SAMPLE_LINES = 50_000, 2_000_000  # fitted to and judged on at most so many
CHUNK_LINES = 1_000_000  # lines whose members are listed at once
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Shelf:
    """The products, numbered, and at one day: what each is in demand, and in which store it may be shown (last row: anywhere)."""

    products: pa.Array
    stores: tuple[str, ...]
    demand: Demand
    allowed: Flags

    @property
    def on_sale(self) -> int:
        """How many products may be shown anywhere."""
        return int(self.allowed[-1].sum())


@dataclass(frozen=True, slots=True)
class Fitted:
    """What lists are made with, and how it was judged."""

    until: date
    shelf: Shelf
    weights: Weights | None  # None: the baseline is served
    likeness: Likeness | None  # None: the baseline is served
    near: Likeness
    judged: Judged


@dataclass(frozen=True, slots=True)
class Listed:
    """Lists of some members: ids, and for each ten numbers of products (-1 where there are fewer)."""

    member_ids: list[str]
    again: Whole
    new: Whole


def fit(warehouse: Warehouse, *, never: Collection[str], today: date) -> Fitted | None:
    """Fit on what was known before the last four weeks (a quarter of a short history), judge by what was bought in them.

    Lists are then made of everything up to the last day with a purchase. None where no bill names a product.
    """
    (found,) = warehouse.rows(expressions.extent(warehouse, today + timedelta(days=1)))
    if not found["lines"]:
        return None
    until = found["last"] + timedelta(days=1)
    step = max(1, ceil(found["members"] / SAMPLE_MEMBERS), ceil(found["lines"] / SAMPLE_LINES))
    table = warehouse.backend.to_pyarrow(expressions.days_of_sample(warehouse, until, step=step))
    products = pa.array([row["product"] for row in warehouse.rows(expressions.demand(warehouse, until))], pa.string())
    sample = bought_of(table, products, np.unique(_numbers(table["member_key"])))
    shelf = _shelf(warehouse, sample, products, never, until)
    horizon = min(HORIZON_DAYS, (until - found["first"]).days // 4)
    near = fresh.likeness_of(sample, shelf.demand)
    if horizon < HORIZON_MIN:
        short = Judged(None, horizon, sample.members, Side(Why.TOO_SHORT), Side(Why.TOO_SHORT))
        return Fitted(until, shelf, None, None, near, short)
    split = until - timedelta(days=horizon)
    then = _shelf(warehouse, sample, products, never, split)
    weights = _weights(warehouse, sample, products, split, horizon)
    mine, new = _judge(sample, then, weights, split)
    judged = Judged(split, horizon, sample.members, mine, new)
    return Fitted(
        until, shelf, weights if mine.why is Why.BETTER else None, near if new.why is Why.BETTER else None, near, judged
    )


def _weights(warehouse: Warehouse, sample: Bought, products: pa.Array, split: date, horizon: int) -> Weights | None:
    """Fit to the weeks before the split, from what was known before them."""
    begin = split - timedelta(days=horizon)
    known = sample.before(_number(begin))
    pairs = pairs_of(known, _demand(warehouse, sample, products, begin), _number(begin))
    return again.fit(pairs, sample.within(_number(begin), _number(split)))


def _judge(sample: Bought, shelf: Shelf, weights: Weights | None, split: date) -> tuple[Side, Side]:
    """Judge both lists, each with its baseline, by what was bought from the split on, in whatever store."""
    day = _number(split)
    known, then = sample.before(day), sample.where(sample.day >= day)
    had = is_among(then.member * then.products + then.product, known.keys)
    knows = np.bincount(known.member, minlength=sample.members) > 0
    old, new = then.where(had), then.where(~had & knows[then.member])
    anywhere = np.full(sample.members, -1, dtype=np.int64)
    base = judge(again_lists(known, shelf, anywhere, None, day), old, on_sale=shelf.on_sale)
    mine = judge(again_lists(known, shelf, anywhere, weights, day), old, on_sale=shelf.on_sale) if weights else None
    popular = judge(fresh.popular_lists(known, shelf.demand, shelf.allowed, anywhere), new, on_sale=shelf.on_sale)
    likeness = fresh.likeness_of(known, shelf.demand)
    liked = judge(fresh.new_lists(known, likeness, shelf.demand, shelf.allowed, anywhere), new, on_sale=shelf.on_sale)
    return Side.of(mine, base, at_least=JUDGED_MIN), Side.of(liked, popular, at_least=JUDGED_MIN)


def again_lists(known: Bought, shelf: Shelf, store: Whole, weights: Weights | None, day: int) -> Whole:
    """Return the products each member had, the likeliest to come again first; without weights the most frequent first."""
    pairs = pairs_of(known, shelf.demand, day)
    score = weights.score(pairs) if weights else again.most_frequent(pairs, shelf.demand)
    fine = shelf.allowed[store[pairs.member], pairs.product]
    return best(pairs.member[fine], pairs.product[fine], score[fine], members=known.members)


def list_everybody(warehouse: Warehouse, fitted: Fitted) -> Iterator[Listed]:
    """Yield the lists of all enrolled members who bought a product with a code, some members at a time, in bounded memory."""
    shelf, day = fitted.shelf, _number(fitted.until)
    for first, end in _ranges(warehouse, fitted.until):
        known = warehouse.backend.to_pyarrow(expressions.enrolled(warehouse, first=first, end=end)).sort_by("member_key")
        table = warehouse.backend.to_pyarrow(expressions.days_of_members(warehouse, fitted.until, first=first, end=end))
        keys = np.intersect1d(_numbers(known["member_key"]), _numbers(table["member_key"]))
        if not len(keys):
            continue
        bought = bought_of(table, shelf.products, keys)
        known = known.take(pa.array(np.searchsorted(_numbers(known["member_key"]), keys)))
        store = _stores(table, keys, known["home_store"], shelf)
        had = again_lists(bought, shelf, store, fitted.weights, day)
        if fitted.likeness is None:
            new = fresh.popular_lists(bought, shelf.demand, shelf.allowed, store)
        else:
            new = fresh.new_lists(bought, fitted.likeness, shelf.demand, shelf.allowed, store)
        yield Listed(known["member_id"].to_pylist(), had, new)


def _ranges(warehouse: Warehouse, until: date) -> Iterator[tuple[int, int]]:
    """Yield ranges of members' keys with about so many lines each."""
    begin, lines, end = 0, 0, 0
    for row in warehouse.rows(expressions.blocks(warehouse, until)):
        if lines and lines + row["lines"] > CHUNK_LINES:
            yield begin, end
            begin, lines = end, 0
        lines, end = lines + row["lines"], (row["block"] + 1) * expressions.BLOCK
    if lines:
        yield begin, end


def bought_of(table: pa.Table, products: pa.Array, keys: Whole) -> Bought:
    """Return rows of the warehouse as arrays; members are numbered as in ``keys``, a purchase day is a basket."""
    member, product, day = _members(table, keys), _places(table["product"], products), _days(table)
    fine = (member >= 0) & (product >= 0)
    member, product, day = member[fine], product[fine], day[fine]
    return Bought.of(member, product, day, day, members=len(keys), products=len(products))


def _demand(warehouse: Warehouse, sample: Bought, products: pa.Array, until: date) -> Demand:
    """Return what everybody's bills say of each product, and what the sample's say of its coming again."""
    found = warehouse.backend.to_pyarrow(expressions.demand(warehouse, until))
    place = _places(found["product"], products)
    baskets, recent = np.zeros(len(products)), np.zeros(len(products))
    baskets[place], recent[place] = found["baskets"].to_numpy(), found["recent"].to_numpy()
    return Demand(baskets, recent, repeats_of(sample.before(_number(until))))


def _shelf(warehouse: Warehouse, sample: Bought, products: pa.Array, never: Collection[str], until: date) -> Shelf:
    sold = warehouse.backend.to_pyarrow(expressions.on_sale(warehouse, until))
    stores = tuple(sorted({store for store in sold["store"].unique().to_pylist() if store}))
    allowed = np.zeros((len(stores) + 1, len(products)), dtype=bool)
    at, row = _places(sold["product"], products), _places(sold["store"], pa.array(stores, pa.string()))
    allowed[-1, at] = True
    allowed[row, at] = True  # a sale nowhere in particular has row -1, which is the last: anywhere
    forbidden = _places(pa.array(sorted(never), pa.string()), products)
    allowed[:, forbidden[forbidden >= 0]] = False
    return Shelf(products, stores, _demand(warehouse, sample, products, until), allowed)


def _stores(table: pa.Table, keys: Whole, home: Any, shelf: Shelf) -> Whole:
    """Return the row of each member's store: where they belong, else where they bought last, else -1, anywhere."""
    names = pa.array(shelf.stores, pa.string())
    member, days, store = _members(table, keys), _days(table), _places(table["store"], names)
    order = np.lexsort((store, days, member))
    order = order[member[order] >= 0]
    last = np.full(len(keys), -1, dtype=np.int64)
    last[member[order]] = store[order]  # the latest of each member is written last
    belongs = _places(home, names)
    return np.where(belongs >= 0, belongs, last)


def _members(table: pa.Table, keys: Whole) -> Whole:
    """Return the number of each row's member among ``keys``, -1 where it is not one of them."""
    key = _numbers(table["member_key"])
    at = np.minimum(np.searchsorted(keys, key), len(keys) - 1)
    return np.where(keys[at] == key, at, -1)


def _days(table: pa.Table) -> Whole:
    return _numbers(table["day"].cast(pa.date32()).cast(pa.int32()))


def _places(column: Any, names: pa.Array) -> Whole:
    """Return where each text stands among ``names``, -1 where it does not."""
    return _numbers(pc.fill_null(pc.index_in(column, value_set=names), -1))


def _numbers(column: Any) -> Whole:
    found: Whole = (
        column.to_numpy(zero_copy_only=False).astype(np.int64)
        if isinstance(column, pa.Array)
        else column.to_numpy().astype(np.int64)
    )
    return found


def _number(day: date) -> int:
    return (day - _EPOCH).days
