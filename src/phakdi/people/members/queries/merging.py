"""Which members became one, and when. All run in a scope of the organization."""

from uuid import UUID

from phakdi.kit.errors import NotFound
from phakdi.people.members.models import MemberMerge


class UnknownMerge(NotFound):
    """The organization has no such merge."""

    code = "merge_not_found"


def get_merge(*, organization_id: UUID, merge_id: UUID) -> MemberMerge:
    """Return one merge, undone or not, or raise UnknownMerge."""
    found = MemberMerge.objects.filter(organization_id=organization_id, id=merge_id).first()
    if found is None:
        raise UnknownMerge("There is no such merge.", merge_id=str(merge_id))
    return found


def find_merge_of(*, organization_id: UUID, merged_id: UUID) -> MemberMerge | None:
    """Return how the member became part of another one, or None for one who stands alone."""
    return MemberMerge.objects.filter(organization_id=organization_id, merged_id=merged_id, undone_at=None).first()


def merges_into(*, organization_id: UUID, survivor_id: UUID) -> list[MemberMerge]:
    """Return the merges by which others became part of this member, the latest first; undone ones are left out."""
    found = MemberMerge.objects.filter(organization_id=organization_id, survivor_id=survivor_id, undone_at=None)
    return list(found.order_by("-merged_at", "-id"))
