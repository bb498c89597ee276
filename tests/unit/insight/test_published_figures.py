"""The models against the figures that were published of the CDNOW data: parameters, likelihoods, and what follows from them."""

import csv
import os
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from phakdi.insight.lifetime.core import dropout, judging, spending
from phakdi.insight.lifetime.core.dropout import Dropout, Kind
from phakdi.insight.lifetime.core.histories import Histories
from phakdi.insight.lifetime.core.spending import Spending
from phakdi.insight.lifetime.core.value import lifetime_value

FOLDER = Path(os.environ.get("PHAKDI_SHARED_DATA", Path(__file__).parents[3] / "../shared/data")) / "cdnow_sample"
needs_data = pytest.mark.skipif(not FOLDER.exists(), reason=f"the CDNOW sample is not in {FOLDER}")

END = date(1997, 9, 30).toordinal()
FADER = Dropout(Kind.BG, 0.2425967, 4.413659, 0.7929869, 2.426164)
ROUNDED = Dropout(Kind.BG, 0.243, 4.414, 0.793, 2.426)
MBG_ROUNDED = Dropout(Kind.MBG, 0.525, 6.183, 0.891, 1.614)
MEMBERS = Histories.of(np.array([2.0, 1.0, 0.0]), np.array([30.43, 1.71, 0.0]), np.array([38.86, 38.86, 38.86]))


def one(x, t_x, now):
    return Histories.of(*(np.array([float(value)]) for value in (x, t_x, now)))


@pytest.fixture(scope="module")
def summary():
    with (FOLDER / "cdnow_customers_summary_with_transactions.csv").open() as file:
        rows = list(csv.DictReader(file))
    columns = {name: np.array([float(row[name]) for row in rows]) for name in ("x", "t_x", "T", "zbar")}
    return Histories.of(columns["x"], columns["t_x"], columns["T"]), columns["zbar"]


@pytest.fixture(scope="module")
def days():
    """Return for each member what was spent on each day, by the number of the day, from the purchases themselves."""
    found: dict[int, dict[int, float]] = {}
    for line in (FOLDER / "CDNOW_sample.txt").read_text().splitlines():
        _, member, day, _, spent = line.split()
        at = date(int(day[:4]), int(day[4:6]), int(day[6:])).toordinal()
        kept = found.setdefault(int(member), {})
        kept[at] = kept.get(at, 0.0) + float(spent)
    return found


@pytest.fixture(scope="module")
def exact(days):
    """Return the histories of weeks 1 to 39 and the mean value of repeat purchase days, not rounded."""
    x, t_x, now, mean = [], [], [], []
    for bought in days.values():
        before = sorted(day for day in bought if day <= END)
        x.append(float(len(before) - 1))
        t_x.append((before[-1] - before[0]) / 7)
        now.append((END - before[0]) / 7)
        mean.append(sum(bought[day] for day in before[1:]) / max(1, len(before) - 1))
    return Histories.of(np.array(x), np.array(t_x), np.array(now)), np.array(mean)


@pytest.fixture(scope="module")
def fitted(exact):
    return {kind: dropout.fit(exact[0], kind) for kind in Kind}


@needs_data
@pytest.mark.parametrize(
    ("kind", "parameters", "likelihood"),
    [(Kind.BG, (0.2426, 4.4136, 0.7929, 2.4259), -9582.4292), (Kind.MBG, (0.5248, 6.1831, 0.8914, 1.6140), -9582.1357)],
)
def test_parameters_and_likelihood_are_those_published(fitted, kind, parameters, likelihood):
    found = fitted[kind]

    assert (found.r, found.alpha, found.a, found.b) == pytest.approx(parameters, rel=1e-3)
    assert found.log_likelihood == pytest.approx(likelihood, abs=1e-3)
    assert found.refusal(946) == ""


@needs_data
def test_standard_errors_are_those_published(fitted):
    assert fitted[Kind.BG].errors == pytest.approx((0.01256, 0.3782, 0.1857, 0.7054), rel=0.01)


def test_expected_purchases_are_those_published():
    assert FADER.expected_of_new(52) == pytest.approx(1.444004, abs=1e-6)
    eager = one(26, 216 / 7, 31)
    assert FADER.expected(eager, 52)[0] == pytest.approx(25.75659, abs=1e-5)
    assert FADER.p_alive(eager)[0] == pytest.approx(0.9688523, abs=1e-7)
    many = Histories.of(np.array([10.0, 15, 20, 25]), np.full(4, 20.0), np.full(4, 39.0))
    assert FADER.expected(many, 52) == pytest.approx([0.3474606, 0.04283391, 0.004158973, 0.0003583685], rel=1e-6)


def test_chances_of_three_members_are_those_published():
    assert ROUNDED.p_alive(MEMBERS) == pytest.approx([0.72658, 0.21210, 1], abs=5e-6)
    assert ROUNDED.expected(MEMBERS, 39) == pytest.approx([1.2260, 0.20319, 0.19510], abs=5e-5)
    assert ROUNDED.p_buys(MEMBERS, 13) == pytest.approx([0.32349, 0.05908, 0.06184], abs=5e-6)


