"""Reads of the engine: a member's state with its version, and the answer that a receipt was given before.

The loading functions are single calls that set the organization themselves, so they run in autocommit or inside a
transaction alike.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection
from django.db.models import Q

from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import NotFound
from phakdi.loyalty.engine import channel, codec, loaded
from phakdi.loyalty.engine.core.state import MemberState
from phakdi.loyalty.engine.models import KeptState, StateMerge
from phakdi.people.members.queries import find_surviving
from phakdi.people.traits.queries import read_traits

LOAD = channel.Statement(
    b"engine_load_2", b"SELECT * FROM engine_load($1::uuid, $2::uuid, $3::text[], $4::text, $5::text, $6::text[])"
)
LOAD_MANY = channel.Statement(b"engine_load_many_2", b"SELECT * FROM engine_load_many($1::uuid, $2::uuid[], $3::text[])")
LOAD_SHARED = channel.Statement(
    b"engine_load_shared_1", b"SELECT * FROM engine_load_shared($1::uuid, $2::text[], $3::text[], $4::text[])"
)
DUE = """
    SELECT member_id, due_at FROM member_state
    WHERE organization_id = %s AND due_at <= %s AND (due_at, member_id) > (%s, %s)
    ORDER BY due_at, member_id LIMIT %s
"""

EXPIRING = """
    SELECT s.member_id, l.unit, sum(l.remaining)::bigint
    FROM member_state AS s JOIN lot AS l ON l.member_id = s.member_id AND l.is_open AND l.organization_id = s.organization_id
    WHERE s.organization_id = %s AND s.due_at <= %s AND NOT l.is_pending AND l.expires_at > %s AND l.expires_at <= %s
      AND (s.member_id, l.unit) > (%s, %s)
    GROUP BY s.member_id, l.unit ORDER BY s.member_id, l.unit LIMIT %s
"""


class UnknownMember(NotFound):
    """No such member in this organization."""

    code = "member_not_found"


@dataclass(slots=True, frozen=True)
class FirstAnswer:
    """What was answered when a receipt was recorded."""

    member_id: UUID
    activity_id: UUID
    content_hash: str
    outcome: dict[str, Any]
    verdicts: list[dict[str, Any]]
    state: str


@dataclass(slots=True, frozen=True)
class Loaded:
    """Either the first answer to this receipt, or the member's state."""

    state: MemberState | None
    first_answer: FirstAnswer | None = None


@dataclass(slots=True, frozen=True)
class Shared:
    """What the members of a batch share: receipts that were recorded before, and what is left of budgets."""

    answers: dict[tuple[str, str], FirstAnswer] = field(default_factory=dict)
    budgets: dict[str, int] = field(default_factory=dict)


def load(
    *,
    organization_id: UUID,
    member_id: UUID,
    refs: Sequence[str] = (),
    receipt: codec.ReceiptKey | None = None,
    budgets: Collection[str] = (),
) -> Loaded:
    """Return the member's state with the orders in ``refs``, or the first answer to ``receipt``; one call.

    Raises:
        UnknownMember: no such member, and the receipt was never recorded.
    """
    origin, number = (receipt.origin, receipt.number) if receipt else ("", "")
    row = channel.fetch_one(
        LOAD,
        (str(organization_id), str(member_id), channel.text_array(refs), origin, number, channel.text_array(budgets)),
    )
    first_answer, left, *values = row
    if first_answer is not None:
        return Loaded(None, _first_answer(orjson.loads(first_answer)))
    if values[0] is None:
        raise UnknownMember("There is no such member.", member_id=str(member_id))
    return Loaded(codec.decode_member(organization_id, member_id, values, orjson.loads(left) if left else {}))


