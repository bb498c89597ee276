"""From purchases to what is expected of members: guards, classes that do not flicker, groups, reasons, files."""

import csv
import gzip
import os
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phakdi.insight.lifetime import documents, expressions, reckoning
from phakdi.insight.lifetime.core import churn, dropout, groups, modelling
from phakdi.insight.lifetime.core.files import BadLine, read_purchases
from phakdi.insight.lifetime.core.histories import Histories, distinct
from phakdi.insight.lifetime.reckoning import Settings
from phakdi.insight.warehouse.reading import Warehouse
from phakdi.people.traits.core import TRAITS

DATA = Path(os.environ.get("PHAKDI_SHARED_DATA", Path(__file__).parents[3] / "../shared/data"))
needs_data = pytest.mark.skipif(not DATA.exists(), reason=f"the data sets are not in {DATA}")


def warehouse_of(bought, *, as_of):
    """Return a warehouse of purchases (number of the member, day, minor units)."""
    purchases = [
        {"purchase_key": n, "member_key": who, "day": day, "net_minor": amount} for n, (who, day, amount) in enumerate(bought)
    ]
    members = [
        {"member_key": who, "member_id": f"00000000-0000-7000-8000-{who:012}", "is_enrolled": True}
        for who in sorted({who for who, _, _ in bought})
    ]
    at = datetime(as_of.year, as_of.month, as_of.day, 12, tzinfo=UTC)
    return Warehouse.of_rows({"purchase": purchases, "member": members}, as_of=at)


def reckoned(bought, *, as_of, settings=None, risk_before=None, cutting=None):
    settings = settings or Settings()
    warehouse = warehouse_of(bought, as_of=as_of)
    members = expressions.members_of(warehouse, as_of=as_of, horizon=settings.horizon)
    before = np.full(len(members), churn.NONE_BEFORE) if risk_before is None else np.array(risk_before)
    gaps = expressions.gap_counts(warehouse, as_of=as_of)
    return reckoning.reckon(members, gaps, settings=settings, risk_before=before, cutting=cutting)


DAY = date(2026, 3, 1)
FEW = [(1, DAY - timedelta(days=n), 10_000) for n in (100, 88, 76, 76, 64)] + [(2, DAY - timedelta(days=300), 5_000), (2, DAY, 0)]


# --- from the warehouse -------------------------------------------------------------------------------------------------


def test_purchases_of_one_day_are_one_purchase_day_and_free_bills_are_none():
    members = expressions.members_of(warehouse_of(FEW, as_of=DAY), as_of=DAY, horizon=70)

    assert [members.days.tolist(), members.total.tolist(), members.first_value.tolist()] == [
        [4, 1],
        [50_000, 5_000],
        [10_000, 5_000],
    ]
    assert (members.twice_gap.tolist(), members.cut_days.tolist(), members.after_days.tolist()) == ([24, -1], [3, 1], [1, 0])
    assert (members.recent.tolist(), members.before.tolist()) == ([50_000, 0], [0, 5_000])


def test_with_few_repeaters_the_plain_lapse_stands_in_and_says_why():
    found = reckoned(FEW, as_of=DAY)
    rows = list(reckoning.trait_rows(found))

    assert found.fitted.refusal == "too_few_repeaters"
    assert found.common_lapse == churn.LAPSE_MIN, "all gaps are of twelve days; thirty are the least"
    assert [row.values["churn_risk"] for row in rows] == ["high", "high"]
    assert rows[0].missing == dict.fromkeys((*reckoning.OF_MODEL, *reckoning.OF_VALUE), "too_few_repeaters")
    assert rows[0].values["next_purchase_due_date"] == (DAY - timedelta(days=52)).isoformat()
    assert rows[1].missing["next_purchase_due_date"] == "too_few_purchases"
    assert {name for row in rows for name in (*row.values, *row.missing)} <= TRAITS.keys()
    slow = reckoned(FEW, as_of=DAY, settings=Settings(lapse_days=200))
    assert [row.values["churn_risk"] for row in reckoning.trait_rows(slow)] == ["low", "high"]
    doc = documents.run_document(found)
    assert (doc["refusal"], doc["unjudged"], doc["tenths"]) == ("too_few_repeaters", "too_few_repeaters", [])


