"""Whether there are members. In a scope of the organization."""

from uuid import UUID

from phakdi.people.members.models import Member


def has_members(*, organization_id: UUID) -> bool:
    """Tell whether anybody is enrolled."""
    return Member.objects.filter(organization_id=organization_id, joined_at__isnull=False).exists()
