"""Reads for backtests: histories out of the ledger, and what was kept of earlier runs. In an organization's scope."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from phakdi.insight.backtest.core.history import History, Row
from phakdi.insight.backtest.models import Backtest, BacktestMember
from phakdi.kit.errors import NotFound
from phakdi.platform.imports.queries import undone_imports

ACTIVITIES_A_CHUNK = 5000
PAGE_MAX = 500

# Whoever became part of another member lives on in that one; those chains are short.
_MEMBERS = """
WITH RECURSIVE whose (member_id, survivor_id, depth) AS (
    SELECT id, merged_into, 1 FROM member WHERE organization_id = %(organization)s AND merged_into IS NOT NULL
    UNION ALL
    SELECT w.member_id, m.merged_into, w.depth + 1 FROM whose AS w JOIN member AS m ON m.id = w.survivor_id
    WHERE m.organization_id = %(organization)s AND m.merged_into IS NOT NULL AND w.depth < 100
), last AS (
    SELECT DISTINCT ON (member_id) member_id, survivor_id FROM whose ORDER BY member_id, depth DESC
)
SELECT coalesce(l.survivor_id, a.member_id), array_agg(a.member_id), sum(a.many)::bigint
FROM (SELECT member_id, count(*) AS many FROM activity WHERE organization_id = %(organization)s GROUP BY member_id) AS a
LEFT JOIN last AS l ON l.member_id = a.member_id GROUP BY 1 ORDER BY 1
"""
_ROWS = """
SELECT a.member_id, a.id, a.kind, a.occurred_at, CASE WHEN a.import_id IS NULL THEN a.recorded_at END, a.ref, a.of, a.origin, a.channel,
    a.store, a.tender, a.amount_minor, nullif(a.data::text, '{}')
FROM activity AS a
WHERE a.organization_id = %(organization)s AND a.member_id = ANY (%(members)s) AND a.state = 'BOOKED'
  AND a.origin NOT IN ('phakdi.undo', 'phakdi.merge') AND (a.import_id IS NULL OR a.import_id <> ALL (%(without)s))
ORDER BY a.id
"""
_PEOPLE = """
SELECT id, joined_at, birthday, language, status = 'SHADOW', segments, attributes::text FROM member
WHERE organization_id = %(organization)s AND id = ANY (%(members)s)
"""
_VOUCHERS = "SELECT id::text, definition FROM voucher WHERE organization_id = %(organization)s AND member_id = ANY (%(members)s)"


class UnknownBacktest(NotFound):
    """No such what-if of this organization."""

    code = "backtest_not_found"


Whose = Mapping[UUID, Sequence[UUID]]  # member -> all those whose activities are theirs


def chunks_of(*, organization_id: UUID, size: int = ACTIVITIES_A_CHUNK) -> list[dict[UUID, list[UUID]]]:
    """Return all members who did anything, in parts of about ``size`` activities, each with whom they are made of."""
    with connection.cursor() as cursor:
        cursor.execute(_MEMBERS, {"organization": organization_id})
        found = cursor.fetchall()
    parts: list[dict[UUID, list[UUID]]] = []
    filled = size
    for member_id, own, many in found:
        if filled >= size:
            parts.append({})
            filled = 0
        parts[-1][member_id] = own
        filled += many
    return parts


def histories_of(*, organization_id: UUID, whose: Whose) -> list[History]:
    """Return what these members did, each in the order in which it was recorded; what was taken back by imports never was."""
    owner = {own: member_id for member_id, all_own in whose.items() for own in all_own}
    values: dict[str, Any] = {
        "organization": organization_id,
        "members": list(owner),
        "without": undone_imports(organization_id=organization_id),
    }
    rows: dict[UUID, list[Row]] = {member_id: [] for member_id in whose}
    named = False
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, values)
        for member_id, activity_id, kind, at, moment, *rest, data in cursor.fetchall():
            said = orjson.loads(data) if data else {}
            named = named or (bool(said) and ("voucher" in (fields := said.get("fields", {})) or "vouchers" in fields))
            rows[owner[member_id]].append(Row._make((activity_id, kind, at, moment, *rest, said)))
        cursor.execute(_PEOPLE, values | {"members": list(whose)})
        people = cursor.fetchall()
        vouchers: dict[str, str] = {}
        if named:
            cursor.execute(_VOUCHERS, values)
            vouchers = dict(cursor.fetchall())
    return [
        History(
            member_id,
            joined_at.astimezone(UTC) if joined_at else None,
            birthday,
            language,
            is_shadow,
            segments,
            orjson.loads(attributes),
            rows[member_id],
            vouchers,
        )
        for member_id, joined_at, birthday, language, is_shadow, segments, attributes in people
    ]


def first_activity_at(*, organization_id: UUID) -> datetime | None:
    """Return when the first of all recorded activities happened, or None where there is none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(occurred_at) FROM activity WHERE organization_id = %s AND state = 'BOOKED'", [organization_id])
        found: datetime | None = cursor.fetchone()[0]
    return found


# --- what was kept ------------------------------------------------------------------------------------------------------------


def backtests_of(*, organization_id: UUID, limit: int = 20) -> list[Backtest]:
    """Return the latest what-ifs, the newest first."""
    found = Backtest.objects.filter(organization_id=organization_id).order_by("-asked_at", "-id")
    return list(found[:limit])


def is_running(*, organization_id: UUID) -> bool:
    """Tell whether a what-if waits or is being worked out."""
    unfinished = (Backtest.State.WAITING, Backtest.State.RUNNING)
    return Backtest.objects.filter(organization_id=organization_id, state__in=unfinished).exists()


def get_backtest(*, organization_id: UUID, backtest_id: UUID) -> Backtest:
    """Return one what-if, or raise UnknownBacktest."""
    found = Backtest.objects.filter(organization_id=organization_id, id=backtest_id).first()
    if found is None:
        raise UnknownBacktest("There is no such what-if.", backtest_id=str(backtest_id))
    return found


def members_of(*, organization_id: UUID, backtest_id: UUID, side: str, wins: bool, limit: int = 50) -> list[BacktestMember]:
    """Return the members for whom a draft is most worth more (or, ``wins`` false, less) than the program in force."""
    column = f"difference_{side}"
    found = BacktestMember.objects.filter(organization_id=organization_id, backtest_id=backtest_id)
    found = found.filter(**{f"{column}__gt": 0} if wins else {f"{column}__lt": 0})
    return list(found.order_by(f"-{column}" if wins else column, "member_id")[: min(limit, PAGE_MAX)])


def all_members_of(
    *, organization_id: UUID, backtest_id: UUID, after: UUID | None = None, limit: int = 5000
) -> list[BacktestMember]:
    """Return members of a what-if in the order of their identifiers, up to ``limit`` after ``after``."""
    found = BacktestMember.objects.filter(organization_id=organization_id, backtest_id=backtest_id)
    if after is not None:
        found = found.filter(member_id__gt=after)
    return list(found.order_by("member_id")[:limit])
