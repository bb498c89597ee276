"""Booking what time has made true: expiries, activations, ends of levels, for members who are due."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from phakdi.kit.db.scope import organization_scope
from phakdi.loyalty.engine import codec, operations, queries
from phakdi.loyalty.engine.core import advance_time
from phakdi.loyalty.programs.queries import version_at

SLICE = 500
START = (datetime(1, 1, 1, tzinfo=UTC), UUID(int=0))

logger = logging.getLogger(__name__)


@dataclass(slots=True, frozen=True)
class TimePassed:
    """How many members were booked, how many had moved meanwhile (they come again), and which could not be."""

    booked: int
    moved: int
    failed: tuple[UUID, ...]
    is_done: bool


def pass_time_of_due(*, organization_id: UUID, now: datetime, limit: int) -> TimePassed:
    """Book what is due by ``now`` for up to ``limit`` members, in slices of 500, the longest due first.

    A member that cannot be booked is logged and left; the others go on. Safe to repeat and to run twice at once.
    """
    after, booked, moved, seen = START, 0, 0, 0
    failed: list[UUID] = []
    while seen < limit:
        size = min(SLICE, limit - seen)
        with organization_scope(organization_id):
            due = queries.due_members(organization_id=organization_id, now=now, after=after, limit=size)
        if not due:
            break
        done = _pass_slice(organization_id, [member_id for member_id, _ in due], now)
        booked, moved, failed, seen = booked + done.booked, moved + done.moved, [*failed, *done.failed], seen + len(due)
        after = (due[-1][1], due[-1][0])
        if len(due) < size:
            break
    return TimePassed(booked, moved, tuple(failed), is_done=seen < limit)


def _pass_slice(organization_id: UUID, member_ids: list[UUID], now: datetime) -> TimePassed:
    program = version_at(organization_id=organization_id, at=now)
    states = queries.load_many(organization_id=organization_id, wanted=dict.fromkeys(member_ids, ()))
    queries.add_traits(states, organization_id=organization_id, wanted=program.traits)
    groups, failed = [], []
    for member_id, state in states.items():
        try:
            step = advance_time(state, program=program, now=now)
        except Exception:
            logger.exception("time could not pass for member %s", member_id)
            failed.append(member_id)
            continue
        booking = codec.Booking(step, now, program.version_id)
        groups.append(codec.Group(member_id, state.version, [booking]))
    moved = _post(organization_id, groups)
    return TimePassed(len(groups) - len(moved), len(moved), tuple(failed), is_done=True)


def _post(organization_id: UUID, groups: list[codec.Group]) -> set[UUID]:
    """Post the groups together, or one by one where something they share was taken; return who was left out."""
    try:
        return set(operations.post(organization_id=organization_id, groups=groups)) if groups else set()
    except operations.WorldMoved:
        return {group.member_id for group in groups if _is_left_out(organization_id, group)}


def _is_left_out(organization_id: UUID, group: codec.Group) -> bool:
    try:
        return bool(operations.post(organization_id=organization_id, groups=[group]))
    except operations.WorldMoved:
        return True
