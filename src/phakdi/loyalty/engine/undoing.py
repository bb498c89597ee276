"""Taking an import back: what a member was before is kept with it, and put back to the letter.

Nothing is deleted from the ledger: every entry since gets one that says the opposite, on the same accounts and lots, so
that replaying the entries leads to the state that is put back. Members who did something else since are left to the caller.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from psycopg.types.json import Json

from phakdi.kit.db.scope import in_transaction
from phakdi.kit.ids import new_id
from phakdi.loyalty.engine.models import StateBefore
from phakdi.platform.audit.core import Actor

UNDO = "undo"
ORIGIN = "phakdi.undo"
MARGIN = timedelta(minutes=5)  # so long may a till's transaction last that began before the import
MEMBERS_MAX = 1000

_REMEMBER = """
INSERT INTO state_before (organization_id, import_id, member_id, noted_at, state, wallets, lots, vouchers, orders)
SELECT %(organization)s, %(import)s, w.member_id, %(now)s, to_jsonb(s),
    coalesce((SELECT jsonb_agg(to_jsonb(x)) FROM wallet AS x WHERE x.member_id = s.member_id), '[]'),
    coalesce((SELECT jsonb_agg(to_jsonb(x)) FROM lot AS x WHERE x.member_id = s.member_id AND x.is_open), '[]'),
    coalesce((SELECT jsonb_agg(to_jsonb(x)) FROM voucher AS x WHERE x.member_id = s.member_id), '[]'),
    coalesce((
        SELECT jsonb_agg(to_jsonb(x)) FROM order_state AS x
        WHERE x.member_id = s.member_id AND x.ref = ANY (string_to_array(w.refs, E'\\x1f'))
    ), '[]')
FROM unnest(%(members)s::uuid[], %(refs)s::text[]) AS w (member_id, refs)
LEFT JOIN (SELECT * FROM member_state WHERE organization_id = %(organization)s) AS s ON s.member_id = w.member_id
ON CONFLICT (member_id, import_id) DO NOTHING
"""
_LOCK = "SELECT member_id FROM member_state WHERE organization_id = %(organization)s AND member_id = ANY (%(members)s) ORDER BY member_id FOR UPDATE"
# Whoever did anything else since: other activities than those of this import and of imports that were undone.
_BUSY = """
SELECT DISTINCT a.member_id FROM activity AS a
JOIN state_before AS b ON b.member_id = a.member_id AND b.import_id = %(import)s
WHERE a.organization_id = %(organization)s AND a.member_id = ANY (%(members)s) AND a.kind <> 'undo'
  AND (a.import_id IS NULL OR a.import_id <> ALL (%(undone)s))
  AND (a.written_by > b.written_by OR (a.import_id IS NULL AND a.recorded_at >= b.noted_at - %(margin)s))
"""
_NOTE = """
INSERT INTO activity (organization_id, member_id, id, kind, of, origin, occurred_at, recorded_at, outcome, actor)
SELECT %(organization)s, u.member_id, u.id, 'undo', %(import)s::text, 'phakdi.undo', %(now)s, %(now)s, '{}', %(actor)s::jsonb
FROM unnest(%(members)s::uuid[], %(ids)s::uuid[]) AS u (member_id, id)
"""
_REVERSE = """
INSERT INTO entry (organization_id, member_id, id, activity_id, seq, kind, unit, points, source, target, rule, reason, params, uses, pot, ref,
    effective_at, recorded_at)
SELECT e.organization_id, e.member_id, (left(u.id::text, 32) || lpad(to_hex(n), 4, '0'))::uuid, u.id, n - 1,
    CASE WHEN e.kind IN ('EARN', 'OPEN') THEN 'REVERSE' WHEN e.kind IN ('SPEND', 'EXPIRE') THEN 'RESTORE' ELSE 'ADJUST' END,
    e.unit, e.points, e.target, e.source, e.rule, 'import_undone', jsonb_build_object('entry', e.id, 'kind', e.kind), e.uses, e.pot, e.ref,
    %(now)s, %(now)s
