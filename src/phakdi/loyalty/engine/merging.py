"""Making two members one, and taking them apart again, in the caller's transaction.

Both are locked in the order of their ids until it ends. Whoever reports something for the merged member meanwhile finds that they
moved and is led to the survivor (`recording`).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import orjson
from django.db import connection

from phakdi.kit.db.scope import in_transaction
from phakdi.kit.errors import Unavailable
from phakdi.kit.ids import new_id
from phakdi.loyalty.engine import codec, operations, queries
from phakdi.loyalty.engine.core.merging import Before, KeepLevel, Merged, merge
from phakdi.loyalty.engine.core.parting import Difference, Movement, Since, part
from phakdi.loyalty.engine.core.state import Lot, Membership, MemberState, Standing, Step
from phakdi.loyalty.engine.models import KeptOrder, StateMerge
from phakdi.loyalty.programs.compiled import CompiledProgram
from phakdi.loyalty.programs.queries import NoProgram, version_at
from phakdi.platform.audit.core import Actor

__all__ = ["Difference", "KeepLevel", "LaterActivity", "activities_since", "merge_states", "part_states", "preview_parting"]

LATER_MAX = 2000
_Row = TypeVar("_Row", Lot, Standing, Membership)

_ACTIVITIES = """
SELECT a.id, a.kind, a.ref, a.of, a.store, a.amount_minor, a.occurred_at, a.data ->> 'named'
FROM state_merge AS m JOIN activity AS a ON a.member_id = m.survivor_id
WHERE m.organization_id = %(organization)s AND m.merge_id = %(merge)s
  AND NOT pg_visible_in_snapshot(a.written_by, m.seen) AND a.written_by <> m.written_by AND a.origin <> 'phakdi.merge'
ORDER BY a.id LIMIT %(limit)s
"""
_MOVEMENTS = """
SELECT e.activity_id, e.unit, e.source, e.target, e.uses
FROM state_merge AS m JOIN entry AS e ON e.member_id = m.survivor_id
LEFT JOIN activity AS a ON a.member_id = e.member_id AND a.id = e.activity_id
WHERE m.organization_id = %(organization)s AND m.merge_id = %(merge)s
  AND NOT pg_visible_in_snapshot(e.written_by, m.seen) AND e.written_by <> m.written_by AND coalesce(a.origin, '') <> 'phakdi.merge'
