"""Who is meant by an identity: the look-up that every till makes, in one call."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from phakdi.people.members.core.identities import IdentityKey

KEYS_MAX = 1000
_NAMED = "SELECT member_named(%s, %s::text[], %s::text[])"
_TOLD = "SELECT member_told(%s, %s::text[], %s::text[])"


def ids_named(*, organization_id: UUID, keys: Sequence[IdentityKey]) -> list[UUID | None]:
    """Return who is known by each of up to 1,000 identities; None for nobody. In a scope or outside one.

    Of merged members it is the surviving one.
    """
    return _asked(_NAMED, organization_id, keys)


def ids_told(*, organization_id: UUID, keys: Sequence[IdentityKey]) -> list[UUID | None]:
    """Return who is meant by each of up to 1,000 identities, as `ids_named` does; of merged members, the one who was merged.

    The engine leads what is recorded to the survivor, and remembers by whom it came.
    """
    return _asked(_TOLD, organization_id, keys)


def _asked(statement: str, organization_id: UUID, keys: Sequence[IdentityKey]) -> list[UUID | None]:
    assert len(keys) <= KEYS_MAX, f"ask for at most {KEYS_MAX} identities at once"
    with connection.cursor() as cursor:
        cursor.execute(statement, [organization_id, [key.kind for key in keys], [key.value for key in keys]])
        (found,) = cursor.fetchone()
    return list(found)
