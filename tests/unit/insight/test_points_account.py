"""The account of points: months close once, every month's figures add up, and what is owed follows from what is expected."""

from datetime import date
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from phakdi.insight.points.core.account import Issue, Price, Told, make_account
from phakdi.insight.points.core.flow import Flow

JAN, FEB, MAR, APR = (date(2026, month, 1) for month in (1, 2, 3, 4))
PRICE = Price(cost=Fraction(10), worth=Fraction(10))


def told():
    used = {(JAN, JAN): 300, (JAN, FEB): 200, (JAN, MAR): 100, (FEB, FEB): 384, (FEB, MAR): 252, (MAR, MAR): 450}
    issues = [Issue(JAN, 600, 400, 0), Issue(FEB, 636, 0, 564), Issue(MAR, 450, 0, 1_050)]
    flows = {
        JAN: Flow(issued=1_000, spent=300),
        FEB: Flow(issued=1_200, spent=584),
        MAR: Flow(issued=1_500, spent=802, expired=400),
    }
    return Told(issues, used, flows, {JAN: 1_000_000, FEB: 1_200_000, MAR: 1_500_000}, {MAR: 5_000})


def test_what_is_owed_follows_the_ladder():
    account = make_account("points", told(), PRICE, kept=[], today=date(2026, 4, 10))
    assert [float(round(each.ultimate, 2)) for _, each in account.expected] == [600, 763.2, 896.84]
    march, april = account.months[2:]
    assert march.balance == april.balance == 1_614
    assert march.liability_minor == 5_740  # 57.40
    assert march.full_minor == 16_140
    assert march.spent_minor == 8_020
    assert march.cost_minor == 13_020
    assert april.flow == Flow()


def test_revenue_is_deferred_until_points_are_used():
    account = make_account("points", told(), PRICE, kept=[], today=date(2026, 4, 10))
    for closing in account.months[:3]:
        assert 0 < closing.allocated_minor < closing.sales_minor
    waits = 0
    for closing in account.months:
        waits += closing.allocated_minor - closing.recognized_minor
        assert closing.deferred_minor == waits >= 0
    assert account.months[3].allocated_minor == 0


def test_a_closed_month_stays_and_the_next_catches_up():
    first = make_account("points", told(), PRICE, kept=[], today=date(2026, 3, 20))
    kept = first.months[:2]
    more = told()
    later = make_account("points", more, Price(Fraction(12), Fraction(12)), kept=kept, today=date(2026, 4, 10))
    assert list(later.months[:2]) == list(kept)
    assert later.months[2].liability_minor == 6_889  # at the new cost
    recognized = sum(closing.recognized_minor for closing in later.months)
    allocated = sum(closing.allocated_minor for closing in later.months)
    assert later.months[-1].deferred_minor == allocated - recognized


def test_store_credit_is_owed_whole():
    account = make_account("credit", told(), Price(Fraction(1), Fraction(1), is_owed=True), kept=[], today=date(2026, 4, 10))
    assert account.months[2].expected == 564 + 1_050


def test_without_points_there_is_no_account():
    assert make_account("points", Told([], {}, {}, {JAN: 100}, {}), PRICE, kept=[], today=APR) is None


@given(
    st.lists(
        st.tuples(st.integers(0, 1_000), st.lists(st.integers(0, 300), min_size=4, max_size=4), st.integers(0, 500)),
        min_size=4,
        max_size=4,
    )
)
def test_what_was_allocated_is_recognized_or_waits(drawn):
    months = [JAN, FEB, MAR, APR]
    used, issues, flows = {}, [], {month: Flow() for month in months}
    for place, (left, steps, _sales) in enumerate(drawn):
        taken = {month: steps[number] for number, month in enumerate(months) if number >= place}
        used |= {(months[place], month): points for month, points in taken.items()}
        issues.append(Issue(months[place], sum(taken.values()), 0, left))
        flows[months[place]] += Flow(issued=sum(taken.values()) + left)
        for month, points in taken.items():
            flows[month] += Flow(spent=points)
    sales = {month: drawn[number][2] * 100 for number, month in enumerate(months)}
    account = make_account("points", Told(issues, used, flows, sales, {}), PRICE, kept=[], today=date(2026, 5, 3))
    assert account.months[-1].balance == sum(issue.remaining for issue in issues)
    for closing in account.months:
        assert closing.deferred_minor >= -1
        assert closing.liability_minor <= closing.full_minor + 1
