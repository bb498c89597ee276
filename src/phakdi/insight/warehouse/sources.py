"""What is read from the operational tables: rows that never change, by when they were written, and rows that do, whole or by what changed.

Ids of lots, vouchers and consents are told with their member: they are unique within one. Each statement is copied out as CSV. ``{new}`` stands for the condition that picks rows; days are those of ``{zone}``.
"""

from collections.abc import Mapping
from dataclasses import dataclass

BILLS = "('purchase', 'stay')"
TAKEN_OFF = "('discount', 'other_discount', 'voucher_discount', 'points_value')"
USED = "('REDEEMED', 'PARTNER', 'FEES', 'HELD', 'EXPIRED')"
UNENGAGED = "('refund', 'adjust', 'undo', 'merge', 'unmerge', 'take_back', 'expire_to', 'close', 'migrate', 'balance')"


@dataclass(frozen=True, slots=True)
class Source:
    """One statement, the columns that it gives with their types as DuckDB names them, and the table by whose rows it is new."""

    sql: str
    columns: Mapping[str, str]


APPENDED: Mapping[str, Source] = {
    "activity": Source(
        f"""
        SELECT a.id, a.member_id, a.kind, (a.occurred_at AT TIME ZONE %(zone)s)::date, a.occurred_at AT TIME ZONE 'UTC',
            a.occurred_at AT TIME ZONE %(zone)s, a.store, a.channel, a.tender, a.amount_minor, a.ref, a.of, a.import_id,
            (a.written_by::text)::bigint, coalesce(a.outcome ->> 'level', ''),
            a.kind IN {BILLS}, coalesce((a.data ->> 'depth')::integer, 0) = 0 AND a.kind NOT IN {UNENGAGED},
            CASE WHEN a.kind IN {BILLS} AND a.data ? 'fields' THEN (
                SELECT coalesce(sum(v.value::numeric), 0)::bigint FROM jsonb_each_text(a.data -> 'fields') AS v
                WHERE v.key IN {TAKEN_OFF} AND v.value ~ '^-?[0-9.]+$') ELSE 0 END,
            CASE WHEN a.data -> 'fields' ->> 'points_value' ~ '^-?[0-9.]+$' THEN (a.data -> 'fields' ->> 'points_value')::numeric::bigint ELSE 0 END,
            CASE WHEN jsonb_typeof(a.data -> 'lines') = 'array' THEN jsonb_array_length(a.data -> 'lines') ELSE 0 END,
            CASE WHEN a.kind = 'refund' THEN coalesce((a.outcome ->> 'returned')::bigint, 0) ELSE 0 END
        FROM activity AS a WHERE a.organization_id = %(organization)s AND a.state = 'BOOKED' AND {{new}}
        """,
        {
            "activity_id": "VARCHAR", "member_id": "VARCHAR", "kind": "VARCHAR", "day": "DATE", "at": "TIMESTAMP", "local_at": "TIMESTAMP",
            "store": "VARCHAR", "channel": "VARCHAR", "tender": "VARCHAR", "amount_minor": "BIGINT", "ref": "VARCHAR", "of": "VARCHAR",
            "import_id": "VARCHAR", "written": "BIGINT", "level": "VARCHAR", "is_bill": "BOOLEAN", "is_engaged": "BOOLEAN",
            "taken_off_minor": "BIGINT", "points_minor": "BIGINT", "lines": "INTEGER", "returned_minor": "BIGINT",
        },
    ),
    "line": Source(
        f"""
        SELECT a.id, a.kind = 'refund', l.position, coalesce(l.line ->> 'id', ''), coalesce(l.line ->> 'product', ''),
            coalesce(l.line ->> 'category', ''), (l.line ->> 'quantity')::numeric::bigint, (l.line ->> 'amount')::numeric::bigint
        FROM activity AS a CROSS JOIN LATERAL jsonb_array_elements(a.data -> 'lines') WITH ORDINALITY AS l (line, position)
        WHERE a.organization_id = %(organization)s AND a.state = 'BOOKED' AND (a.kind IN {BILLS} OR a.kind = 'refund')
          AND jsonb_typeof(a.data -> 'lines') = 'array' AND {{new}}
        """,
        {
            "activity_id": "VARCHAR", "is_return": "BOOLEAN", "line": "INTEGER", "name": "VARCHAR", "product": "VARCHAR",
            "category": "VARCHAR", "quantity_milli": "BIGINT", "amount_minor": "BIGINT",
        },
    ),
    "entry": Source(
        """
        SELECT a.id, a.activity_id, a.member_id, (a.effective_at AT TIME ZONE %(zone)s)::date, a.unit, a.kind, a.points, a.source,
            a.target, a.rule
        FROM entry AS a WHERE a.organization_id = %(organization)s AND {new}
        """,
        {
            "entry_id": "VARCHAR", "activity_id": "VARCHAR", "member_id": "VARCHAR", "day": "DATE", "unit": "VARCHAR", "kind": "VARCHAR",
            "points": "BIGINT", "source": "VARCHAR", "target": "VARCHAR", "rule": "VARCHAR",
        },
    ),
    "use": Source(
        f"""
        SELECT a.member_id, (a.effective_at AT TIME ZONE %(zone)s)::date, 'EXPIRED' IN (a.source, a.target), u.used ->> 0,
            CASE WHEN a.source IN ('ACTIVE', 'PENDING') THEN (u.used ->> 1)::bigint ELSE -(u.used ->> 1)::bigint END
        FROM entry AS a CROSS JOIN LATERAL jsonb_array_elements(a.uses) AS u (used)
        WHERE a.organization_id = %(organization)s AND jsonb_array_length(a.uses) > 0
          AND (a.source IN {USED} AND a.target IN ('ACTIVE', 'PENDING') OR a.target IN {USED} AND a.source IN ('ACTIVE', 'PENDING'))
          AND {{new}}
        """,
        {"member_id": "VARCHAR", "day": "DATE", "is_expiry": "BOOLEAN", "lot_id": "VARCHAR", "points": "BIGINT"},
    ),
}  # fmt: skip

