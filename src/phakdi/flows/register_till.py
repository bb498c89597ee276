"""Let a browser at the counter keep bills while the network is gone, and no longer once it is lost."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from phakdi.flows.organization_trail import note
from phakdi.kit.db.scope import organization_scope
from phakdi.platform.audit.core import Actor
from phakdi.platform.staff.core import Permission, Place
from phakdi.platform.tills import operations
from phakdi.platform.tills.core import Keys

__all__ = ["RegisteredTill", "close_till", "register_till"]


@dataclass(frozen=True, slots=True)
class RegisteredTill:
    """A till, and the keys that it has while this person works at it."""

    id: UUID
    keys: Keys


def register_till(*, place: Place, till_id: UUID | None, label: str, now: datetime) -> RegisteredTill:
    """Return the till with this person's keys; a new one where it is not known. Safe to repeat with the till's id.

    Raises:
        NotAllowed: this person may not record bills.
    """
    place.require(Permission.ACTIVITIES_WRITE)
    with organization_scope(place.organization_id):
        till, keys, is_new = operations.open_till(
            organization_id=place.organization_id, till_id=till_id, staff_id=place.staff_id, label=label, now=now
        )
        if is_new:
            note(
                organization_id=place.organization_id,
                action="till.opened",
                subject=("till", str(till.id)),
                now=now,
                actor=Actor("staff", str(place.staff_id)),
            )
    return RegisteredTill(till.id, keys)


def close_till(*, place: Place, till_id: UUID, now: datetime) -> None:
    """Let a lost or retired device keep no more bills: what it signs from now on is only looked at. Safe to repeat.

    Raises:
        NotAllowed: this person does not hand out keys.
    """
    place.require(Permission.KEYS_WRITE)
    with organization_scope(place.organization_id):
        if operations.close_till(organization_id=place.organization_id, till_id=till_id, now=now):
            note(
                organization_id=place.organization_id,
                action="till.closed",
                subject=("till", str(till_id)),
                now=now,
                actor=Actor("staff", str(place.staff_id)),
            )
