"""Every read of members. All run in a scope of the organization."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from phakdi.kit.errors import NotFound
from phakdi.people.members.core.attributes import AttributeType
from phakdi.people.members.core.identities import KINDS, IdentityKey, read_identity
from phakdi.people.members.core.status import Status
from phakdi.people.members.models import AttributeDefinition, Identity, Member, MemberBefore
from phakdi.people.members.queries.naming import ids_named, ids_told
from phakdi.people.members.queries.search import Page, search

__all__ = [
    "Page",
    "UnknownMember",
    "attribute_definitions",
    "attribute_types",
    "find_by_identity",
    "find_by_number",
    "find_surviving",
    "get_member",
    "identities_of",
    "identities_of_many",
    "ids_named",
    "ids_told",
    "imported_members",
    "match_identities",
    "members_by_id",
    "merged_into",
    "search",
]

MERGES_MAX = 8
UNSHOWN = ("search_key", "search_digits", "search_grams")


class UnknownMember(NotFound):
    """The organization has no such member."""

    code = "member_not_found"


def get_member(*, organization_id: UUID, member_id: UUID) -> Member:
    """Return the member, merged or not, or raise UnknownMember."""
    found = Member.objects.defer(*UNSHOWN).filter(organization_id=organization_id, id=member_id).first()
    if found is None:
        raise UnknownMember("There is no such member.", member_id=str(member_id))
    return found


def find_by_identity(*, organization_id: UUID, kind: str, value: str) -> Member | None:
    """Return the member known by this identity, written in any form, or None; of merged members, the surviving one.

    Raises:
        Invalid: the identity cannot be read.
    """
    key = read_identity(kind, value)
    bound = Identity.objects.filter(organization_id=organization_id, kind=key.kind, value=key.value)
    member_id = bound.values_list("member_id", flat=True).first()
    return None if member_id is None else find_surviving(organization_id=organization_id, member_id=member_id)


def find_by_number(*, organization_id: UUID, number: str) -> Member | None:
    """Return the member with this number, or None; of merged members, the surviving one."""
    plain = number.replace(" ", "").replace("-", "")
    found = Member.objects.filter(organization_id=organization_id, number__in={number.strip(), plain})
    member_id = found.values_list("id", flat=True).first()
    return None if member_id is None else find_surviving(organization_id=organization_id, member_id=member_id)


def match_identities(*, organization_id: UUID, keys: Iterable[IdentityKey]) -> Mapping[IdentityKey, UUID]:
    """Return whose these identities are, the most trusted kind first (R118); nobody's are left out."""
    wanted = sorted(set(keys), key=lambda key: (_trust(key.kind), key))
    found = Identity.objects.filter(organization_id=organization_id, value__in=[key.value for key in wanted])
    bound = {IdentityKey(kind, value): member for kind, value, member in found.values_list("kind", "value", "member_id")}
    return {key: bound[key] for key in wanted if key in bound}


def identities_of(*, organization_id: UUID, member_id: UUID) -> list[Identity]:
    """Return the ways by which the member is known."""
    return list(Identity.objects.filter(organization_id=organization_id, member_id=member_id).order_by("kind", "value"))


def identities_of_many(*, organization_id: UUID, member_ids: Sequence[UUID]) -> dict[UUID, list[Identity]]:
    """Return the ways by which each of up to 1,000 members is known; who is known by none is left out."""
    assert len(member_ids) <= 1000, "ask for at most 1,000 members at once"  # noqa: PLR2004 - said in the same line
    found: dict[UUID, list[Identity]] = {}
    for row in Identity.objects.filter(organization_id=organization_id, member_id__in=member_ids).order_by("kind", "value"):
        found.setdefault(row.member_id, []).append(row)
    return found


def members_by_id(*, organization_id: UUID, member_ids: Sequence[UUID]) -> dict[UUID, Member]:
    """Return the members of up to 1,000 ids; unknown ones are left out."""
    assert len(member_ids) <= 1000, "ask for at most 1,000 members at once"  # noqa: PLR2004 - said in the same line
    found = Member.objects.defer(*UNSHOWN).filter(organization_id=organization_id, id__in=member_ids)
    return {member.id: member for member in found}


def merged_into(*, organization_id: UUID, member_id: UUID) -> list[Member]:
    """Return the members that became part of this one, also by way of others, the first merged first."""
    found: dict[UUID, Member] = {}
    wanted = [member_id]
    for _ in range(MERGES_MAX):
        rows = Member.objects.defer(*UNSHOWN).filter(organization_id=organization_id, merged_into__in=wanted)
        fresh = {row.id: row for row in rows.order_by("created_at", "id") if row.id not in found}
        if not fresh:
            break
        found |= fresh
        wanted = list(fresh)
    return list(found.values())


def attribute_definitions(*, organization_id: UUID) -> list[AttributeDefinition]:
    """Return the attributes that the organization keeps, retired ones left out, by key."""
    found = AttributeDefinition.objects.filter(organization_id=organization_id, retired_at=None)
    return list(found.order_by("key"))


def attribute_types(*, organization_id: UUID) -> dict[str, AttributeType]:
    """Return how the attributes are typed, by key."""
    found = attribute_definitions(organization_id=organization_id)
    return {item.key: AttributeType(item.key, item.type, tuple(item.choices)) for item in found}


def imported_members(*, organization_id: UUID, import_id: UUID) -> tuple[int, int]:
    """Return how many members the import created and how many it changed."""
    created = Member.objects.filter(organization_id=organization_id, import_id=import_id).count()
    return created, MemberBefore.objects.filter(organization_id=organization_id, import_id=import_id).count()


def find_surviving(*, organization_id: UUID, member_id: UUID) -> Member:
    """Return the member; of one who was merged, whom they became part of. Raises UnknownMember."""
    for _ in range(MERGES_MAX):
        member = get_member(organization_id=organization_id, member_id=member_id)
        if member.status != Status.MERGED or member.merged_into is None:
            return member
        member_id = member.merged_into
    raise UnknownMember("The member was merged too often to be followed.", member_id=str(member_id))


def _trust(kind: str) -> int:
    return KINDS.index(kind) if kind in KINDS else len(KINDS)
