"""Lists of ten: the worked example of K33, baselines, and what must never be shown."""

import numpy as np
import pytest

from phakdi.insight.recommend.core import again, fresh
from phakdi.insight.recommend.core.histories import Bought, Demand, is_among, pairs_of
from phakdi.insight.recommend.core.lists import Judgement, best, judge


def bought(*rows, members, products):
    """Rows of (member, product, day)."""
    member, product, day = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    return Bought.of(member, product, day, day, members=members, products=products)


def test_worked_example():
    lists = np.arange(10)[None, :]
    targets = bought((0, 0, 1), (0, 2, 1), (0, 8, 1), (0, 15, 1), members=1, products=20)  # hits at ranks 1, 3, 9 of 4 targets
    found = judge(lists, targets, on_sale=20)
    assert found.recall == 0.75
    assert found.ndcg == pytest.approx(0.7031, abs=5e-5)
    assert (found.hit, found.coverage, found.served, found.members) == (1, 0.5, 1, 1)


def test_members_count_alike_and_those_without_a_list_count_as_missed():
    lists = np.full((3, 10), -1)
    lists[0, 0] = 1
    found = judge(lists, bought((0, 1, 1), (1, 1, 1), (1, 2, 1), members=3, products=3), on_sale=3)
    assert (found.members, found.recall, found.served) == (2, 0.5, 0.5)
    assert judge(lists, bought((0, 1, 1), members=3, products=3).before(1), on_sale=3) == Judgement(0, *[None] * 5)


def test_both_figures_must_be_higher():
    base = Judgement(50, 0.2, 0.3, 0.5, 0.1, 1.0)
    assert Judgement(50, 0.21, 0.31, 0.5, 0.1, 1.0).beats(base)
    assert not Judgement(50, 0.21, 0.29, 0.5, 0.1, 1.0).beats(base)
    assert not Judgement(0, None, None, None, None, None).beats(base)


def test_baseline_is_what_a_member_had_most_then_what_everybody_has():
    history = bought((0, 0, 1), (0, 0, 5), (0, 1, 5), (0, 2, 5), (1, 2, 1), members=2, products=3)
    demand = Demand.of(history, 6)
    pairs = pairs_of(history, demand, 6)
    lists = best(pairs.member, pairs.product, again.most_frequent(pairs, demand), members=2)
    assert lists[0, :4].tolist() == [0, 2, 1, -1]
    assert lists[1, :2].tolist() == [2, -1]


def test_signs_of_a_pair():
    history = bought((0, 0, 10), (0, 0, 20), (0, 1, 40), members=1, products=2)
    pairs = pairs_of(history, Demand.of(history, 41), 50)
    told = dict(zip(pairs.NAMES, pairs.told[0], strict=True))
    assert told["times"] == pytest.approx(np.log(2))
    assert told["share"] == pytest.approx(2 / 3)
    assert told["baskets_since"] == pytest.approx(np.log(2))
    assert told["days_since"] == pytest.approx(np.log(31))
    assert told["overdue_much"] == pytest.approx(np.log(31 / 11))  # thirty days since, ten between
    assert told["weight_7"] == pytest.approx(0.7 + 0.49)
    assert pairs.told.shape == (2, len(pairs.NAMES))


def test_new_products_are_never_had_never_forbidden_and_filled_up_with_popular_ones():
    rows = [(member, product, 1) for member in range(20) for product in (0, 1, 2, 3)]
    rows += [(20, 0, 1), (21, 9, 1)] + [(member, 9, 1) for member in range(12)]
    history = bought(*rows, members=22, products=12)
    demand = Demand.of(history, 2)
    allowed = np.ones((2, 12), dtype=bool)
    allowed[:, 2] = False  # nobody may see it
    allowed[1, 3] = False  # not sold in the second store
    store = np.zeros(22, dtype=np.int64)
    store[21] = 1
    lists = fresh.new_lists(history, fresh.likeness_of(history, demand), demand, allowed, store)
    assert lists[20, :4].tolist() == [1, 3, 9, -1]  # had 0; 2 is forbidden; 9 goes with it less often
    assert lists[21, :3].tolist() == [1, 0, -1]  # who has 0 has other things too
    shown = lists[:20][lists[:20] >= 0]
    assert set(shown.tolist()) <= {9}
    popular = fresh.popular_lists(history, demand, allowed, store)
    assert popular[20, :3].tolist() == [1, 3, 9]
    assert fresh.followed_by(np.array([[5, *[-1] * 9]]), np.array([[4, 5, 6, *[-1] * 7]]))[0, :4].tolist() == [5, 4, 6, -1]


def test_likeness_is_the_cosine_of_who_bought_both():
    history = bought(
        *[(member, 0, 1) for member in range(9)], *[(member, 1, 1) for member in range(4, 20)], members=20, products=3
    )
    near = fresh.likeness_of(history, Demand.of(history, 2)).near(0)
    assert near == [(1, pytest.approx(5 / np.sqrt(9 * 16)))]


def test_nothing_is_fitted_to_too_little():
    history = bought((0, 0, 1), (0, 1, 2), members=1, products=2)
    assert again.fit(pairs_of(history, Demand.of(history, 3), 3), history) is None
    nothing = history.before(0)
    assert pairs_of(nothing, Demand.of(nothing, 3), 3).told.shape[0] == 0
    assert fresh.likeness_of(nothing, Demand.of(nothing, 3)).table.nnz == 0
    assert not is_among(np.array([1]), nothing.keys).any()
