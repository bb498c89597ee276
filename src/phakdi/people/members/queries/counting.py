"""Whether there are members, and how many. In a scope of the organization."""

from uuid import UUID

from phakdi.people.members.models import Member


def has_members(*, organization_id: UUID) -> bool:
    """Tell whether anybody is enrolled."""
    return Member.objects.filter(organization_id=organization_id, joined_at__isnull=False).exists()


def how_many(*, organization_id: UUID) -> int:
    """Return how many members there are, merged ones left out."""
    return Member.objects.filter(organization_id=organization_id).exclude(status="MERGED").count()
