"""Figures of products as they are kept: days as text."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from phakdi.insight.products.core.figures import ItemFigures, Moved, NotSelling, RewardPull, SecondVisit, Span, Together
from phakdi.insight.products.looking import Movement, Sold


@dataclass(frozen=True, slots=True)
class Detail:
    """One product in a year: sales by store, by month, and by weekday (0 = Monday) and hour, in minor units."""

    product: str
    stores: list[tuple[str, int]]
    months: list[tuple[date, int]]
    hours: list[tuple[int, int, int]]


@dataclass(frozen=True, slots=True)
class SecondVisits:
    """Second visits of everybody, and by item of the first day."""

    everybody: SecondVisit
    items: list[SecondVisit]


@dataclass(frozen=True, slots=True)
class Rewards:
    """How rewards were taken in a span, and the members who took each by level."""

    span: Span
    pulls: list[RewardPull]
    levels: dict[str, dict[str, int]]


Kept = Sold | Movement | Detail | SecondVisits | Rewards | list[Together] | list[NotSelling]


def write(kept: Any) -> Any:
    """Return what is kept as JSON says it."""
    if isinstance(kept, date):
        return kept.isoformat()
    if isinstance(kept, list | tuple):
        return [write(each) for each in kept]
    if isinstance(kept, dict):
        return {key: write(value) for key, value in kept.items()}
    if hasattr(kept, "__dataclass_fields__"):
        return {key: write(value) for key, value in asdict(kept).items()}
    return kept


def read_sold(doc: dict[str, Any]) -> Sold:
    """Return what sold as it was kept."""
    return Sold(**doc | {"span": read_span(doc["span"]), "items": [ItemFigures(**each) for each in doc["items"]]})


def read_movement(doc: dict[str, Any]) -> Movement:
    """Return what rose and fell as it was kept."""
    since = doc["known_since"]
    read = {
        "span": read_span(doc["span"]),
        "other": read_span(doc["other"]),
        "known_since": date.fromisoformat(since) if since else None,
        "rising": [Moved(**each) for each in doc["rising"]],
        "falling": [Moved(**each) for each in doc["falling"]],
    }
    return Movement(**doc | read)


def read_span(doc: dict[str, str]) -> Span:
    """Return a span as it was kept."""
    return Span(date.fromisoformat(doc["first"]), date.fromisoformat(doc["end"]))


def read_pairs(doc: list[dict[str, Any]]) -> list[Together]:
    """Return pairs as they were kept."""
    return [Together(**each) for each in doc]


def read_quiet(doc: list[dict[str, Any]]) -> list[NotSelling]:
    """Return what does not sell as it was kept."""
    return [NotSelling(**each | {"last_day": date.fromisoformat(each["last_day"])}) for each in doc]


def read_second(doc: dict[str, Any]) -> SecondVisits:
    """Return second visits as they were kept."""
    return SecondVisits(SecondVisit(**doc["everybody"]), [SecondVisit(**each) for each in doc["items"]])


def read_rewards(doc: dict[str, Any]) -> Rewards:
    """Return how rewards were taken as it was kept."""
    return Rewards(read_span(doc["span"]), [RewardPull(**each) for each in doc["pulls"]], doc["levels"])


def read_detail(doc: dict[str, Any]) -> Detail:
    """Return one product as it was kept."""
    months = [(date.fromisoformat(month), sales) for month, sales in doc["months"]]
    return Detail(doc["product"], [(s, n) for s, n in doc["stores"]], months, [(d, h, n) for d, h, n in doc["hours"]])
