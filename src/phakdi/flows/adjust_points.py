"""Give or take points by hand, with a reason, within what a role may move in a day (R99)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from phakdi.flows.record_by_staff import actor_of, check_hand
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Forbidden, Invalid
from phakdi.loyalty.engine import recording
from phakdi.loyalty.engine.recording import Receipt
from phakdi.platform.audit.operations import write_entry
from phakdi.platform.audit.queries import AuditFilter, entries
from phakdi.platform.staff.core import Place, Role

ACTION = "points.adjusted"
DAY = timedelta(days=1)
REASON_MIN = 5
COUNTED_MAX = 200
PER_DAY: Mapping[Role, int | None] = {Role.OWNER: None, Role.MANAGER: 50_000}
"""How many points (given and taken together) a role may move in 24 hours; None has no end, a role that is missing none."""


class AdjustmentLimit(Forbidden):
    """More than this person may move by hand in a day: an owner can."""

    code = "adjustment_limit"


@dataclass(frozen=True, slots=True)
class Adjustment:
    """So many points more (or less, below zero) of a unit, and why. ``key`` makes it safe to send twice."""

    points: int
    reason: str
    key: str
    unit: str = ""


def adjust_points(*, place: Place, member_id: UUID, adjustment: Adjustment, now: datetime) -> Receipt:
    """Move points by hand, note it in the audit, and return what it came to.

    Raises:
        Invalid: no points, or no reason worth the name.
        AdjustmentLimit, OwnMembership: this person may not.
        Rejected: there are not so many points to take.
    """
    reason = " ".join(adjustment.reason.split())
    if not adjustment.points:
        raise Invalid("Say how many points.", code="adjustment_empty", field="points")
    if len(reason) < REASON_MIN:
        raise Invalid("Say why, so that others understand it later.", code="adjustment_reason", field="reason")
    check_hand(place=place, member_id=member_id, store="")
    organization_id = place.organization_id
    with organization_scope(organization_id):
        _check_limit(place, abs(adjustment.points), now)
    raw = {"kind": "adjust", "at": now, "points": adjustment.points, "reason": reason, "origin": "console", "ref": adjustment.key}
    if adjustment.unit:
        raw["unit"] = adjustment.unit
    context = recording.Context(organization_id, now, actor=recording.actor_values(actor_of(place, {})))
    receipt = recording.record(member_id=member_id, report=recording.read(raw, context), context=context)
    if not receipt.is_replay:
        with organization_scope(organization_id):
            _note(place, member_id, adjustment, reason, now)
    return receipt


def _check_limit(place: Place, points: int, now: datetime) -> None:
    limit = PER_DAY.get(place.role, 0)
    if limit is None:
        return
    wanted = AuditFilter(action=ACTION, actor_id=str(place.staff_id), since=now - DAY)
    moved = sum(
        abs(int(entry.data["points"]))
        for entry in entries(organization_id=place.organization_id, wanted=wanted, limit=COUNTED_MAX)
    )
    if moved + points > limit:
        raise AdjustmentLimit("This is more than you may move in a day.", limit=limit, moved=moved, points=points)


def _note(place: Place, member_id: UUID, adjustment: Adjustment, reason: str, now: datetime) -> None:
    write_entry(
        organization_id=place.organization_id,
        action=ACTION,
        actor_kind="staff",
        actor_id=str(place.staff_id),
        subject_kind="member",
        subject_id=str(member_id),
        at=now,
        data={"points": adjustment.points, "unit": adjustment.unit, "reason": reason},
    )
