"""Open, change and close places of business."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from phakdi.flows.organization_trail import note
from phakdi.kit.db.scope import organization_scope
from phakdi.platform.audit.core import Actor
from phakdi.platform.organizations import facts, operations
from phakdi.platform.organizations.models import Store
from phakdi.platform.outbox.operations import publish

__all__ = ["Store", "add_store", "change_store", "close_store", "reopen_store"]


def add_store(
    *, organization_id: UUID, code: str, given: Mapping[str, object], now: datetime, actor: Actor | None = None
) -> Store:
    """Add a store.

    ``given`` has name (one text or by language), latitude, longitude, hours, address, phone, opening_hours, area.

    Raises:
        Invalid: a field is not known or cannot be read.
        StoreCodeTaken: the organization has a store with this code.
    """
    with organization_scope(organization_id):
        store = operations.add_store(organization_id=organization_id, code=code, given=given, now=now)
        _leave(organization_id, facts.STORE_ADDED, store.code, now, actor, {})
    return store


def change_store(
    *, organization_id: UUID, code: str, changes: Mapping[str, object], now: datetime, actor: Actor | None = None
) -> Store:
    """Write the given fields of a store.

    Raises:
        UnknownStore, Invalid: nothing was changed.
    """
    with organization_scope(organization_id):
        store, changed = operations.change_store(organization_id=organization_id, code=code, changes=changes)
        if changed:
            _leave(organization_id, facts.STORE_CHANGED, store.code, now, actor, {"fields": sorted(changed)})
    return store


def close_store(*, organization_id: UUID, code: str, now: datetime, actor: Actor | None = None) -> Store:
    """Close a store for new business; what happened there stays. Safe to repeat. Raises UnknownStore."""
    return _set_active(organization_id, code, now, actor, is_active=False)


def reopen_store(*, organization_id: UUID, code: str, now: datetime, actor: Actor | None = None) -> Store:
    """Open a closed store again. Safe to repeat. Raises UnknownStore."""
    return _set_active(organization_id, code, now, actor, is_active=True)


def _set_active(organization_id: UUID, code: str, now: datetime, actor: Actor | None, *, is_active: bool) -> Store:
    with organization_scope(organization_id):
        store = operations.set_store_active(organization_id=organization_id, code=code, is_active=is_active)
        _leave(organization_id, facts.STORE_CHANGED, store.code, now, actor, {"fields": ["is_active"], "is_active": is_active})
    return store


def _leave(organization_id: UUID, topic: str, code: str, now: datetime, actor: Actor | None, data: Mapping[str, object]) -> None:
    note(organization_id=organization_id, action=topic, subject=("store", code), now=now, actor=actor, data=data)
    publish(organization_id=organization_id, topic=topic, data={"code": code, **data}, at=now)
