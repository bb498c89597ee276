"""Forgetting a person: everything that tells who they are is destroyed, the row stays as a pseudonym (R124)."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from phakdi.kit.db.scope import in_transaction
from phakdi.people.members import queries
from phakdi.people.members.core.identities import EMAIL, PHONE, IdentityKey
from phakdi.people.members.core.numbers import new_number
from phakdi.people.members.core.status import FORGOTTEN, FrozenBy, Status
from phakdi.people.members.models import Identity, Member, MemberBefore, MemberMerge
from phakdi.people.members.operations.enrolling import NUMBERS_MAX
from phakdi.people.members.operations.profiles import lock_member

_NOTHING: dict[str, Any] = {
    "title": "", "given_name": "", "family_name": "", "nickname": "", "birthday": None, "gender": "", "email": "", "phone": "",
    "attributes": {}, "segments": [], "home_store": "", "referred_by": None, "source": "", "spend_held_until": None,
    "search_key": "", "search_digits": "", "search_grams": [], "sort_key": "", "import_id": None,
    "frozen_by": FrozenBy.NOBODY.value, "status_reason": FORGOTTEN,
}  # fmt: skip


@in_transaction
def known_by(*, organization_id: UUID, member_ids: Collection[UUID]) -> set[IdentityKey]:
    """Return every contact that these members have or had: identities, what is shown, and what imports overwrote."""
    bound = Identity.objects.filter(organization_id=organization_id, member_id__in=member_ids)
    keys = {IdentityKey(kind, value) for kind, value in bound.values_list("kind", "value")}
    rows = Member.objects.filter(organization_id=organization_id, id__in=member_ids).values("phone", "email")
    before = MemberBefore.objects.filter(organization_id=organization_id, member_id__in=member_ids)
    for shown in [*rows, *before.values_list("row_before", flat=True)]:
        keys |= {IdentityKey(kind, shown[kind.lower()]) for kind in (PHONE, EMAIL) if shown.get(kind.lower())}
    return keys


@in_transaction
def forget(*, organization_id: UUID, member_ids: Sequence[UUID], now: datetime) -> None:
    """Destroy what tells who these members are; those that were merged stay merged, the others are closed under a new number.

    Nobody is known by their identities any more, and whom they invited was invited by nobody. Locks them until the end.

    Raises:
        UnknownMember: the first of them does not exist.
    """
    first = lock_member(organization_id, member_ids[0])
    Identity.objects.filter(organization_id=organization_id, member_id__in=member_ids).delete()
    MemberBefore.objects.filter(organization_id=organization_id, member_id__in=member_ids).delete()
    merges = MemberMerge.objects.filter(organization_id=organization_id)
    merges.filter(Q(survivor_id__in=member_ids) | Q(merged_id__in=member_ids)).update(doc={})
    Member.objects.filter(organization_id=organization_id, referred_by__in=member_ids).update(referred_by=None)
    for member_id in member_ids:
        row = Member.objects.filter(organization_id=organization_id, id=member_id)
        number = _free_number(organization_id)
        status = {"status": Status.CLOSED.value} if member_id == first.id else {}
        row.update(**_NOTHING, **status, number=number, updated_at=now)


def _free_number(organization_id: UUID) -> str:
    for _ in range(NUMBERS_MAX):
        number = new_number()
        if queries.find_by_number(organization_id=organization_id, number=number) is None:
            return number
    raise AssertionError("no free member number")
