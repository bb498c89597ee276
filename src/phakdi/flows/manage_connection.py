"""Connect an organization's own accounts with outside services."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from phakdi.flows.organization_trail import note
from phakdi.kit.db.scope import organization_scope
from phakdi.platform.audit.core import Actor
from phakdi.platform.connections import operations
from phakdi.platform.connections.core import Provider

__all__ = ["Provider", "connect_provider", "disconnect_provider", "note_provider"]


def connect_provider(
    *,
    organization_id: UUID,
    provider: Provider,
    settings: Mapping[str, str],
    secrets: Mapping[str, str],
    now: datetime,
    actor: Actor | None = None,
) -> None:
    """Use this account with the service from now on; empty secrets stay as they are. The audit says what changed, no values.

    Raises:
        Invalid: something cannot be read or is missing; nothing was changed.
    """
    with organization_scope(organization_id):
        changed = operations.connect_provider(
            organization_id=organization_id, provider=provider, settings=settings, secrets=secrets, now=now
        )
        _note(organization_id, "connection.changed", provider, now, actor, {"fields": changed})


def disconnect_provider(*, organization_id: UUID, provider: Provider, now: datetime, actor: Actor | None = None) -> None:
    """Stop using the account and forget its secrets. Raises NotFound where it is not in use."""
    with organization_scope(organization_id):
        operations.disconnect_provider(organization_id=organization_id, provider=provider, now=now)
        _note(organization_id, "connection.ended", provider, now, actor, {})


def note_provider(*, organization_id: UUID, provider: Provider, now: datetime, error: str = "") -> None:
    """Note how the service answered, for the page that shows its health."""
    with organization_scope(organization_id):
        operations.note_answer(organization_id=organization_id, provider=provider, now=now, error=error)


def _note(
    organization_id: UUID, action: str, provider: Provider, now: datetime, actor: Actor | None, data: Mapping[str, object]
) -> None:
    subject = ("connection", provider.value)
    note(organization_id=organization_id, action=action, subject=subject, now=now, actor=actor, data=data)
