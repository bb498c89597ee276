"""How many members there are. In a scope of the organization."""

from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q

from phakdi.people.members.models import Member


def count_members(*, organization_id: UUID, joined_since: datetime) -> dict[str, int]:
    """Return how many members stand where, by status, and how many ``joined`` since an instant."""
    found = Member.objects.filter(organization_id=organization_id)
    counted = found.aggregate(
        **{status: Count("id", filter=Q(status=status)) for status in ("ACTIVE", "FROZEN", "SHADOW", "CLOSED")},
        joined=Count("id", filter=Q(joined_at__gte=joined_since) & ~Q(status="MERGED")),
    )
    return {name: int(number) for name, number in counted.items()}


def has_members(*, organization_id: UUID) -> bool:
    """Tell whether anybody is enrolled."""
    return Member.objects.filter(organization_id=organization_id, joined_at__isnull=False).exists()


def how_many(*, organization_id: UUID) -> int:
    """Return how many members there are, merged ones left out."""
    return Member.objects.filter(organization_id=organization_id).exclude(status="MERGED").count()
