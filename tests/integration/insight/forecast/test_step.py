"""Forecasts are made from the warehouse and kept; what is too short is refused with what it needs."""

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from phakdi.insight.forecast import queries
from phakdi.insight.forecast.core.kept import read, write
from phakdi.insight.forecast.core.periods import Grain, begin_of, scores, sums
from phakdi.insight.forecast.refreshing import step
from phakdi.insight.warehouse.reading import Warehouse
from phakdi.kit.db.scope import organization_scope

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

NOW = datetime(2026, 7, 1, 3, tzinfo=UTC)


def warehouse(days, *, answers=0):
    """Sales that are higher on week-ends and in December, of as many days until yesterday."""
    rng, purchases, movements = Random(1), [], []
    for back in range(days, 0, -1):
        day = date(2026, 7, 1) - timedelta(days=back)
        amount = 100_000 + 60_000 * (day.weekday() >= 5) + 50_000 * (day.month == 12) + rng.randrange(20_000)
        purchases.append({"purchase_key": back, "member_key": 1, "day": day, "net_minor": amount})
        movements.append({"entry_key": back, "member_key": 1, "day": day, "unit": "points", "kind": "EARN", "points": amount // 10_000,
                          "source": "ISSUED", "target": "ACTIVE"})  # fmt: skip
    told = [
        {"answer_key": number, "member_key": None, "survey": "nps", "wave": "", "metric": "NPS", "score": 9 if number % 3 else 3,
         "day": date(2026, 6, 1)}
        for number in range(answers)
    ]  # fmt: skip
    members = [{"member_key": 1, "member_id": "x", "joined_on": date(2026, 6, 20)}]
    rows = {"purchase": purchases, "points_movement": movements, "survey_answer": told, "member": members}
    return Warehouse.of_rows(rows, as_of=NOW)


def kept(shop):
    with organization_scope(shop):
        found = queries.forecasts_of(organization_id=shop)
    return {(each.figure, each.grain): each for each in found.forecasts}


def test_every_figure_is_forecast_by_what_its_length_allows(shop):
    step(shop, warehouse(200, answers=40), NOW)
    found = kept(shop)

    daily = found["sales", Grain.DAY]
    assert daily.told.season == 7
    assert [point.start for point in daily.told.points][:2] == [date(2026, 7, 1), date(2026, 7, 2)]
    assert daily.told.is_better
    assert daily.told.backtest.mase < 1
    weekend = daily.told.points[3].value  # the fourth of July 2026 is a Saturday
    assert weekend > daily.told.points[0].value + 40_000
    weekly = found["sales", Grain.WEEK]
    assert weekly.told.season == 1
    assert weekly.told.points[0].start == date(2026, 6, 29)  # the week that has begun is not whole
    monthly = found["sales", Grain.MONTH]
    assert (monthly.told, monthly.periods, monthly.need) == (None, 6, 15)
    assert not monthly.is_flat
    assert found["points:points", Grain.DAY].told
    assert found["members", Grain.DAY].told is None
    nps = found["nps", Grain.MONTH]
    assert nps.told is None
    assert nps.past[0][1] == pytest.approx(100 * (26 - 14) / 40)
    assert all(read(write(each)) == each for each in found.values())


@pytest.mark.slow
def test_two_seasons_are_needed_for_a_seasonal_forecast(shop):
    step(shop, warehouse(31 * 26), NOW)
    assert kept(shop)["sales", Grain.MONTH].told.season == 1
    step(shop, warehouse(31 * 38), NOW)
    monthly = kept(shop)["sales", Grain.MONTH].told
    assert monthly.season == 12
    assert monthly.points[5].start == date(2026, 12, 1)
    assert monthly.points[5].value == max(point.value for point in monthly.points)


def test_nothing_recorded_nothing_said(shop):
    step(shop, Warehouse.of_rows({}, as_of=NOW), NOW)
    with organization_scope(shop):
        assert queries.forecasts_of(organization_id=shop) is None


def test_whole_periods_only():
    days = {date(2026, 1, 15): 5, date(2026, 2, 3): 7, date(2026, 3, 1): 1}
    months = sums(days, first=date(2026, 1, 15), end=date(2026, 4, 10), grain=Grain.MONTH)
    assert months.starts == (date(2026, 2, 1), date(2026, 3, 1))
    assert months.values == (7, 1)
    assert begin_of(date(2026, 7, 1), Grain.WEEK) == date(2026, 6, 29)
    monthly = scores({date(2026, 1, 9): (40, 30, 5), date(2026, 3, 9): (30, 3, 6)}, end=date(2026, 4, 1), at_least=30)
    assert monthly.starts == (date(2026, 3, 1),)  # February had no answers
    assert monthly.values == (-10,)