FROM (
    SELECT e.*, row_number() OVER (PARTITION BY e.member_id ORDER BY e.id DESC) AS n FROM entry AS e
    JOIN state_before AS b ON b.member_id = e.member_id AND b.import_id = %(import)s
    WHERE e.organization_id = %(organization)s AND e.member_id = ANY (%(members)s) AND e.written_by >= b.written_by
) AS e JOIN unnest(%(members)s::uuid[], %(ids)s::uuid[]) AS u (member_id, id) ON u.member_id = e.member_id
"""
_CLOSE_LOTS = """
UPDATE lot SET remaining = 0, is_open = false, written_by = DEFAULT
WHERE organization_id = %(organization)s AND member_id = ANY (%(members)s) AND is_open
"""
_REOPEN_LOTS = """
UPDATE lot AS l SET remaining = k.remaining, is_open = true, available_at = k.available_at, expires_at = k.expires_at,
    is_pending = k.is_pending, waits_for = k.waits_for, cancel_at = k.cancel_at, written_by = DEFAULT
FROM state_before AS b, jsonb_populate_recordset(NULL::lot, b.lots) AS k
WHERE b.organization_id = %(organization)s AND b.import_id = %(import)s AND b.member_id = ANY (%(members)s)
  AND l.member_id = b.member_id AND l.id = k.id
"""
_WALLETS = """
UPDATE wallet AS w SET active = coalesce(k.active, 0), pending = coalesce(k.pending, 0), held = coalesce(k.held, 0), debt = coalesce(k.debt, 0),
    earned = coalesce(k.earned, 0), spent = coalesce(k.spent, 0), expired = coalesce(k.expired, 0), written_by = DEFAULT
FROM state_before AS b, wallet AS mine LEFT JOIN LATERAL (
    SELECT old.* FROM state_before AS s, jsonb_populate_recordset(NULL::wallet, s.wallets) AS old
    WHERE s.import_id = %(import)s AND s.member_id = mine.member_id AND old.unit = mine.unit
) AS k ON true
WHERE b.organization_id = %(organization)s AND b.import_id = %(import)s AND b.member_id = ANY (%(members)s)
  AND mine.member_id = b.member_id AND w.member_id = mine.member_id AND w.unit = mine.unit
"""
_CANCEL_VOUCHERS = """
UPDATE voucher AS v SET state = 'CANCELLED', uses_left = 0, written_by = DEFAULT FROM state_before AS b
WHERE b.organization_id = %(organization)s AND b.import_id = %(import)s AND b.member_id = ANY (%(members)s)
  AND v.member_id = b.member_id AND v.written_by >= b.written_by
"""
_RESTORE_VOUCHERS = """
UPDATE voucher AS v SET state = k.state, starts_at = k.starts_at, expires_at = k.expires_at, value_minor = k.value_minor,
    uses_left = k.uses_left, ref = k.ref, written_by = DEFAULT
FROM state_before AS b, jsonb_populate_recordset(NULL::voucher, b.vouchers) AS k
WHERE b.organization_id = %(organization)s AND b.import_id = %(import)s AND b.member_id = ANY (%(members)s)
  AND v.member_id = b.member_id AND v.id = k.id
"""
_FORGET_ORDERS = """
DELETE FROM order_state AS o USING state_before AS b
WHERE b.organization_id = %(organization)s AND b.import_id = %(import)s AND b.member_id = ANY (%(members)s)
  AND o.member_id = b.member_id AND o.written_by >= b.written_by
"""
_RESTORE_ORDERS = """
INSERT INTO order_state (organization_id, member_id, ref, doc, lot_ids, voucher_ids)
SELECT k.organization_id, k.member_id, k.ref, k.doc, k.lot_ids, k.voucher_ids
FROM state_before AS b, jsonb_populate_recordset(NULL::order_state, b.orders) AS k
WHERE b.organization_id = %(organization)s AND b.import_id = %(import)s AND b.member_id = ANY (%(members)s)
ON CONFLICT (member_id, ref) DO NOTHING
"""
_RESTORE_STATES = """
UPDATE member_state AS s SET version = s.version + 1, clock = (b.state ->> 'clock')::timestamptz, level = coalesce(b.state ->> 'level', ''),
    due_at = (b.state ->> 'due_at')::timestamptz, doc = coalesce(b.state -> 'doc', '{}'), written_by = DEFAULT
