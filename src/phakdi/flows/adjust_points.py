"""Give or take points by hand, with a reason, within what a role may move in a day; above a limit with a second person (R99).

Every such movement has a row of its own (`HeldGrant`), written with it in one transaction while its requester's other
movements wait: so a crowd of requests counts as if they came one after the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from phakdi.flows.record_by_staff import OwnMembership, actor_of, check_hand
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Conflict, Forbidden, Invalid, Rejected
from phakdi.loyalty.engine import recording
from phakdi.loyalty.engine.recording import Receipt
from phakdi.platform.audit.operations import write_entry
from phakdi.platform.staff import operations, queries
from phakdi.platform.staff.core import HeldBecause, HeldState, Permission, Place, Role
from phakdi.platform.staff.models import HeldGrant
from phakdi.platform.staff.operations import Wanted

__all__ = ["Adjusted", "Adjustment", "OwnMembership", "adjust_points", "approve_adjustment", "refuse_adjustment"]
ACTION = "points.adjusted"
DAY = timedelta(days=1)
REASON_MIN = 5
PER_DAY: Mapping[Role, int | None] = {Role.OWNER: None, Role.MANAGER: 50_000}
"""How many points (given and taken together) a role may move in 24 hours; None has no end, a role that is missing none."""


class AdjustmentLimit(Forbidden):
    """More than this person may move by hand in a day: an owner can."""

    code = "adjustment_limit"


class OwnRequest(Forbidden):
    """Nobody approves what they asked for themselves."""

    code = "own_request"


class AlreadyDecided(Conflict):
    """Somebody has decided about it meanwhile."""

    code = "held_grant_decided"


class WasRefused(Rejected):
    """A second person said no."""

    code = "held_grant_refused"


@dataclass(frozen=True, slots=True)
class Adjustment:
    """So many points more (or less, below zero) of a unit, and why. ``key`` makes it safe to send twice."""

    points: int
    reason: str
    key: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Adjusted:
    """What came of it: a receipt, or without one what now waits for a second person."""

    receipt: Receipt | None
    held: HeldGrant | None = None


def adjust_points(*, place: Place, member_id: UUID, adjustment: Adjustment, now: datetime) -> Adjusted:
    """Move points by hand and note it in the audit, or have it wait for a second person.

    It waits where it is more than one may move alone, or the fifty-first of this person in a day (both as the organization
    says), as long as somebody else could decide about it. Nothing is posted before they do.

    Raises:
        Invalid: no points, or no reason worth the name.
        AdjustmentLimit, OwnMembership: this person may not.
        Rejected: there are not so many points to take, or a second person said no.
    """
    reason = " ".join(adjustment.reason.split())
    if not adjustment.points:
        raise Invalid("Say how many points.", code="adjustment_empty", field="points")
    if len(reason) < REASON_MIN:
        raise Invalid("Say why, so that others understand it later.", code="adjustment_reason", field="reason")
    check_hand(place=place, member_id=member_id, store="")
    organization_id = place.organization_id
    wanted = Wanted(member_id, adjustment.unit, adjustment.points, reason, adjustment.key)
    with organization_scope(organization_id):
        operations.lock_grants(staff_id=place.staff_id)
        row = queries.find_held_grant(organization_id=organization_id, key=adjustment.key)
        if row is None:
            why = _why_held(place, abs(adjustment.points), now)
            row = operations.note_grant(organization_id=organization_id, staff_id=place.staff_id, wanted=wanted, why=why, now=now)
            if why is not None:
                _note("points.held", row, place, now)
        if row.state == HeldState.REFUSED.value:
            raise WasRefused("Somebody else has refused this.", held_id=str(row.id))
        if row.state == HeldState.WAITING.value:
            return Adjusted(None, row)
        receipt = _post(row, place, now)
        if not receipt.is_replay:
            _note(ACTION, row, place, now)
    return Adjusted(receipt)


def approve_adjustment(*, place: Place, held_id: UUID, now: datetime) -> Receipt:
    """Post what waited for a second person, who is not the one who asked for it, nor its member. Once, however often asked.

    Raises:
        UnknownHeldGrant: there is nothing under this name.
        OwnRequest, OwnMembership, NotAllowed: this person may not decide.
        AlreadyDecided: somebody has.
        Rejected: there are not so many points to take (any more); it goes on waiting.
    """
    row = _to_decide(place, held_id)
    check_hand(place=place, member_id=row.member_id, store="")
    with organization_scope(place.organization_id):
        row = _decide(place, held_id, HeldState.APPROVED, now)
        receipt = _post(row, place, now)
        _note("points.approved", row, place, now)
    return receipt


def refuse_adjustment(*, place: Place, held_id: UUID, now: datetime) -> HeldGrant:
    """Decide that what waited is not posted. Raises as `approve_adjustment`."""
    _to_decide(place, held_id)
    with organization_scope(place.organization_id):
        row = _decide(place, held_id, HeldState.REFUSED, now)
        _note("points.refused", row, place, now)
    return row


def _why_held(place: Place, points: int, now: datetime) -> HeldBecause | None:
    """Return why a second person is asked, or None; raises AdjustmentLimit for more than the role may move in a day."""
    organization_id = place.organization_id
    moved, times = queries.granted_since(organization_id=organization_id, staff_id=place.staff_id, since=now - DAY)
    limit = PER_DAY.get(place.role, 0)
    if limit is not None and moved + points > limit:
        raise AdjustmentLimit("This is more than you may move in a day.", limit=limit, moved=moved, points=points)
    policy = queries.policy_of(organization_id=organization_id)
    why = None
    if points > policy.adjust_alone_max:
        why = HeldBecause.LARGE
    elif times >= policy.grants_a_day_max:
        why = HeldBecause.MANY
    return why if why and queries.others_who_can(place=place, permission=Permission.POINTS_ADJUST) else None


def _to_decide(place: Place, held_id: UUID) -> HeldGrant:
    place.require(Permission.POINTS_ADJUST)
    with organization_scope(place.organization_id):
        row = queries.get_held_grant(organization_id=place.organization_id, held_id=held_id)
    if row.requested_by_id == place.staff_id:
        raise OwnRequest("Somebody else has to decide about this.")
    return row


def _decide(place: Place, held_id: UUID, state: HeldState, now: datetime) -> HeldGrant:
    row = operations.decide_grant(
        organization_id=place.organization_id, held_id=held_id, staff_id=place.staff_id, state=state, now=now
    )
    if row is None:
        raise AlreadyDecided("Somebody has decided about this meanwhile.", held_id=str(held_id))
    return row


def _post(row: HeldGrant, place: Place, now: datetime) -> Receipt:
    """Book the points in the transaction of their row; the same row twice is the same booking."""
    raw = {"kind": "adjust", "at": now, "points": row.points, "reason": row.reason, "origin": "console", "ref": row.key}
    if row.unit:
        raw["unit"] = row.unit
    context = recording.Context(row.organization_id, now, actor=recording.actor_values(actor_of(place, {})))
    return recording.record(member_id=row.member_id, report=recording.read(raw, context), context=context)


def _note(action: str, row: HeldGrant, place: Place, now: datetime) -> None:
    data = {"points": row.points, "unit": row.unit, "reason": row.reason}
    if action != ACTION:
        data |= {"request": str(row.id), "requested_by": str(row.requested_by_id), "why": row.why}
    write_entry(
        organization_id=row.organization_id,
        action=action,
        actor_kind="staff",
        actor_id=str(place.staff_id),
        subject_kind="member",
        subject_id=str(row.member_id),
        at=now,
        data=data,
    )
