"""How one making of lists was judged, and what is served because of it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from phakdi.insight.recommend.core.lists import Judgement

JUDGED_MIN = 30  # members below whom nothing is judged (KPIs are greyed below 30)


class Why(StrEnum):
    """Why the model or the baseline is served; only where it is better the model is."""

    BETTER = "BETTER"
    NOT_BETTER = "NOT_BETTER"
    TOO_FEW = "TOO_FEW"
    TOO_SHORT = "TOO_SHORT"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two lists: the model and its baseline, as judged."""

    why: Why
    model: Judgement | None = None
    baseline: Judgement | None = None

    @classmethod
    def of(cls, model: Judgement | None, baseline: Judgement, *, at_least: int) -> "Side":
        """Serve the model only where it beats the baseline over enough members."""
        if model is None or model.members < at_least:
            return cls(Why.TOO_FEW, model, baseline)
        return cls(Why.BETTER if model.beats(baseline) else Why.NOT_BETTER, model, baseline)


@dataclass(frozen=True, slots=True)
class Judged:
    """Both lists, judged by what was bought in ``horizon_days`` from ``split`` on, over a sample of members."""

    split: date | None
    horizon_days: int
    sampled: int
    again: Side
    new: Side


@dataclass(frozen=True, slots=True)
class Counted:
    """What the lists of everybody look like: members with each, the products that stand on most, and which go together."""

    members: int = 0
    with_again: int = 0
    with_new: int = 0
    top_again: Sequence[tuple[str, int]] = ()
    top_new: Sequence[tuple[str, int]] = ()
    together: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Run:
    """One making of lists: purchases up to before ``until``, products on sale, how it was judged, what came out."""

    until: date
    products: int
    on_sale: int
    judged: Judged
    counted: Counted


def write(run: Run) -> dict[str, Any]:
    """Return a run as JSON says it."""
    doc = asdict(run)
    doc["until"] = run.until.isoformat()
    doc["judged"]["split"] = run.judged.split.isoformat() if run.judged.split else None
    return doc


def read(doc: Mapping[str, Any]) -> Run:
    """Return a run that was kept."""
    judged = dict(doc["judged"])
    split = date.fromisoformat(judged["split"]) if judged["split"] else None
    sides = [_side(judged[name]) for name in ("again", "new")]
    counted = dict(doc["counted"])
    for name in ("top_again", "top_new"):
        counted[name] = tuple((product, members) for product, members in counted[name])
    return Run(
        date.fromisoformat(doc["until"]),
        doc["products"],
        doc["on_sale"],
        Judged(split, judged["horizon_days"], judged["sampled"], *sides),
        Counted(**counted),
    )


def _side(doc: Mapping[str, Any]) -> Side:
    model, baseline = (Judgement(**doc[name]) if doc[name] else None for name in ("model", "baseline"))
    return Side(Why(doc["why"]), model, baseline)