@needs_data
def test_cdnow_is_judged_as_published():
    lines = (DATA / "cdnow_sample/CDNOW_sample.txt").read_text().splitlines()
    bought = []
    for line in lines:
        _, who, day, _, spent = line.split()
        at = date(int(day[:4]), int(day[4:6]), int(day[6:]))
        bought.append((int(who), at, int(Decimal(spent) * 100) or 1))  # a free disc was a purchase there
    found = reckoned(bought, as_of=date(1998, 6, 30), settings=Settings(horizon=273))
    judged = found.fitted.judged

    assert (len(found.members), judged.members, judged.buyers, judged.actual) == (2357, 2357, 684, 1882)
    assert (judged.auc, judged.brier) == (pytest.approx(0.760, abs=1e-3), pytest.approx(0.161, abs=1e-3))
    assert (judged.expected, judged.is_better) == (pytest.approx(1577, abs=1), True)
    assert found.fitted.warnings == ()
    rows = list(reckoning.trait_rows(found))
    assert {row.values["churn_risk"] for row in rows} == {"low", "medium", "high"}
    assert sum(each["members"] for each in documents.run_document(found)["grid"]) == int((found.members.window_days > 0).sum())
    lists = documents.lists_of(found)
    at_risk = [row["at_risk"] for row in lists[documents.AT_RISK]]
    assert at_risk == sorted(at_risk, reverse=True)
    assert all(row["group"] == groups.name_of(5, 4) for row in lists[documents.cell_key(5, 4)])


@needs_data
@pytest.mark.slow
def test_online_retail_is_refused_since_nobody_is_seen_to_drop_out():
    bought: dict[tuple[int, date], int] = {}
    numbers: dict[str, int] = {}
    with gzip.open(DATA / "online_retail/online_retail_2010_2011.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["CustomerID"] and not row["InvoiceNo"].startswith("C"):
                key = (numbers.setdefault(row["CustomerID"], len(numbers)), date.fromisoformat(row["InvoiceDate"][:10]))
                bought[key] = bought.get(key, 0) + round(float(row["UnitPrice"]) * 100) * int(row["Quantity"])
    found = reckoned([(who, day, amount) for (who, day), amount in bought.items()], as_of=date(2011, 12, 9))

    assert found.fitted.refusal in {"dropout_not_identified", "estimate_at_bound"}
    assert found.fitted.model.a / (found.fitted.model.a + found.fitted.model.b) < dropout.IDLE_DROPOUT
    assert found.scores is None
    assert {row.missing["p_alive"] for row in reckoning.trait_rows(found)} == {found.fitted.refusal}


# --- guards -------------------------------------------------------------------------------------------------------------


def test_value_that_goes_with_frequency_is_warned_of():
    dice = np.random.default_rng(5)
    x = dice.integers(1, 30, 2000).astype(float)
    mean = x * 10 * dice.gamma(50, 1 / 50, 2000)
    found = modelling.fit_guarded(Histories.of(x, np.full(2000, 50.0), np.full(2000, 90.0)), mean)

    assert "value_depends_on_frequency" in found.warnings


def test_a_value_model_without_a_mean_is_refused():
    dice = np.random.default_rng(5)
    mean = np.exp(dice.standard_cauchy(3000).clip(-12, 12))
    found = modelling.fit_guarded(Histories.of(np.ones(3000), np.full(3000, 5.0), np.full(3000, 90.0)), mean)

    assert found.value.q <= 1
    assert found.value_refusal


def test_without_amounts_there_is_no_value():
    found = modelling.fit_guarded(Histories.of(np.ones(300), np.full(300, 5.0), np.full(300, 90.0)), np.zeros(300))

    assert found.value_refusal


# --- classes of risk ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("risk", "before", "after"),
    [
        (0.66, -1, 2),
        (0.6, -1, 1),
        (0.6, 2, 2),
        (0.54, 2, 1),
        (0.34, 1, 0),
        (0.4, 0, 0),
        (0.4, 1, 1),
        (0.46, 0, 1),
        (0.2, 2, 0),
        (0.8, 0, 2),
    ],
)
def test_a_class_changes_only_when_it_is_clearly_another(risk, before, after):
    assert churn.classes_of(np.array([risk]), np.array([before])).tolist() == [after]


@given(st.lists(st.floats(0, 1), min_size=2, max_size=30))
def test_a_risk_that_moves_less_than_a_tenth_never_goes_to_and_fro(risks):
    middle = np.clip(np.array(risks) * 0.0999, 0, 1)
    for base in (0.3, 0.6):
        seen, now = [], np.array([churn.NONE_BEFORE])
        for risk in base + middle:
            now = churn.classes_of(np.array([risk]), now)
            seen.append(int(now[0]))
        assert sum(one != other for one, other in pairwise(seen)) <= 1


def test_a_lapse_is_three_usual_gaps_or_what_is_common():
    assert churn.common_lapse([(1, 5), (40, 4), (90, 1)]) == 40
    assert churn.common_lapse([(1, 99)]) == 30
    assert churn.common_lapse([(400, 2)]) == 365
    assert churn.common_lapse([]) == 365
    assert churn.lapse_days(np.array([24, -1]), common=40, fixed=None).tolist() == [36, 40]
    assert churn.lapse_days(np.array([24, -1]), common=40, fixed=60).tolist() == [60, 60]


