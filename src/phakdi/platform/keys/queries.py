"""Every read of keys and kept answers. `find_by_prefix` needs no scope, the others run in one of the organization."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from phakdi.kit.errors import NotFound
from phakdi.platform.keys.core import Principal
from phakdi.platform.keys.models import ApiKey, KeptAnswer

KEYS_MAX = 1000


class UnknownKey(NotFound):
    """The organization has no such key."""

    code = "api_key_not_found"


@dataclass(frozen=True, slots=True)
class FoundKey:
    """A key as it is checked."""

    principal: Principal
    hash: str
    expires_at: datetime | None
    revoked_at: datetime | None


def find_by_prefix(*, prefix: str) -> FoundKey | None:
    """Return the key with this prefix, or None; before a scope."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM api_key_find(%s)", [prefix])
        row = cursor.fetchone()
    if row is None:
        return None
    organization_id, id_, name, hashed, scopes, stores, expires_at, revoked_at = row
    return FoundKey(Principal(organization_id, id_, name, frozenset(scopes), tuple(stores)), hashed, expires_at, revoked_at)


def keys_of(*, organization_id: UUID) -> list[ApiKey]:
    """Return the organization's keys, newest first."""
    return list(ApiKey.objects.filter(organization_id=organization_id).order_by("-created_at", "-id")[:KEYS_MAX])


def get_key(*, organization_id: UUID, key_id: UUID) -> ApiKey:
    """Return one key, or raise UnknownKey."""
    found = ApiKey.objects.filter(organization_id=organization_id, id=key_id).first()
    if found is None:
        raise UnknownKey("There is no such key.", key_id=str(key_id))
    return found


def find_answer(*, organization_id: UUID, principal: str, route: str, key: str) -> KeptAnswer | None:
    """Return what was answered under an idempotency key, or None."""
    return KeptAnswer.objects.filter(organization_id=organization_id, principal=principal, route=route, key=key).first()
