"""The worked examples of K1 to K18, to the digit."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from phakdi.insight.kpis.core import describing, spans
from phakdi.insight.kpis.core.cohorts import Cohort, mean_retention
from phakdi.insight.kpis.core.figures import (
    NOWHERE,
    Base,
    Kept,
    Moves,
    Orders,
    common_limit,
    lapse_limit,
    stickiness,
    survival_median,
)
from phakdi.insight.kpis.core.shares import pooled, share, wilson


def test_k1_end_is_start_and_new_less_left():
    assert Base(4_000, 300, 20).end == 4_280


def test_k2_stickiness():
    assert float(stickiness([420] * 30, 1_800)) == pytest.approx(0.2333, abs=5e-5)
    assert stickiness([0] * 30, 0) is None


def test_k3_spend_is_order_value_times_frequency():
    found = Orders(15_000_000, 1_500, 1_200)

    assert (found.order_value, found.frequency, found.spend) == (10_000, Fraction(5, 4), 12_500)
    assert found.order_value * found.frequency == found.spend


def test_k4_retention_beside_the_figure_that_counts_who_came_back():
    found = Kept(start=1_000, kept=900, end=1_150, new=200)

    assert (found.rate, found.with_returned, found.came_back) == (Fraction(9, 10), Fraction(95, 100), 50)
    low, high = wilson(900, 1_000)
    assert (round(low * 100, 2), round(high * 100, 2)) == (87.98, 91.71)


def test_k5_and_its_neighbours_k6_and_the_shares_of_k12_to_k15():
    assert [share(300, 1_200), share(540, 1_200), share(870, 1_500)] == [Fraction(25, 100), Fraction(45, 100), Fraction(58, 100)]
    assert share(100, 1_000) == 1 - share(900, 1_000) == Fraction(1, 10)
    assert [share(1_800, 6_000), share(450, 9_000)] == [Fraction(30, 100), Fraction(5, 100)]
    four = [share(4_000, 10_000), share(1_500, 4_000), share(2_600, 5_200), share(338_000, 520_000), share(240, 1_200)]
    assert four == [Fraction(40, 100), Fraction(375, 1_000), Fraction(1, 2), Fraction(65, 100), Fraction(1, 5)]
    assert (share(90, 1_200), share(90, 4_000)) == (Fraction(75, 1_000), Fraction(225, 10_000))
    assert share(60, 1_500) == Fraction(4, 100)
    assert share(1, 0) is None


def test_k7_when_somebody_has_lapsed():
    assert share(400, 5_000) == Fraction(8, 100)
    assert lapse_limit(fixed=60, median_gap=Fraction(10), orders=9, common=99) == 60
    assert lapse_limit(fixed=None, median_gap=Fraction(21, 2), orders=3, common=99) == Fraction(63, 2)
    assert lapse_limit(fixed=None, median_gap=Fraction(10), orders=2, common=99) == 99
    assert common_limit([(10, 5), (40, 4), (400, 1)]) == 40
    assert (common_limit([(3, 10)]), common_limit([(900, 10)]), common_limit([])) == (30, 365, 365)


def test_k15_who_has_not_come_again_is_waiting_not_left_out():
    assert survival_median([(5, 1, 0), (10, 1, 0), (15, 0, 1), (20, 1, 0), (30, 0, 1)]) == 20
    assert survival_median([(5, 1, 0), (90, 0, 9)]) is None
    assert survival_median([]) is None


def test_k17_cohorts_are_weighted_by_size_and_an_unfinished_month_is_unknown():
    one, other = Cohort(0, 400, {0: 400, 1: 120}, spend_minor={0: 400_00, 1: 80_00}), Cohort(1, 500, {0: 500, 1: 90})

    assert [each.retention(1, whole_until=2) for each in (one, other)] == [Fraction(30, 100), Fraction(18, 100)]
    assert float(mean_retention([one, other], 1, whole_until=2)) == pytest.approx(0.2333, abs=5e-5)
    assert mean_retention([one, other], 1, whole_until=1) == Fraction(30, 100)
    assert other.retention(1, whole_until=1) is None
    assert (one.spend_so_far(1, whole_until=2), one.retention(0, whole_until=0)) == (120, 1)
    assert pooled([(120, 400), (90, 500)]) == Fraction(210, 900)


def test_k18_tier_movement():
    cells = {}
    for before, row in {"silver": (700, 80, 0, 20), "gold": (60, 300, 40, 0), "platinum": (0, 30, 150, 20)}.items():
        cells |= {(before, after): n for after, n in zip(("silver", "gold", "platinum", NOWHERE), row, strict=True)}
    found = Moves(("silver", "gold", "platinum"), {**cells, (NOWHERE, "silver"): 55})

    assert found.start == 1_400
    shown = [round(float(found.share_of(step)) * 100, 2) for step in ("up", "down", "stay", "left")]
    assert shown == [8.57, 6.43, 82.14, 2.86]
    assert round(float(found.net) * 100, 2) == 2.14
    assert found.kept("gold") == Fraction(3, 4)


def test_windows_have_keys_and_follow_each_other():
    today = date(2026, 3, 15)

    assert spans.key_of(date(2026, 2, 14), today, today) == "30"
    assert spans.key_of(date(2026, 2, 1), date(2026, 2, 28), today) == "2026-02"
    assert spans.key_of(date(2026, 3, 1), today, today) == "2026-03"
    assert spans.key_of(date(2025, 1, 1), date(2025, 12, 31), today) == "2025"
    assert spans.key_of(date(2026, 2, 14), date(2026, 3, 14), today) == ""
    kinds = {span.kind for series in spans.calendar(today) for span in series.spans.values()}
    assert kinds == {"month", "quarter", "year"}
    assert [span.kind for span in spans.rolling(7, today).values()] == ["rolling"] * 3
    assert spans.calendar_span(2026 * 4, 3) == spans.Span("2026-Q1", date(2026, 1, 1), date(2026, 4, 1))


def test_the_page_of_figures_is_made_from_their_registry():
    assert (Path(__file__).parents[3] / "docs/figures.md").read_text(encoding="utf-8") == describing.page()