ORDER BY e.id
"""
_CLOSED = "SELECT engine_lots(%s, %s::uuid[]), engine_vouchers(%s, %s::uuid[])"
_VOUCHERS_OF = "SELECT id FROM voucher WHERE organization_id = %s AND member_id = %s AND activity_id = ANY (%s::uuid[])"


@dataclass(slots=True, frozen=True)
class LaterActivity:
    """Something that was recorded for the survivor since the merge, and whether it came by way of the merged member."""

    id: UUID
    kind: str
    ref: str
    of: str
    store: str
    amount_minor: int | None
    occurred_at: datetime
    is_theirs: bool


@in_transaction
def merge_states(
    *, organization_id: UUID, merge_id: UUID, survivor_id: UUID, merged_id: UUID, keep: KeepLevel, now: datetime, actor: Actor
) -> None:
    """Move all that the engine keeps of ``merged_id`` to ``survivor_id``. Without a program there is nothing to move.

    Raises:
        UnknownMember: no such member.
        Rejected: ``hold_known``: both hold something under the same name.
    """
    program = _program(organization_id, now)
    if program is None:
        return
    _lock(organization_id, survivor_id, merged_id)
    found = KeptOrder.objects.filter(organization_id=organization_id, member_id=merged_id)
    refs = list(found.order_by("ref").values_list("ref", flat=True))
    survivor, merged = _load(organization_id, survivor_id, refs), _load(organization_id, merged_id, refs)
    into, gone, kept = merge(survivor, merged, causes=(new_id(), new_id()), program=program, now=now, keep=keep)
    _post(organization_id, program, now, actor, ((survivor, into), (merged, gone)))
    found.delete()
    StateMerge.objects.create(
        organization_id=organization_id,
        merge_id=merge_id,
        survivor_id=survivor_id,
        merged_id=merged_id,
        merged_at=now,
        doc=_dump(kept),
    )


@in_transaction
def activities_since(*, organization_id: UUID, merge_id: UUID) -> list[LaterActivity]:
    """Return what was recorded for the survivor since, in order; what is about an order of the merged member is theirs."""
    row = StateMerge.objects.filter(organization_id=organization_id, merge_id=merge_id).first()
    if row is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_ACTIVITIES, {"organization": organization_id, "merge": merge_id, "limit": LATER_MAX})
        found = cursor.fetchall()
    theirs = set(row.doc["orders"])
    later = []
    for activity_id, kind, ref, of, store, amount, at, named in found:
        is_theirs = named == str(row.merged_id) or of in theirs
        if is_theirs:
            theirs.add(ref or str(activity_id))
        later.append(LaterActivity(activity_id, kind, ref, of, store, amount, at, is_theirs))
    return later


@in_transaction
def part_states(
    *, organization_id: UUID, merge_id: UUID, theirs: Collection[UUID], now: datetime, actor: Actor
) -> Sequence[Difference]:
    """Give the merged member back what they had, and ``theirs`` of the activities since; return what cannot be as before."""
    row = StateMerge.objects.filter(organization_id=organization_id, merge_id=merge_id, undone_at=None).first()
    program = _program(organization_id, now)
    if row is None or program is None:
        return ()
    _lock(organization_id, row.survivor_id, row.merged_id)
    (survivor, into), (merged, gone), gone_refs, differences = _part(row, program, theirs, now)
    _post(organization_id, program, now, actor, ((survivor, into), (merged, gone)))
    KeptOrder.objects.filter(organization_id=organization_id, member_id=row.survivor_id, ref__in=gone_refs).delete()
    StateMerge.objects.filter(organization_id=organization_id, merge_id=merge_id).update(undone_at=now)
    return differences


@in_transaction
def preview_parting(*, organization_id: UUID, merge_id: UUID, theirs: Collection[UUID], now: datetime) -> Sequence[Difference]:
    """Return what could not be as before if the two were taken apart now; writes nothing."""
    row = StateMerge.objects.filter(organization_id=organization_id, merge_id=merge_id, undone_at=None).first()
    program = _program(organization_id, now)
    return () if row is None or program is None else _part(row, program, theirs, now)[3]


def _program(organization_id: UUID, now: datetime) -> CompiledProgram | None:
    try:
        return version_at(organization_id=organization_id, at=now)
    except NoProgram:
        return None


def _lock(organization_id: UUID, *member_ids: UUID) -> None:
    for member_id in sorted(member_ids):
        operations.lock_member(organization_id=organization_id, member_id=member_id)


def _load(organization_id: UUID, member_id: UUID, refs: Sequence[str]) -> MemberState:
    state = queries.load(organization_id=organization_id, member_id=member_id, refs=refs).state
    assert state is not None, "without a receipt there is no first answer"
    return state


def _post(
    organization_id: UUID, program: CompiledProgram, now: datetime, actor: Actor, steps: Sequence[tuple[MemberState, Step]]
) -> None:
    who = {"kind": actor.kind, "id": actor.id, "store": actor.store}
    groups = [
        codec.Group(state.member_id, state.version, [codec.Booking(step, now, program.version_id, actor=who, tells=False)])
        for state, step in steps
    ]
    try:
        moved = operations.post(organization_id=organization_id, groups=groups)
    except operations.WorldMoved as error:
        raise Unavailable("Somebody else is changing these members.", code="member_busy") from error
    assert not moved, "both are locked"


def _part(
    row: StateMerge, program: CompiledProgram, theirs: Collection[UUID], now: datetime
) -> tuple[tuple[MemberState, Step], tuple[MemberState, Step], list[str], list[Difference]]:
    organization_id, kept = row.organization_id, _read(row.doc)
    later = activities_since(organization_id=organization_id, merge_id=row.merge_id)
    chosen = [activity for activity in later if activity.id in theirs]
    refs = [activity.ref or str(activity.id) for activity in chosen]
    survivor, merged = _load(organization_id, row.survivor_id, [*kept.orders, *refs]), _load(organization_id, row.merged_id, ())
    orders = frozenset(ref for ref in refs if ref in survivor.orders and ref not in kept.orders)
    movements = _movements(row)
    lots = {lot_id for movement in movements for lot_id, _ in movement.uses} | {lot.id for lot in kept.merged.lots}
    closed = _add_closed(row, survivor, kept, lots, [activity.id for activity in chosen])
    since = Since(movements, frozenset(activity.id for activity in chosen), orders, closed)
    into, gone, differences = part(
        survivor, merged, kept=kept, since=since, causes=(new_id(), new_id()), program=program, now=now
    )
    gone_refs = [*orders, *(ref for ref, inside in kept.orders.items() if not inside)]
    return (survivor, into), (merged, gone), gone_refs, differences


def _movements(row: StateMerge) -> list[Movement]:
    with connection.cursor() as cursor:
        cursor.execute(_MOVEMENTS, {"organization": row.organization_id, "merge": row.merge_id})
        return [
            Movement(activity_id, unit, source, target, tuple((UUID(lot_id), points) for lot_id, points in _json(uses)))
            for activity_id, unit, source, target, uses in cursor.fetchall()
        ]


def _json(value: Any) -> Any:
    return orjson.loads(value) if isinstance(value, str) else value


def _add_closed(
    row: StateMerge, survivor: MemberState, kept: Merged, lots: Collection[UUID], theirs: Sequence[UUID]
) -> list[Lot]:
    """Add vouchers that are used up to the survivor's, and return lots that are."""
    with connection.cursor() as cursor:
        cursor.execute(_VOUCHERS_OF, (row.organization_id, row.survivor_id, list(theirs)))
        vouchers = [*kept.merged.vouchers, *(found for (found,) in cursor.fetchall())]
        cursor.execute(_CLOSED, (row.survivor_id, sorted(lots), row.survivor_id, vouchers))
        closed_lots, closed_vouchers = cursor.fetchone()
    for voucher in codec.read_vouchers(closed_vouchers):
        survivor.vouchers.setdefault(voucher.id, voucher)
    return codec.read_lots(closed_lots)


