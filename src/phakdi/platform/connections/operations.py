"""Every write of connections."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

import orjson
from django.db.models import Q

from phakdi.kit.db.scope import in_transaction
from phakdi.kit.errors import Invalid, NotFound
from phakdi.kit.vault import seal, unseal
from phakdi.platform.connections.core import FORMS, Provider, read_secrets, read_settings
from phakdi.platform.connections.models import ProviderConnection

NOTED_ONCE_IN = timedelta(minutes=5)
ERROR_MAX = 200


@in_transaction
def connect_provider(
    *, organization_id: UUID, provider: Provider, settings: Mapping[str, str], secrets: Mapping[str, str], now: datetime
) -> list[str]:
    """Use this account with the service from now on, and return which settings and secrets changed. Empty secrets stay as they are.

    Raises:
        Invalid: something cannot be read, or a secret is missing; ``details['field']`` names it.
    """
    written, given = read_settings(provider, settings), read_secrets(provider, secrets)
    kept = ProviderConnection.objects.select_for_update().filter(organization_id=organization_id, provider=provider.value).first()
    before = orjson.loads(unseal(kept.sealed_secrets)) if kept and kept.sealed_secrets else {}
    merged = {**before, **given}
    if missing := sorted(FORMS[provider].secrets - merged.keys()):
        raise Invalid("This setting is needed.", code="setting_unreadable", field=missing[0])
    known = kept.settings if kept else {}
    changed = sorted(name for name in written.keys() | known.keys() if written.get(name) != known.get(name))
    ProviderConnection.objects.update_or_create(
        organization_id=organization_id,
        provider=provider.value,
        defaults={
            "settings": written,
            "sealed_secrets": seal(orjson.dumps(merged).decode()),
            "is_enabled": True,
            "last_error": "",
            "last_error_at": None,
            "updated_at": now,
        },
    )
    return [*changed, *sorted(given)]


@in_transaction
def disconnect_provider(*, organization_id: UUID, provider: Provider, now: datetime) -> None:
    """Stop using the account and forget its secrets. Raises NotFound where it is not in use."""
    found = ProviderConnection.objects.filter(organization_id=organization_id, provider=provider.value, is_enabled=True)
    if found.update(is_enabled=False, sealed_secrets="", updated_at=now) == 0:
        raise NotFound("This service is not connected.", code="provider_not_connected", provider=provider.value)


@in_transaction
def note_answer(*, organization_id: UUID, provider: Provider, now: datetime, error: str = "") -> None:
    """Note how the service answered; good answers are noted once in five minutes, so that no row is hot."""
    found = ProviderConnection.objects.filter(organization_id=organization_id, provider=provider.value)
    if error:
        found.update(last_error_at=now, last_error=error[:ERROR_MAX])
        return
    stale = Q(last_ok_at=None) | Q(last_ok_at__lt=now - NOTED_ONCE_IN) | ~Q(last_error="")
    found.filter(stale).update(last_ok_at=now, last_error="")
