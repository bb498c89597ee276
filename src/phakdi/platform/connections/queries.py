"""Every read of connections. All run in a scope of the organization."""

from uuid import UUID

import orjson

from phakdi.kit.vault import unseal
from phakdi.platform.connections.core import Connection, Provider
from phakdi.platform.connections.models import ProviderConnection


def find_connection(*, organization_id: UUID, provider: Provider) -> Connection | None:
    """Return the organization's account with the service, secrets in the clear, or None where none is in use."""
    row = find_row(organization_id=organization_id, provider=provider)
    if row is None or not row.is_enabled:
        return None
    secrets = orjson.loads(unseal(row.sealed_secrets)) if row.sealed_secrets else {}
    return Connection(provider, row.settings, secrets)


def find_settings(*, organization_id: UUID, provider: Provider) -> dict[str, str] | None:
    """Return the open settings of the account, or None where none is in use."""
    row = find_row(organization_id=organization_id, provider=provider)
    return dict(row.settings) if row is not None and row.is_enabled else None


def find_row(*, organization_id: UUID, provider: Provider) -> ProviderConnection | None:
    """Return the account with its health, in use or not, its secrets sealed; None where there never was one."""
    return ProviderConnection.objects.filter(organization_id=organization_id, provider=provider.value).first()