def load_many(*, organization_id: UUID, wanted: Mapping[UUID, Collection[str]]) -> dict[UUID, MemberState]:
    """Return the states of many members, each with its orders; unknown members are left out."""
    refs = channel.text_array(loaded.VALUES.join(orders) for orders in wanted.values())
    rows = channel.fetch_all(LOAD_MANY, (str(organization_id), channel.text_array(map(str, wanted)), refs))
    return {
        member_id: codec.decode_member(organization_id, member_id, row, {})
        for member_id, row in zip(wanted, rows, strict=True)  # answered in the order asked
        if row[0] is not None
    }


def add_traits(states: Mapping[UUID, MemberState], *, organization_id: UUID, wanted: Collection[str]) -> None:
    """Give the states the traits of their members where a program asks for any (``wanted``): a read of its own, left out else."""
    if not wanted or not states:
        return
    for member_id, traits in read_traits(organization_id=organization_id, member_ids=list(states)).items():
        states[member_id].profile = replace(states[member_id].profile, traits=traits)


def load_shared(*, organization_id: UUID, receipts: Collection[tuple[str, str]], budgets: Collection[str]) -> Shared:
    """Return the first answers to those of ``receipts`` (origin, number) that are known, and what is left of ``budgets``."""
    if not receipts and not budgets:
        return Shared()
    origins, numbers = channel.text_array(o for o, _ in receipts), channel.text_array(n for _, n in receipts)
    answers, left = channel.fetch_one(LOAD_SHARED, (str(organization_id), origins, numbers, channel.text_array(budgets)))
    return Shared(
        {(origin, number): _first_answer(rest) for origin, number, *rest in orjson.loads(answers or "[]")},
        orjson.loads(left) if left else {},
    )


def due_members(*, organization_id: UUID, now: datetime, after: tuple[datetime, UUID], limit: int) -> list[tuple[UUID, datetime]]:
    """Return up to ``limit`` members for whom time has something to book by ``now``, in order, after a cursor; in a scope."""
    with connection.cursor() as cursor:
        cursor.execute(DUE, (organization_id, now, *after, limit))
        return [(member_id, due_at) for member_id, due_at in cursor.fetchall()]


@dataclass(slots=True, frozen=True)
class Expiring:
    """Spendable points of one unit that a member loses in the time asked for."""

    member_id: UUID
    unit: str
    points: int


def expiring_points(
    *, organization_id: UUID, after: datetime, until: datetime, beyond: tuple[UUID, str] | None = None, limit: int
) -> list[Expiring]:
    """Return what expires after ``after`` and not after ``until``, by member and unit, beyond the last of the page before."""
    member_id, unit = beyond or (UUID(int=0), "")
    with connection.cursor() as cursor:  # who loses points by then is due by then: only those are looked at
        cursor.execute(EXPIRING, (organization_id, until, after, until, member_id, unit, limit))
        return [Expiring(*row) for row in cursor.fetchall()]


def were_one(*, organization_id: UUID, member_ids: tuple[UUID, UUID]) -> bool:
    """Tell whether the two are one member, or were for a time; in a scope or outside one."""
    one, other = member_ids
    with organization_scope(organization_id):
        either = Q(survivor_id=one, merged_id=other) | Q(survivor_id=other, merged_id=one)
        if StateMerge.objects.filter(either, organization_id=organization_id).exists():
            return True
        try:
            mine, theirs = (find_surviving(organization_id=organization_id, member_id=member_id).id for member_id in member_ids)
        except NotFound:  # one of them was made up
            return False
    return mine == theirs


def state_of(*, organization_id: UUID, member_id: UUID) -> KeptState | None:
    """Return what the engine keeps of a member, or None for one who has done nothing yet; in a scope."""
    return KeptState.objects.filter(organization_id=organization_id, member_id=member_id).first()


def _first_answer(values: Sequence[Any]) -> FirstAnswer:
    member_id, activity_id, content_hash, outcome, verdicts, state = values
    return FirstAnswer(UUID(member_id), UUID(activity_id), content_hash, outcome, verdicts, state)
