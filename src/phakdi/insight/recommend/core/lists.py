"""Lists of ten products: picking the best of each member, and judging them by what was bought afterwards."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phakdi.insight.recommend.core.histories import Bought, Numbers, Whole, is_among

TEN = 10
_DISCOUNT = 1.0 / np.log2(np.arange(2, TEN + 2))
_IDEAL = np.cumsum(_DISCOUNT)
_BLOCK = 2_048  # members whose scores stand in one table
_HALF, _LOW, _SIGN = np.uint64(32), np.uint64(0xFFFFFFFF), np.uint32(0x80000000)


def best(member: Whole, product: Whole, score: Numbers, *, members: int) -> Whole:
    """Return for each member the ten products of the highest score, best first; -1 where there are fewer.

    Rows are in order of member. Scores are compared to seven digits; of equal ones the lower number comes first.
    """
    many = np.bincount(member, minlength=members)
    begin = np.cumsum(many) - many
    key = (_in_order(score) << _HALF) | (_LOW - product.astype(np.uint64))
    lists = np.full((members, TEN), -1, dtype=np.int64)
    for start in range(0, members, _BLOCK):
        block = slice(start, min(start + _BLOCK, members))
        width = max(int(many[block].max()), TEN)
        rows = slice(begin[start], begin[block.stop - 1] + many[block.stop - 1])
        table = np.zeros((block.stop - start, width), dtype=np.uint64)
        table[member[rows] - start, np.arange(rows.start, rows.stop) - begin[member[rows]]] = key[rows]
        top = np.sort(np.partition(table, width - TEN, axis=1)[:, width - TEN :], axis=1)[:, ::-1]
        lists[block] = np.where(top > 0, (_LOW - (top & _LOW)).astype(np.int64), -1)
    return lists


def _in_order(score: Numbers) -> NDArray[np.uint64]:
    """Return numbers above 0 that are in the order of the scores."""
    bits = score.astype(np.float32).view(np.uint32)
    return np.where(bits >> 31, ~bits, bits | _SIGN).astype(np.uint64)


@dataclass(frozen=True, slots=True)
class Judgement:
    """How good lists were: over ``members`` with anything to hit, the means of K33; ``coverage`` and ``served`` are shares."""

    members: int
    recall: float | None
    ndcg: float | None
    hit: float | None
    coverage: float | None
    served: float | None

    def beats(self, other: "Judgement") -> bool:
        """Whether both recall and NDCG are higher."""
        if self.recall is None or self.ndcg is None or other.recall is None or other.ndcg is None:
            return False
        return self.recall > other.recall and self.ndcg > other.ndcg


def judge(lists: Whole, targets: Bought, *, on_sale: int) -> Judgement:
    """Judge lists by what was bought afterwards (K33), each member counted alike.

    Of a member, recall@10 is hits / targets, NDCG@10 Σ 1/log2(rank + 1) of hits / that of the best possible list. ``coverage`` is
    the share of products ``on_sale`` that stand on any list; ``served`` the share of judged members who have a list.
    """
    keys = targets.keys
    many = np.bincount(keys // targets.products, minlength=len(lists))
    judged = np.flatnonzero(many)
    if not len(judged):
        return Judgement(0, None, None, None, None, None)
    shown = lists[judged]
    wanted = np.where(shown >= 0, judged[:, None] * targets.products + shown, -1)
    hits = is_among(wanted, keys)
    recall = hits.sum(axis=1) / many[judged]
    ndcg = hits @ _DISCOUNT / _IDEAL[np.minimum(many[judged], TEN) - 1]
    return Judgement(
        len(judged),
        float(recall.mean()),
        float(ndcg.mean()),
        float(hits.any(axis=1).mean()),
        len(np.unique(shown[shown >= 0])) / on_sale if on_sale else None,
        float((shown[:, 0] >= 0).mean()),
    )
