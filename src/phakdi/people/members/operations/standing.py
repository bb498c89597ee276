"""Freezing, thawing and closing a member."""

from datetime import datetime
from uuid import UUID

from phakdi.kit.db.scope import in_transaction
from phakdi.kit.errors import Conflict, Forbidden
from phakdi.people.members.core.status import CAN_CLOSE, CAN_FREEZE, FrozenBy, Status
from phakdi.people.members.models import Member
from phakdi.people.members.operations.profiles import lock_member

REASON_MAX = 200


class WrongStatus(Conflict):
    """The member's status does not allow this; ``details['status']`` says which it is."""

    code = "member_status_wrong"


class FrozenByStaff(Forbidden):
    """Staff froze the member: only staff can thaw."""

    code = "member_frozen_by_staff"


@in_transaction
def freeze(*, organization_id: UUID, member_id: UUID, by: FrozenBy, reason: str, now: datetime) -> Member:
    """Let the member neither earn nor spend (R125). Raises UnknownMember, or WrongStatus unless active."""
    member = lock_member(organization_id, member_id)
    _require(member, CAN_FREEZE)
    return _set(member, Status.FROZEN, by, reason, now)


@in_transaction
def unfreeze(*, organization_id: UUID, member_id: UUID, by: FrozenBy, now: datetime) -> Member:
    """Let a frozen member earn and spend again.

    Raises:
        UnknownMember, WrongStatus: no such member, or not frozen.
        FrozenByStaff: a member may thaw only what the member froze.
    """
    member = lock_member(organization_id, member_id)
    _require(member, frozenset({Status.FROZEN}))
    if member.frozen_by == FrozenBy.STAFF and by is not FrozenBy.STAFF:
        raise FrozenByStaff("Staff froze this member.", member_id=str(member_id))
    return _set(member, Status.ACTIVE, FrozenBy.NOBODY, "", now)


@in_transaction
def close(*, organization_id: UUID, member_id: UUID, reason: str, now: datetime) -> Member:
    """End the membership. The identities stay bound, so that who comes back is the same member."""
    member = lock_member(organization_id, member_id)
    _require(member, CAN_CLOSE)
    return _set(member, Status.CLOSED, FrozenBy.NOBODY, reason, now)


def _require(member: Member, allowed: frozenset[Status]) -> None:
    if member.status not in allowed:
        raise WrongStatus("The member's status does not allow this.", status=member.status, member_id=str(member.id))


def _set(member: Member, status: Status, by: FrozenBy, reason: str, now: datetime) -> Member:
    member.status, member.frozen_by, member.status_reason = status.value, by.value, reason.strip()[:REASON_MAX]
    member.updated_at = now
    member.save(update_fields=["status", "frozen_by", "status_reason", "updated_at"])
    return member
