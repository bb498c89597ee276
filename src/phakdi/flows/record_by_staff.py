"""Record what a member did, at the hand of somebody of the staff: in their own store, and never for themselves."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Forbidden
from phakdi.loyalty.engine import recording
from phakdi.loyalty.engine.recording import Receipt
from phakdi.people.members.queries import members_by_id
from phakdi.platform.audit.core import Actor
from phakdi.platform.staff.core import Place
from phakdi.platform.staff.queries import get_staff

__all__ = ["OtherStore", "OwnMembership", "Receipt", "actor_of", "check_hand", "record_by_staff", "rehearse_by_staff"]


class OwnMembership(Forbidden):
    """Nobody gives points to themselves."""

    code = "own_membership"


class OtherStore(Forbidden):
    """Somebody of the staff works in other stores."""

    code = "store_not_theirs"


def record_by_staff(
    *, place: Place, member_id: UUID, activity: Mapping[str, Any], now: datetime, is_looked_at: bool = False
) -> Receipt:
    """Record ``activity`` and everything the program causes by it; ``is_looked_at`` accepts what happened long ago.

    Safe to repeat where the activity has a ``ref``.

    Raises:
        OwnMembership, OtherStore: this person may not.
        Invalid, NotFound, Conflict, Rejected, Unavailable: as for any activity.
    """
    check_hand(place=place, member_id=member_id, store=str(activity.get("store") or ""))
    actor = recording.actor_values(actor_of(place, activity))
    context = recording.Context(place.organization_id, now, accepts_late=is_looked_at, actor=actor)
    return recording.record(member_id=member_id, report=recording.read(activity, context), context=context)


def rehearse_by_staff(*, place: Place, member_id: UUID, activity: Mapping[str, Any], now: datetime) -> Receipt:
    """Return what `record_by_staff` would answer at ``now``, and write nothing. Raises what it raises."""
    check_hand(place=place, member_id=member_id, store=str(activity.get("store") or ""))
    context = recording.Context(place.organization_id, now)
    return recording.rehearse(member_id=member_id, report=recording.read(activity, context), context=context)


def check_hand(*, place: Place, member_id: UUID, store: str) -> None:
    """Raise OwnMembership or OtherStore where this person may not serve this member in this store.

    Their own membership is the one linked to them, and any with their e-mail or their phone.
    """
    if store and not place.works_in(store):
        raise OtherStore("You work in other stores.", store=store)
    with organization_scope(place.organization_id):
        staff = get_staff(organization_id=place.organization_id, staff_id=place.staff_id)
        member = members_by_id(organization_id=place.organization_id, member_ids=[member_id]).get(member_id)
    has_same = member is not None and (_same(member.email, staff.user.email) or _same(member.phone, staff.phone))
    if staff.member_id == member_id or has_same:
        raise OwnMembership("Nobody gives points to themselves: ask a colleague.")


def _same(one: str | None, other: str) -> bool:
    return bool(one) and bool(other) and str(one).casefold() == other.casefold()


def actor_of(place: Place, activity: Mapping[str, Any]) -> Actor:
    """Return who reports the activity, as it is kept with it."""
    return Actor("staff", str(place.staff_id), str(activity.get("store") or ""))
