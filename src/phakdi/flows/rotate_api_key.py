"""Replace a key for the API by a new one, while the old one works for a while yet."""

from datetime import datetime, timedelta
from uuid import UUID

from phakdi.flows.issue_api_key import IssuedKey
from phakdi.flows.organization_trail import note
from phakdi.kit.db.scope import organization_scope
from phakdi.platform.audit.core import Actor
from phakdi.platform.keys import operations

OVERLAP = timedelta(days=7)


def rotate_api_key(
    *, organization_id: UUID, key_id: UUID, now: datetime, overlap: timedelta = OVERLAP, actor: Actor | None = None
) -> IssuedKey:
    """Make a key that may do what the old one may, as long from now, and let the old one end after ``overlap``.

    Raises:
        UnknownKey: the organization has no such key.
        KeyOver: it was revoked or has expired.
    """
    with organization_scope(organization_id):
        key, token = operations.rotate_key(
            organization_id=organization_id, key_id=key_id, ends_at=now + overlap, created_by=actor.id if actor else "", now=now
        )
        note(
            organization_id=organization_id,
            action="api_key.rotated",
            subject=("api_key", str(key.id)),
            now=now,
            actor=actor,
            data={"prefix": key.prefix, "scopes": key.scopes, "stores": key.stores},
        )
    return IssuedKey(key, token.token)
