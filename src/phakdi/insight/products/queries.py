"""Every read of product figures that were kept, in a scope of the organization; None before the first refresh."""

from datetime import datetime
from typing import Any
from uuid import UUID

from phakdi.insight.products import documents
from phakdi.insight.products.core.figures import NotSelling, Together
from phakdi.insight.products.documents import Detail, Rewards, SecondVisits
from phakdi.insight.products.looking import Movement, Sold
from phakdi.insight.products.models import ProductLook


def as_of(*, organization_id: UUID) -> datetime | None:
    """Return when figures of products were last worked out."""
    return ProductLook.objects.filter(organization_id=organization_id, kind="sold").values_list("as_of", flat=True).first()


def find_sold(*, organization_id: UUID, item: str, days: int) -> Sold | None:
    """Return what sold in the last 30, 90 or 365 days, by ``product`` or ``category``."""
    doc = _doc(organization_id, "sold", f"{item}:{days}")
    return None if doc is None else documents.read_sold(doc)


def find_movement(*, organization_id: UUID, item: str, days: int, against: str) -> Movement | None:
    """Return what rose and fell in the last 30, 90 or 365 days against the days ``before`` or the same weeks of the ``year`` before."""
    doc = _doc(organization_id, "moved", f"{item}:{days}:{against}")
    return None if doc is None else documents.read_movement(doc)


def find_pairs(*, organization_id: UUID) -> list[Together] | None:
    """Return what was bought together in a year."""
    doc = _doc(organization_id, "together", "365")
    return None if doc is None else documents.read_pairs(doc)


def find_quiet(*, organization_id: UUID, days: int) -> list[NotSelling] | None:
    """Return what has not sold for 30, 60 or 90 days."""
    doc = _doc(organization_id, "quiet", str(days))
    return None if doc is None else documents.read_quiet(doc)


def find_second_visits(*, organization_id: UUID, item: str) -> SecondVisits | None:
    """Return which items of a first visit are followed by a second, by ``product`` or ``category``."""
    doc = _doc(organization_id, "second", item)
    return None if doc is None else documents.read_second(doc)


def find_rewards(*, organization_id: UUID, days: int) -> Rewards | None:
    """Return how rewards were taken in the last 90 or 365 days."""
    doc = _doc(organization_id, "rewards", str(days))
    return None if doc is None else documents.read_rewards(doc)


def find_detail(*, organization_id: UUID, product: str) -> Detail | None:
    """Return one of the products that sell best, by store, month, weekday and hour."""
    doc = _doc(organization_id, "detail", product)
    return None if doc is None else documents.read_detail(doc)


def _doc(organization_id: UUID, kind: str, name: str) -> Any:
    found = ProductLook.objects.filter(organization_id=organization_id, kind=kind, name=name)
    return found.values_list("doc", flat=True).first()
