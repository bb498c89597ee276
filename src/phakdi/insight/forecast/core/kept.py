"""Forecasts as they are kept and shown."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from phakdi.insight.forecast.core.choosing import Backtest, Chosen
from phakdi.insight.forecast.core.methods import Method
from phakdi.insight.forecast.core.periods import PLANS, Grain, Series

SHOWN: Mapping[Grain, int] = {Grain.MONTH: 36, Grain.WEEK: 52, Grain.DAY: 56}  # periods of the past that are kept to be shown


@dataclass(frozen=True, slots=True)
class Point:
    """One period to come: what is expected, and within which ends with a chance of 80 %."""

    start: date
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Told:
    """What a forecast says: how it was made and how far it was off."""

    method: Method
    season: int
    points: tuple[Point, ...]
    backtest: Backtest
    is_better: bool
    tried: tuple[tuple[Method, float | None], ...]


@dataclass(frozen=True, slots=True)
class Forecast:
    """One figure by one length of period: its last periods, and what is to come. ``told`` is None where there are fewer than ``need``."""

    figure: str
    grain: Grain
    periods: int
    need: int
    past: tuple[tuple[date, float], ...]
    told: Told | None = None

    @classmethod
    def of(cls, figure: str, series: Series, chosen: Chosen | None) -> "Forecast":
        """Put together what is shown."""
        past = tuple(zip(series.starts, series.values, strict=True))[-SHOWN[series.grain] :]
        found = cls(figure, series.grain, len(series.values), min(plan.need for plan in PLANS[series.grain]), past)
        plan = series.plan()
        if chosen is None or plan is None:
            return found
        path = chosen.path
        points = tuple(
            Point(start, *map(float, ends))
            for start, *ends in zip(series.ahead(plan.horizon), path.mean, path.low, path.high, strict=True)
        )
        told = Told(chosen.method, plan.season, points, chosen.backtest, chosen.is_better, chosen.tried)
        return replace(found, told=told)

    @property
    def is_flat(self) -> bool:
        """Whether there are enough periods, but nothing moves in them."""
        return self.told is None and self.periods >= self.need


def write(forecast: Forecast) -> dict[str, Any]:
    """Return a forecast as JSON says it."""
    doc = asdict(forecast)
    doc["past"] = [[start.isoformat(), value] for start, value in forecast.past]
    if forecast.told:
        doc["told"]["points"] = [[point.start.isoformat(), point.value, point.low, point.high] for point in forecast.told.points]
    return doc


def read(doc: Mapping[str, Any]) -> Forecast:
    """Return a forecast that was kept."""
    told = doc["told"]
    return Forecast(
        doc["figure"],
        Grain(doc["grain"]),
        doc["periods"],
        doc["need"],
        tuple((date.fromisoformat(start), value) for start, value in doc["past"]),
        Told(
            Method(told["method"]),
            told["season"],
            tuple(Point(date.fromisoformat(start), *ends) for start, *ends in told["points"]),
            Backtest(**told["backtest"]),
            told["is_better"],
            tuple((Method(method), mase) for method, mase in told["tried"]),
        )
        if told
        else None,
    )
