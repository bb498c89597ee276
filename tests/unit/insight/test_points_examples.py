"""The worked examples of what points cost: each to its digit."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phakdi.insight.points.core import revenue, worth
from phakdi.insight.points.core.flow import Flow, program_cost_rate
from phakdi.insight.points.core.vintages import Vintage, development, expect, liability

VINTAGES = [Vintage(1_000, (300, 500, 600)), Vintage(1_200, (384, 636)), Vintage(1_500, (450,))]


def places(number, digits):
    return round(float(number), digits)


def test_flow_and_redemption_rate():
    flow = Flow(issued=100_000, spent=60_000, expired=5_000, reversed=1_000, adjusted=-500)
    assert flow.redemption_rate == Fraction(60, 100)
    assert flow.growth == 33_500
    assert Flow(issued=0, spent=10).redemption_rate is None
    assert Vintage(10_000, (7_000,)).used / 10_000 == 0.7


def test_expected_redemption_by_chain_ladder():
    assert [places(factor, 5) for factor in development(VINTAGES)] == [1.66082, 1.2]
    expected = expect(VINTAGES)
    assert [places(each.ultimate, 2) for each in expected] == [600, 763.2, 896.84]
    assert [places(each.rate * 100, 2) for each in expected] == [60.00, 63.60, 59.79]


def test_liability_and_breakage():
    expected = expect(VINTAGES)
    assert [places(each.still, 2) for each in expected] == [0, 127.2, 446.84]
    assert places(liability(expected, Fraction(1, 10)), 2) == 57.40
    broken = sum(each.breakage for each in expected)
    assert places(broken, 2) == 1_439.96
    assert places(broken / 3_700 * 100, 1) == 38.9


def test_a_vintage_without_a_whole_age_is_used_like_the_others():
    *_, young = expect([Vintage(1_000, (500, 500)), Vintage(200, (), outstanding=180)])
    assert young.rate == Fraction(1, 2)
    assert expect([Vintage(100, ())])[0].rate == 1


def test_what_expired_is_final():
    assert expect([Vintage(1_000, (300, 500)), Vintage(1_000, (400,), outstanding=0)])[1].ultimate == 400


@given(
    st.lists(
        st.tuples(st.lists(st.integers(0, 500), max_size=6), st.integers(0, 5_000)),
        min_size=1,
        max_size=8,
    )
)
def test_what_is_expected_lies_between_what_was_used_and_what_is_there(drawn):
    vintages = []
    for steps, left in drawn:
        spent = [sum(steps[: number + 1]) for number in range(len(steps))]
        vintages.append(Vintage(sum(steps) + left, spent, left))
    for each in expect(vintages):
        assert each.vintage.used <= each.ultimate <= each.vintage.used + each.vintage.left
        assert each.breakage >= 0


def test_deferred_revenue_of_the_standards_example():
    shared = revenue.allocate(100_000, 10_000 * Fraction(95, 100))
    assert (round(shared.goods), round(shared.points)) == (91_324, 8_676)
    first = revenue.recognized(shared.points, 4_500, 9_500)
    second = revenue.recognized(shared.points, 8_500, 9_700) - first
    assert round(first) == 4_110
    assert round(shared.points - first) == 4_566
    assert round(second) == 3_493
    assert round(shared.points - first - second) == 1_073


@pytest.mark.parametrize(("expected", "second"), [(9_900, 3_552), (9_200, 4_140)])
def test_deferred_revenue_when_the_expectation_changes(expected, second):
    first = revenue.recognized(Fraction(9_000), 4_500, 9_700)
    assert round(first) == 4_175
    assert round(revenue.recognized(Fraction(9_000), 8_500, expected) - first) == second


def test_program_cost():
    assert program_cost_rate(120_000, 4_000_000) == Fraction(3, 100)
    assert program_cost_rate(100, 0) is None


def test_worth_of_a_member():
    assert worth.historic(600_000 * 30 // 100, 12_000, 0) == 168_000
    assert worth.simple(10_000, Fraction(4), Fraction(3, 10), Fraction(1, 5)) == 60_000
    assert round(worth.with_term(10_000, Fraction(8, 10), Fraction(1, 10))) == 26_667
    assert round(worth.with_term(10_000, Fraction(8, 10), Fraction(1, 10), first_now=True)) == 36_667