def test_chances_under_the_modified_model_are_those_published():
    two = Histories.of(np.array([2.0, 0.0]), np.array([30.43, 0.0]), np.array([38.86, 38.86]))

    assert MBG_ROUNDED.p_alive(two) == pytest.approx([0.70620, 0.38974], abs=5e-6)
    assert MBG_ROUNDED.expected(two, 39) == pytest.approx([1.26296, 0.15401], abs=5e-6)
    assert MBG_ROUNDED.p_buys(two, 13) == pytest.approx([0.33392, 0.04858], abs=5e-6)


@pytest.mark.parametrize(
    ("weeks", "expected"), [(0.1429, 0.0078), (1, 0.0532), (3, 0.1506), (31.8571, 1.0405), (32, 1.0437), (78, 1.8576)]
)
def test_purchases_of_a_new_member_by_week_are_those_published(weeks, expected):
    assert FADER.expected_of_new(weeks) == pytest.approx(expected, abs=5e-5 if weeks < 78 else 5e-4)


@needs_data
def test_value_of_a_purchase_is_that_published(exact, summary):
    seen, mean = exact
    found = spending.fit(seen.x, mean)

    assert (found.p, found.q, found.gamma) == pytest.approx((6.2496, 3.7442, 15.4435), rel=1e-2)
    assert found.log_likelihood == pytest.approx(-4055.9177, abs=1e-3)
    assert found.correlation == pytest.approx(0.1139, abs=5e-5)
    assert not found.is_dependent
    seen, mean = summary
    published = Spending(6.2488, 3.7446, 15.4477)
    assert published.expected(seen.x, mean)[:10] == pytest.approx(
        [24.66, 18.91, 35.17, 35.17, 35.17, 71.46, 18.91, 35.17, 27.28, 35.17], abs=0.01
    )


@needs_data
def test_lifetime_value_is_that_published(summary):
    seen, mean = summary
    value = spending.fit(seen.x, mean)
    member = one(2, 30.43, 38.86)
    worth = value.expected(np.array([2.0]), np.array([22.35]))
    model = dropout.fit(seen, Kind.BG)

    assert lifetime_value(model, member, worth, length=4.345)[0] == pytest.approx(36.28, abs=0.005)
    assert lifetime_value(model, seen, value.expected(seen.x, mean), length=4.345).sum() == pytest.approx(71509.90, abs=0.5)


@needs_data
@pytest.mark.parametrize(("kind", "correlation", "total", "auc"), [(Kind.BG, 0.626, 1653, 0.757), (Kind.MBG, 0.627, 1577, 0.760)])
def test_second_half_year_is_predicted_as_published(exact, days, fitted, kind, correlation, total, auc):
    seen, model = exact[0], fitted[kind]
    last = date(1998, 6, 30).toordinal()
    truth = np.array([float(len([day for day in bought if END < day <= last])) for bought in days.values()])
    expected, chance = model.expected(seen, 39), model.p_buys(seen, 39)

    assert (len(seen.cells().x), int(truth.sum()), int((truth > 0).sum())) == (1016, 1882, 684)
    assert np.corrcoef(expected, truth)[0, 1] == pytest.approx(correlation, abs=5e-4)
    assert expected.sum() == pytest.approx(total, abs=1)
    assert judging.auc(chance, truth) == pytest.approx(auc, abs=1e-3)
    assert judging.brier(chance, (truth > 0).astype(float)) == pytest.approx(0.161, abs=1e-3)
    if kind is Kind.BG:  # why being alive is not what tells who leaves
        assert judging.auc(model.p_alive(seen), truth) == pytest.approx(0.316, abs=1e-3)


def test_judging_is_the_worked_example():
    score, truth = np.array([0.9, 0.8, 0.7, 0.4, 0.3, 0.1]), np.array([1.0, 1, 0, 1, 0, 0])

    assert judging.auc(score, truth) == pytest.approx(0.8889, abs=5e-5)
    assert judging.brier(score, truth) == pytest.approx(0.1667, abs=5e-5)
    assert judging.auc(score, np.ones(6)) is None


@pytest.mark.parametrize(
    "columns",
    [([1.0], [2.0], [1.0]), ([0.0], [1.0], [2.0]), ([1.0], [0.0], [2.0]), ([-1.0], [0.0], [1.0]), ([1.0, 0.0], [1.0], [2.0])],
)
def test_what_is_no_history_is_refused(columns):
    with pytest.raises(ValueError, match=r"history|lengths"):
        Histories.of(*(np.array(column) for column in columns))


def test_where_nobody_drops_out_nobody_is_scored():
    dice = np.random.default_rng(7)
    rate, now = dice.gamma(2.0, 1 / 10, 4000), dice.uniform(40, 90, 4000)
    x = dice.poisson(rate * now).astype(float)
    t_x = np.where(x > 0, now * dice.beta(np.maximum(x, 1), 1), 0.0)
    model = dropout.fit(Histories.of(x, t_x, now), Kind.MBG)

    assert model.refusal(float((x > 0).sum())) in {"dropout_not_identified", "estimate_at_bound"}
    assert model.refusal(10) == "too_few_repeaters"