# --- as kept --------------------------------------------------------------------------------------------------------------------


def _dump(kept: Merged) -> dict[str, Any]:
    """Return the merge as JSON values."""
    values = asdict(kept)
    for name in ("survivor", "merged"):
        values[name]["vouchers"] = {str(key): state for key, state in values[name]["vouchers"].items()}
    plain: dict[str, Any] = orjson.loads(orjson.dumps(values))
    return plain


def _read(doc: Mapping[str, Any]) -> Merged:
    return Merged(
        _before(doc["survivor"]),
        _before(doc["merged"]),
        doc["meters"],
        doc["marks"],
        _row(Standing, doc["standing"]),
        _row(Membership, doc["membership"]),
        doc["orders"],
        [(UUID(lot_id), unit, points) for lot_id, unit, points in doc["repaid"]],
    )


def _before(doc: Mapping[str, Any]) -> Before:
    return Before(
        _row(Standing, doc["standing"]),
        _row(Membership, doc["membership"]),
        doc["meters"],
        doc["marks"],
        datetime.fromisoformat(doc["clock"]) if doc["clock"] else None,
        [_row(Lot, lot) for lot in doc["lots"]],
        {UUID(voucher_id): state for voucher_id, state in doc["vouchers"].items()},
        doc["debts"],
    )


def _row(kind: type[_Row], values: Mapping[str, Any]) -> _Row:
    """Return a plain row of state from its JSON values: identifiers and instants are texts there."""
    return kind(**{item.name: _value(item.name, values[item.name]) for item in fields(kind)})


def _value(name: str, value: Any) -> Any:
    if value is None or not isinstance(value, str):
        return value
    if name in {"id", "activity_id"}:
        return UUID(value)
    return (
        datetime.fromisoformat(value) if value and (name.endswith("_at") or name in {"since", "until", "grace_until"}) else value
    )
