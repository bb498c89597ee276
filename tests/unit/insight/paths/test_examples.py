"""The worked examples of funnels, touchpoints and times, to the digit (K14, K15, K26, K27)."""

from fractions import Fraction

import pytest

from phakdi.insight.paths.core.chains import BOUGHT, LOST, START, chance, touchpoints
from phakdi.insight.paths.core.funnels import Funnel, figures_of, median
from phakdi.insight.paths.core.rates import Referral, Share
from phakdi.insight.paths.core.survival import curve_of

# A›B›bought ×3, A›lost ×2, B›bought ×1, B›lost ×2
MOVES = {(START, "A"): 5, (START, "B"): 3, ("A", "B"): 3, ("A", LOST): 2, ("B", BOUGHT): 4, ("B", LOST): 2}


def test_k26():
    funnel = Funnel(("joined", "purchase", "purchase", "redeem"))
    ended = {(1, False): 300, (1, True): 100, (2, False): 360, (3, False): 100, (3, True): 20, (4, False): 120}
    found = figures_of(funnel, ended, [{0: 1_000}, {3: 300, 5: 300}, {9: 240}, {}])
    assert [step.members for step in found] == [1_000, 600, 240, 120]
    assert [float(step.of_before) for step in found] == [1, 0.6, 0.4, 0.5]
    assert float(found[-1].of_first) == 0.12
    assert [(step.lost, step.open) for step in found] == [(0, 0), (300, 100), (360, 0), (100, 20)]
    assert [step.median_days for step in found] == [0, 4, 9, None]


def test_a_median_is_the_middle():
    assert median({1: 1, 7: 1, 9: 1}) == 7
    assert median({1: 2, 7: 1, 9: 1}) == Fraction(4)
    assert median({}) is None


def test_k27():
    assert chance(MOVES) == pytest.approx(0.5)
    found = {each.touch: each for each in touchpoints(MOVES, first={"A": 3, "B": 1}, last={"B": 4})}
    assert found["A"].effect == pytest.approx(0.5)
    assert found["B"].effect == pytest.approx(1.0)
    assert [round(100 * found[name].share, 1) for name in "AB"] == [33.3, 66.7]
    assert (found["A"].first, found["A"].last, found["A"].steps, found["B"].steps) == (3, 0, 5, 6)


def test_touchpoints_of_nobody_who_bought_have_no_share():
    [touch] = touchpoints({(START, "A"): 2, ("A", LOST): 2})
    assert touch.effect is touch.share is None
    assert touchpoints({}) == []


def test_k14():
    told = Referral(invitations=1_200, joined=90, qualified=70, members=4_000)
    assert float(told.joined_share) == 0.075
    assert float(told.per_member) == 0.0225
    assert Referral(None, 90, 70, 0).joined_share is Referral(None, 90, 70, 0).per_member is None


def test_k15():
    assert float(Share(60, 1_500).value) == 0.04
    assert Share(0, 0).value is Share(0, 0).interval is None
    found = curve_of({(2, True): 1, (3, True): 1, (3, False): 1, (5, True): 1, (8, False): 1})
    assert [(point.days, round(point.share, 4)) for point in found.points] == [(2, 0.8), (3, 0.6), (5, 0.3), (8, 0.3)]
    assert (found.median_days, found.members, found.happened) == (5, 5, 3)
    assert found.happened_within(4) == pytest.approx(0.4)
    assert found.happened_within(9) is None
    assert found.points[0].low == pytest.approx(0.8 - 1.959964 * 0.8 * (1 / 20) ** 0.5)


def test_while_most_wait_there_is_no_median():
    assert curve_of({(2, True): 1, (9, False): 3}).median_days is None
    assert curve_of({}).points == []


def test_published_times_are_reproduced():
    """The treated of Freireich et al. (1963): weeks until relapse, median 23."""
    happened = {6: 3, 7: 1, 10: 1, 13: 1, 16: 1, 22: 1, 23: 1}
    waiting = {6: 1, 9: 1, 10: 1, 11: 1, 17: 1, 19: 1, 20: 1, 25: 1, 32: 2, 34: 1, 35: 1}
    found = curve_of({(w, True): n for w, n in happened.items()} | {(w, False): n for w, n in waiting.items()})
    assert found.median_days == 23
    shares = {point.days: round(point.share, 4) for point in found.points}
    assert [shares[week] for week in (6, 7, 10, 13, 16, 22, 23)] == [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482]