FROM state_before AS b
WHERE b.organization_id = %(organization)s AND b.import_id = %(import)s AND b.member_id = ANY (%(members)s) AND s.member_id = b.member_id
"""
_RELEASE = "SELECT engine_release_receipts(%(organization)s, %(import)s, %(members)s)"
_FORGET = "DELETE FROM state_before WHERE organization_id = %(organization)s AND import_id = %(import)s AND member_id = ANY (%(members)s)"
_STEPS = (
    _NOTE, _REVERSE, _CLOSE_LOTS, _REOPEN_LOTS, _WALLETS, _CANCEL_VOUCHERS, _RESTORE_VOUCHERS, _FORGET_ORDERS, _RESTORE_ORDERS,
    _RESTORE_STATES, _RELEASE, _FORGET,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Undone:
    """Who is again as they were, and who did something else since and was left."""

    restored: Sequence[UUID]
    busy: Sequence[UUID]


@in_transaction
def remember(*, organization_id: UUID, import_id: UUID, refs: Mapping[UUID, Collection[str]], now: datetime) -> None:
    """Keep what these members are before an import writes, with the orders that it names; in the transaction that writes."""
    values: dict[str, Any] = {
        "organization": organization_id,
        "import": import_id,
        "now": now,
        "members": sorted(refs),
        "refs": ["\x1f".join(sorted(refs[member_id])) for member_id in sorted(refs)],
    }
    with connection.cursor() as cursor:
        cursor.execute(_REMEMBER, values)


@in_transaction
def forget(*, organization_id: UUID, import_id: UUID, member_ids: Collection[UUID]) -> None:
    """Forget what members were whom the import did not touch after all, or for whom it was undone in another way."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, {"organization": organization_id, "import": import_id, "members": list(member_ids)})


@in_transaction
def count_touched(*, organization_id: UUID, import_id: UUID) -> int:
    """Return how many members the import touched who are not restored yet."""
    return StateBefore.objects.filter(organization_id=organization_id, import_id=import_id).count()


@in_transaction
def touched_members(*, organization_id: UUID, import_id: UUID, after: UUID | None = None, limit: int = MEMBERS_MAX) -> list[UUID]:
    """Return members whom the import touched and who are not restored yet, in order."""
    found = StateBefore.objects.filter(organization_id=organization_id, import_id=import_id)
    if after is not None:
        found = found.filter(member_id__gt=after)
    return list(found.order_by("member_id").values_list("member_id", flat=True)[:limit])


@in_transaction
def restore(
    *,
    organization_id: UUID,
    import_id: UUID,
    member_ids: Sequence[UUID],
    undone: Collection[UUID],
    now: datetime,
    actor: Actor | None = None,
) -> Undone:
    """Make up to 1,000 members again what they were before the import; those who did something else since are left.

    ``undone`` are the imports that were taken back, this one included. Locks the members in the order of their ids. Receipt
    numbers of the import are free again. Activities stay in the story, followed by one that says that they were undone.
    """
    values: dict[str, Any] = {
        "organization": organization_id,
        "import": import_id,
        "members": list(member_ids),
        "undone": [*undone, import_id],
        "margin": MARGIN,
        "now": now,
        "actor": Json({"kind": actor.kind, "id": actor.id, "store": actor.store}) if actor else None,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, values)
        cursor.execute(_BUSY, values)
        busy = {member_id for (member_id,) in cursor.fetchall()}
        restored = [member_id for member_id in member_ids if member_id not in busy]
        values |= {"members": restored, "ids": [new_id() for _ in restored]}
        for step in _STEPS if restored else ():
            cursor.execute(step, values)
    return Undone(restored, sorted(busy))