@pytest.mark.parametrize(
    ("told", "codes"),
    [
        ({"risk": "high", "silent": 41, "days": 9, "usual_gap": 12}, ["very_late"]),
        ({"risk": "medium", "silent": 16, "days": 12, "usual_gap": 12}, ["late"]),
        ({"risk": "high", "silent": 80, "days": 1}, ["bought_once"]),
        ({"risk": "high", "silent": 80, "days": 2, "recent": 30, "before": 100}, ["bought_twice", "spends_less"]),
        ({"risk": "high", "silent": 200, "days": 3, "usual_gap": 12, "before": 100}, ["very_late", "stopped_spending"]),
        (
            {"risk": "low", "silent": 4, "days": 12, "usual_gap": 12, "recent": 150, "before": 100},
            ["on_time", "spends_more", "comes_often"],
        ),
        ({"risk": "medium", "silent": 4, "days": 5}, ["last_came"]),
    ],
)
def test_reasons_are_plain(told, codes):
    found = churn.reasons_for(**{"usual_gap": None, "recent": 0, "before": 0, **told})

    assert [reason.code for reason in found] == codes


# --- groups -------------------------------------------------------------------------------------------------------------


def test_scores_are_those_of_the_worked_example():
    silent, often = np.array([3, 10, 25, 40, 80, 95, 120, 200, 260, 340]), np.array([12, 9, 7, 7, 3, 2, 2, 1, 1, 1])

    assert groups.cuts_of(silent) == (10, 40, 95, 200)
    assert groups.falling(silent, groups.cuts_of(silent)).tolist() == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]
    assert groups.cuts_of(often) == (1, 2, 3, 7)
    assert groups.rising(often, groups.cuts_of(often)).tolist() == [5, 5, 4, 4, 3, 2, 2, 1, 1, 1]
    assert {groups.name_of(r, f) for r in groups.SCORES for f in groups.SCORES} == set(groups.NAMES)


def test_cut_points_stay_for_a_month():
    first = reckoned(FEW, as_of=DAY)
    more = [*FEW, *[(who, DAY, 1) for who in range(3, 20)]]
    same = reckoned(more, as_of=DAY + timedelta(days=30), cutting=first.cutting)
    later = reckoned(more, as_of=DAY + timedelta(days=31), cutting=first.cutting)

    assert (same.cutting, later.cutting.month) == (first.cutting, "2026-04")
    assert later.cutting.monetary != first.cutting.monetary


# --- numbers ------------------------------------------------------------------------------------------------------------


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 9), st.integers(1, 3)), min_size=1, max_size=40),
    st.sampled_from([1.0, 7.0, 3.0]),
)
def test_cells_are_the_distinct_rows_with_their_weights(rows, unit):
    x, span, weight = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    t_x, now = np.where(x > 0, (span + 1) / unit, 0), (span + 2) / unit
    expected: dict[tuple[float, ...], float] = {}
    for *key, times in zip(x, t_x, now, weight, strict=True):
        expected[tuple(key)] = expected.get(tuple(key), 0) + times
    cells = Histories.of(x, t_x, now, weight).cells()
    ones = Histories.of(x, t_x, now).cells()

    assert dict(zip(zip(cells.x, cells.t_x, cells.T, strict=True), cells.weight, strict=True)) == expected
    assert ones.members == len(rows)
    (of_x, of_now), where = distinct(x, now)
    assert (of_x[where] == x).all()
    assert (of_now[where] == now).all()


# --- files --------------------------------------------------------------------------------------------------------------


def test_a_file_of_purchases_is_read_as_it_comes():
    found = read_purchases(
        ["id,date,amount", "7,1997-01-01,10.50", "", "7 970101 2 1.50", "00008 00001 19970102 1 3.00", "7 19970105 1 4"]
    )

    assert (found.customer.tolist(), found.amount.tolist()) == ([0, 0, 1], [1200, 400, 300])
    seen = found.seen_by(date(1997, 1, 2))
    assert (seen.days.tolist(), seen.after.tolist(), seen.total.tolist(), len(found.seen_by(date(1997, 1, 1)).days)) == (
        [1, 1],
        [1, 0],
        [1200, 300],
        1,
    )


@pytest.mark.parametrize("lines", [["7 19970101 1 1", "nonsense"], [], ["head"], ["7 19970101 1 1", "7 19971301 1 1"]])
def test_what_is_no_purchase_is_refused_with_its_line(lines):
    with pytest.raises(BadLine):
        read_purchases(lines)
