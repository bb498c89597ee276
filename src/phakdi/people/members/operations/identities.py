"""Binding and unbinding the ways by which a member is known."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db import connection

from phakdi.kit.db.scope import in_transaction
from phakdi.kit.errors import Conflict, NotFound
from phakdi.people.members.core.identities import IdentityKey
from phakdi.people.members.models import Identity
from phakdi.people.members.queries import get_member

_INSERT = """
INSERT INTO identity (organization_id, kind, value, member_id, verified_at, created_at)
SELECT %s, kind, value, %s, verified_at, %s FROM unnest(%s::text[], %s::text[], %s::timestamptz[]) AS given (kind, value, verified_at)
ORDER BY kind, value
ON CONFLICT (organization_id, kind, value) DO NOTHING
"""


class IdentityTaken(Conflict):
    """Somebody else is known by this identity; ``details['member_id']`` says who, for staff."""

    code = "identity_taken"


@in_transaction
def bind_identity(
    *, organization_id: UUID, member_id: UUID, key: IdentityKey, now: datetime, verified_at: datetime | None = None
) -> None:
    """Make the member known by ``key``; bound to the same member before, it only becomes verified.

    Raises:
        UnknownMember: no such member.
        IdentityTaken: it is somebody else's.
    """
    get_member(organization_id=organization_id, member_id=member_id)
    if insert_identities(organization_id, member_id, {key: verified_at}, now) == 1:
        return
    bound = Identity.objects.select_for_update().get(organization_id=organization_id, kind=key.kind, value=key.value)
    if bound.member_id != member_id:
        raise IdentityTaken("Somebody else is known by this.", kind=key.kind, member_id=str(bound.member_id))
    if verified_at is not None:
        same = Identity.objects.filter(organization_id=organization_id, kind=key.kind, value=key.value)
        same.update(verified_at=verified_at)


@in_transaction
def unbind_identity(*, organization_id: UUID, member_id: UUID, key: IdentityKey) -> None:
    """Forget that the member is known by ``key``. Raises NotFound where they are not."""
    bound = Identity.objects.filter(organization_id=organization_id, kind=key.kind, value=key.value, member_id=member_id)
    if bound.delete()[0] == 0:
        raise NotFound("The member is not known by this.", code="identity_not_found", kind=key.kind)


def insert_identities(organization_id: UUID, member_id: UUID, keys: Mapping[IdentityKey, datetime | None], now: datetime) -> int:
    """Insert those that nobody has, in key order so that two callers never wait in a circle; return how many."""
    if not keys:
        return 0
    kinds, values = [key.kind for key in keys], [key.value for key in keys]
    with connection.cursor() as db:
        db.execute(_INSERT, [organization_id, member_id, now, kinds, values, list(keys.values())])
        return db.rowcount


def verify_identities(organization_id: UUID, keys: Iterable[IdentityKey], verified_at: datetime) -> None:
    """Note that these identities, bound before, have proved to be their member's."""
    for key in keys:
        bound = Identity.objects.filter(organization_id=organization_id, kind=key.kind, value=key.value)
        bound.update(verified_at=verified_at)
