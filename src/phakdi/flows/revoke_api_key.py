"""Take a key for the API back."""

from datetime import datetime
from uuid import UUID

from phakdi.flows.organization_trail import note
from phakdi.kit.db.scope import organization_scope
from phakdi.platform.audit.core import Actor
from phakdi.platform.keys import operations
from phakdi.platform.keys.models import ApiKey


def revoke_api_key(*, organization_id: UUID, key_id: UUID, now: datetime, actor: Actor | None = None) -> ApiKey:
    """Take a key back: every process refuses it within five seconds. Safe to repeat.

    Raises:
        UnknownKey: the organization has no such key.
    """
    with organization_scope(organization_id):
        key = operations.revoke_key(organization_id=organization_id, key_id=key_id, now=now)
        subject = ("api_key", str(key_id))
        note(organization_id=organization_id, action="api_key.revoked", subject=subject, now=now, actor=actor)
    return key
