"""Worked examples of K10 and K11."""

import pytest

from phakdi.care.surveys.core.figures import Promoters, Satisfied, change_between, promoters_of, satisfied_of


def test_nps_and_its_adjusted_wald_interval_k10():
    wave = Promoters(50, 30, 20)
    assert wave.n == 100
    assert wave.score == 30
    assert wave.interval is not None
    assert (round(wave.interval.low, 2), round(wave.interval.high, 2)) == (14.05, 44.20)


def test_change_between_waves_is_not_significant_k10():
    change = change_between(Promoters(50, 30, 20), Promoters(66, 36, 18))
    assert change is not None
    assert round(change.points, 6) == 10
    assert (round(change.margin, 2), round(change.z, 2)) == (20.18, 0.97)
    assert not change.is_significant


def test_a_large_change_is_significant():
    change = change_between(Promoters(50, 30, 20), Promoters(90, 20, 10))
    assert change is not None and change.is_significant and change.p < 0.05


def test_csat_with_wilson_k11():
    asked = Satisfied(160, 200, 800)
    assert asked.share == 0.8
    assert asked.interval is not None
    assert (round(100 * asked.interval.low, 1), round(100 * asked.interval.high, 1)) == (73.9, 85.0)
    assert asked.average == 4.0


def test_answers_fall_into_their_groups():
    assert promoters_of([10, 9, 8, 7, 6, 0]) == Promoters(2, 2, 2)
    assert satisfied_of([5, 4, 3], highest=5) == Satisfied(2, 3, 12)
    assert satisfied_of([7, 6, 5], highest=7).satisfied == 2
    assert satisfied_of([10, 9, 8], highest=10).satisfied == 2


@pytest.mark.parametrize("nothing", [Promoters(), Satisfied()])
def test_without_answers_nothing_is_said(nothing):
    assert nothing.interval is None
    assert (nothing.score if isinstance(nothing, Promoters) else nothing.share) is None


def test_groups_are_added_not_averaged():
    both = Promoters(9, 0, 1) + Promoters(10, 30, 50)
    assert both.score == pytest.approx(-32)
    assert change_between(Promoters(), both) is None
