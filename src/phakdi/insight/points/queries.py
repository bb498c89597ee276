"""Every read of what points cost, in a scope of the organization."""

from uuid import UUID

from phakdi.insight.points import documents
from phakdi.insight.points.core.account import Closing
from phakdi.insight.points.documents import KeptPoints
from phakdi.insight.points.models import KeptAccount, KeptClosing


def accounts_of(*, organization_id: UUID) -> dict[str, KeptPoints]:
    """Return what was last worked out of each kind of points; nothing before the first refresh."""
    found = KeptAccount.objects.filter(organization_id=organization_id).order_by("unit")
    return {
        each.unit: documents.read(each.unit, each.as_of, each.doc, closings_of(organization_id=organization_id, unit=each.unit))
        for each in found
    }


def closings_of(*, organization_id: UUID, unit: str) -> list[Closing]:
    """Return the closed months of one kind of points, the first first."""
    found = KeptClosing.objects.filter(organization_id=organization_id, unit=unit).order_by("month")
    return [documents.read_closing(each.doc) for each in found]