# Rows that change: `{new}` compares the transaction that wrote a row last; the first column tells rows apart, or those of KEYS.
CHANGING: Mapping[str, Source] = {
    "lot": Source(
        """
        SELECT a.id, a.member_id, a.unit, a.granted, a.remaining, (a.earned_at AT TIME ZONE %(zone)s)::date,
            (a.available_at AT TIME ZONE %(zone)s)::date, (a.expires_at AT TIME ZONE %(zone)s)::date, a.is_pending, a.rule
        FROM lot AS a WHERE a.organization_id = %(organization)s AND {new}
        """,
        {
            "lot_id": "VARCHAR", "member_id": "VARCHAR", "unit": "VARCHAR", "granted": "BIGINT", "remaining": "BIGINT", "earned_on": "DATE",
            "available_on": "DATE", "expires_on": "DATE", "is_pending": "BOOLEAN", "rule": "VARCHAR",
        },
    ),
    "voucher": Source(
        """
        SELECT a.id, a.member_id, a.definition, a.state, (a.issued_at AT TIME ZONE %(zone)s)::date,
            (a.expires_at AT TIME ZONE %(zone)s)::date, a.value_minor, a.rule, a.ref
        FROM voucher AS a WHERE a.organization_id = %(organization)s AND {new}
        """,
        {
            "voucher_id": "VARCHAR", "member_id": "VARCHAR", "definition": "VARCHAR", "state": "VARCHAR", "issued_on": "DATE",
            "expires_on": "DATE", "value_minor": "BIGINT", "rule": "VARCHAR", "ref": "VARCHAR",
        },
    ),
    "message": Source(
        """
        SELECT a.id, a.member_id, (a.created_at AT TIME ZONE %(zone)s)::date, a.created_at AT TIME ZONE 'UTC', a.channel, a.template, a.state, a.parts
        FROM message AS a WHERE a.organization_id = %(organization)s AND a.member_id IS NOT NULL AND {new}
        """,
        {
            "message_id": "VARCHAR", "member_id": "VARCHAR", "day": "DATE", "at": "TIMESTAMP", "channel": "VARCHAR", "template": "VARCHAR",
            "state": "VARCHAR", "parts": "INTEGER",
        },
    ),
    "sign_in": Source(
        """
        SELECT a.id, a.member_id, (a.begun_at AT TIME ZONE %(zone)s)::date, a.begun_at AT TIME ZONE 'UTC', a.way
        FROM member_session AS a WHERE a.organization_id = %(organization)s AND {new}
        """,
        {"session_id": "VARCHAR", "member_id": "VARCHAR", "day": "DATE", "at": "TIMESTAMP", "way": "VARCHAR"},
    ),
    "wallet": Source(
        """
        SELECT a.member_id || '/' || a.unit, a.member_id, a.unit, a.active, a.pending, a.held, a.debt
        FROM wallet AS a WHERE a.organization_id = %(organization)s AND {new}
        """,
        {
            "wallet_id": "VARCHAR", "member_id": "VARCHAR", "unit": "VARCHAR", "active": "BIGINT", "pending": "BIGINT", "held": "BIGINT",
            "debt": "BIGINT",
        },
    ),
    "person": Source(
        """
        SELECT a.id, a.status, (a.joined_at AT TIME ZONE %(zone)s)::date,
            CASE WHEN a.status IN ('CLOSED', 'ERASED') THEN (a.updated_at AT TIME ZONE %(zone)s)::date END,
            extract(year FROM a.birthday)::integer, a.gender, a.language, a.home_store, a.source, a.referred_by, a.merged_into,
            array_to_string(a.segments, chr(31)), a.phone <> '', a.email <> ''
        FROM member AS a WHERE a.organization_id = %(organization)s AND {new}
        """,
        {
            "member_id": "VARCHAR", "status": "VARCHAR", "joined_on": "DATE", "left_on": "DATE", "birth_year": "INTEGER", "gender": "VARCHAR",
            "language": "VARCHAR", "home_store": "VARCHAR", "source": "VARCHAR", "referred_by": "VARCHAR", "merged_into": "VARCHAR",
            "segments": "VARCHAR", "has_phone": "BOOLEAN", "has_email": "BOOLEAN",
        },
    ),
    "standing": Source(
        """
        SELECT a.member_id, a.level, coalesce(a.doc -> 'membership' ->> 'plan', ''),
            ((a.doc -> 'standing' ->> 'since')::timestamptz AT TIME ZONE %(zone)s)::date
        FROM member_state AS a WHERE a.organization_id = %(organization)s AND {new}
        """,
        {"member_id": "VARCHAR", "level": "VARCHAR", "plan": "VARCHAR", "since": "DATE"},
    ),
    "consent": Source(
        """
        SELECT a.member_id || '/' || a.id, a.member_id, a.purpose, a.channel, a.granted, a.at AT TIME ZONE 'UTC'
        FROM consent AS a WHERE a.organization_id = %(organization)s AND {new}
        """,
        {
            "consent_id": "VARCHAR", "member_id": "VARCHAR", "purpose": "VARCHAR", "channel": "VARCHAR", "granted": "BOOLEAN",
            "at": "TIMESTAMP",
        },
    ),
    "answer": Source(
        """
        SELECT a.id, a.member_id, s.code, w.number::text, a.metric, a.scale, a.score, a.answered_on, a.store,
            CASE WHEN a.channel IN ('LINK', 'OPEN') THEN 'link' ELSE lower(a.channel) END, a.sentiment
        FROM survey_answer AS a JOIN survey AS s ON s.id = a.survey_id JOIN survey_wave AS w ON w.id = a.wave_id
        WHERE a.organization_id = %(organization)s AND a.metric <> '' AND a.score IS NOT NULL AND {new}
        """,
        {
            "answer_id": "VARCHAR", "member_id": "VARCHAR", "survey": "VARCHAR", "wave": "VARCHAR", "metric": "VARCHAR", "scale": "INTEGER",
            "score": "INTEGER", "day": "DATE", "store": "VARCHAR", "channel": "VARCHAR", "sentiment": "VARCHAR",
        },
    ),
}  # fmt: skip
TABLE_OF = {
    "person": "member",
    "standing": "member_state",
    "sign_in": "member_session",
    "answer": "survey_answer",
    "linked": "identity",
}
KEYS = {"lot": ("lot_id", "member_id"), "voucher": ("voucher_id", "member_id")}
COUNTED_WHERE = {"message": "member_id IS NOT NULL", "answer": "metric <> '' AND score IS NOT NULL"}

# Read whole every time: small, or without anything that tells what changed. One whose table is not there is left out.
WHOLE: Mapping[str, Source] = {
    "linked": Source(
        "SELECT DISTINCT a.member_id FROM identity AS a WHERE a.organization_id = %(organization)s AND a.kind = 'LINE'",
        {"member_id": "VARCHAR"},
    ),
    "till_total": Source(
        "SELECT a.day, a.store, a.bills, a.sales_minor FROM till_total AS a WHERE a.organization_id = %(organization)s",
        {"day": "DATE", "store": "VARCHAR", "bills": "BIGINT", "sales_minor": "BIGINT"},
    ),
}
