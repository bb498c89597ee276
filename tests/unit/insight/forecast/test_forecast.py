"""Forecasts: the worked example of K34, what is refused, and that the naive one is shown where nothing beats it."""

import numpy as np
import pytest

from phakdi.insight.forecast.core.choosing import Plan, choose, origins_of
from phakdi.insight.forecast.core.judging import Errors, errors_of, scale_of
from phakdi.insight.forecast.core.methods import Z80, Method, naive, run

MONTHS = Plan(12, 6, 30)
TRAIN = [80, 90, 85, 95, 88, 98, 94, 104]


def test_worked_example():
    found = errors_of([100, 110, 120, 130], [102, 108, 123, 126], TRAIN, 4)
    assert scale_of(TRAIN, 4) == 8.5
    assert found.mae == 2.75
    assert found.mase == pytest.approx(0.3235, abs=5e-5)
    assert found.smape == pytest.approx(0.0235, abs=5e-5)


def test_what_cannot_be_scaled_is_unknown():
    assert scale_of([5, 5, 5], 1) is None
    assert scale_of([5], 1) is None
    assert errors_of([0], [0], [1, 1], 1) == Errors(0.0, None, None)


def test_the_naive_one_repeats_the_season_and_widens_with_each():
    path = naive(np.array(TRAIN, dtype=float), 4, 6)
    assert path.mean.tolist() == [88, 98, 94, 104, 88, 98]
    assert (path.high - path.mean)[0] == pytest.approx(Z80 * np.sqrt(np.mean(np.array([8, 8, 9, 9]) ** 2)))
    assert (path.high - path.mean)[4] == pytest.approx((path.high - path.mean)[0] * np.sqrt(2))


@pytest.mark.parametrize("method", list(Method))
def test_every_way_finds_a_season(method):
    months = np.arange(48)
    series = 1_000_000 + 20_000 * months + 300_000 * np.sin(months / 12 * 2 * np.pi)
    path = run(method, series[:42], 12, 6)
    assert np.all(path.low <= path.mean)
    assert np.all(path.mean <= path.high)
    assert np.abs(path.mean - series[42:]).mean() < 260_000  # a season of the year before is 240,000 off


def test_the_least_wrong_way_is_chosen_with_its_errors_and_coverage():
    rng = np.random.default_rng(5)
    months = np.arange(60)
    series = 500 + 5 * months + 80 * np.sin(months / 12 * 2 * np.pi) + rng.normal(0, 10, 60)
    chosen = choose(series, MONTHS, low=0)
    assert chosen.is_better
    assert chosen.method is not Method.NAIVE
    assert chosen.backtest.mase == min(mase for _, mase in chosen.tried) < 0.6
    assert chosen.backtest.origins == 6
    assert 0.5 <= chosen.backtest.covered <= 1
    truth = 500 + 5 * np.arange(60, 66) + 80 * np.sin(np.arange(60, 66) / 12 * 2 * np.pi)
    assert np.abs(chosen.path.mean - truth).max() < 30


def test_where_nothing_beats_it_the_naive_one_is_shown():
    rng = np.random.default_rng(2)
    series = 1_000 + np.cumsum(rng.normal(0, 10, 40) * np.linspace(0.1, 6, 40))  # wilder and wilder
    chosen = choose(series, Plan(1, 3, 15))
    assert not chosen.is_better
    assert chosen.method is Method.NAIVE
    assert chosen.path.mean.tolist() == [series[-1]] * 3


def test_two_seasons_are_left_to_fit_to_and_too_short_is_refused():
    assert origins_of(30, MONTHS) == [24]
    assert origins_of(60, MONTHS) == [54, 51, 48, 45, 42, 39]
    assert origins_of(56, Plan(7, 14, 56)) == [42, 35, 28]
    assert origins_of(15, Plan(1, 3, 15)) == [12, 11, 10, 9]
    assert choose(range(29), MONTHS) is None
    assert choose([5] * 40, MONTHS) is None


def test_counts_do_not_fall_below_nothing():
    rng = np.random.default_rng(1)
    chosen = choose(rng.poisson(0.5, 80).astype(float), Plan(7, 14, 56), low=0)
    assert chosen.path.low.min() >= 0


def test_bounds_are_stretched_to_what_came_true():
    rng = np.random.default_rng(3)
    series = 1_000 + rng.normal(0, 10, 200)
    series[:90] += rng.normal(0, 40, 90)  # it was wild once: the method's own bounds are too wide
    chosen = choose(series, Plan(7, 14, 56))
    assert chosen.backtest.widen < 0.8
    assert 0.7 <= chosen.backtest.covered <= 0.92
    assert chosen.path.high[0] - chosen.path.low[0] < 60


def test_the_theta_method_is_simple_smoothing_with_half_the_slope():
    path = run(Method.THETA, 10 + 4.0 * np.arange(30), 1, 3)
    assert np.diff(path.mean).tolist() == pytest.approx([2, 2])
