"""Figures of paths as they are kept: days as text, shares as pairs of whole numbers."""

from dataclasses import asdict
from fractions import Fraction
from typing import Any

from phakdi.insight.paths.core.chains import TouchFigures
from phakdi.insight.paths.core.funnels import StepFigures
from phakdi.insight.paths.core.rates import Referral, Share
from phakdi.insight.paths.core.survival import Curve, Point
from phakdi.insight.paths.looking import GroupTimes, Lost, Move, Paths, Rates


def write(kept: Any) -> Any:
    """Return what is kept as JSON says it."""
    if isinstance(kept, Fraction):
        return [kept.numerator, kept.denominator]
    if isinstance(kept, list | tuple):
        return [write(each) for each in kept]
    if isinstance(kept, dict):
        return {key: write(value) for key, value in kept.items()}
    if hasattr(kept, "__dataclass_fields__"):
        return {key: write(value) for key, value in asdict(kept).items()}
    return kept


def read_steps(doc: list[dict[str, Any]]) -> list[StepFigures]:
    """Return the steps of a funnel as they were kept."""
    shares = ("median_days", "of_before", "of_first")
    return [StepFigures(**each | {name: Fraction(*each[name]) if each[name] else None for name in shares}) for each in doc]


def read_paths(doc: dict[str, Any]) -> Paths:
    """Return paths as they were kept."""
    return Paths(
        [Move(**each) for each in doc["moves"]], [TouchFigures(**each) for each in doc["touches"]], doc["led"], doc["direct"]
    )


def read_curve(doc: dict[str, Any]) -> Curve:
    """Return the curve of all members as it was kept."""
    return Curve(doc["members"], doc["happened"], [Point(**each) for each in doc["points"]])


def read_groups(doc: list[dict[str, Any]]) -> list[GroupTimes]:
    """Return times by group as they were kept."""
    return [GroupTimes(**each) for each in doc]


def read_lost(doc: list[dict[str, Any]]) -> list[Lost]:
    """Return where members were lost as it was kept."""
    return [Lost(**each) for each in doc]


def read_rates(doc: dict[str, Any]) -> Rates:
    """Return shares as they were kept."""
    shared = Share(**doc["shared"]) if doc["shared"] else None
    return Rates(Share(**doc["back"]), Referral(**doc["referral"]), shared, doc["reviews"])
