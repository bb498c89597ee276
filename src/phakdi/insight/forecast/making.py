"""From the warehouse to forecasts."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from phakdi.insight.forecast import expressions
from phakdi.insight.forecast.core.choosing import choose
from phakdi.insight.forecast.core.kept import Forecast
from phakdi.insight.forecast.core.periods import Grain, Series, scores, sums
from phakdi.insight.warehouse.reading import Warehouse

MEMBERS, PURCHASES, SALES, POINTS, NPS = "members", "purchases", "sales", "points", "nps"
ANSWERS_MIN, UNITS_MAX = 30, 3
NPS_MAX = 100.0


def forecasts_of(warehouse: Warehouse, *, today: date) -> Iterator[Forecast]:
    """Yield the forecast of each figure by month, week and day (NPS by month), of whole periods before ``today``.

    Everything ends with the last day on which anything was recorded, so that a history taken over from elsewhere does not end in
    zeros. Points are one figure for each unit: ``points:UNIT``, the three that were given most.
    """
    days = _days(warehouse)
    if not any(days.values()):
        return
    end = min(today, max(max(each) for each in days.values() if each) + timedelta(days=1))
    for figure, values in days.items():
        if values:
            for grain in Grain:
                series = sums(values, first=min(values), end=end, grain=grain)
                yield _forecast(figure, series, low=0.0)
    answers = {
        row["day"]: (row["answers"], row["promoters"], row["detractors"])
        for row in warehouse.rows(expressions.answered(warehouse))
    }
    if answers:
        yield _forecast(NPS, scores(answers, end=end, at_least=ANSWERS_MIN), low=-NPS_MAX, high=NPS_MAX)


def _forecast(figure: str, series: Series, *, low: float, high: float = float("inf")) -> Forecast:
    plan = series.plan()
    return Forecast.of(figure, series, choose(series.values, plan, low=low, high=high) if plan else None)


def _days(warehouse: Warehouse) -> Mapping[str, Mapping[date, int]]:
    """Return each figure by day."""
    bought = warehouse.rows(expressions.bought(warehouse))
    found: dict[str, Mapping[date, int]] = {
        MEMBERS: {row["day"]: row["value"] for row in warehouse.rows(expressions.joined(warehouse))},
        PURCHASES: {row["day"]: row["purchases"] for row in bought},
        SALES: {row["day"]: row["sales"] for row in bought},
    }
    units: defaultdict[str, dict[date, int]] = defaultdict(dict)
    for row in warehouse.rows(expressions.issued(warehouse)):
        units[row["unit"]][row["day"]] = row["value"]
    most = sorted(units, key=lambda unit: (-sum(units[unit].values()), unit))[:UNITS_MAX]
    return found | {f"{POINTS}:{unit}": units[unit] for unit in most}
