"""Every write of the sums by day. Folding knows no organization beforehand and runs in autocommit."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from django.db import OperationalError, connection
from psycopg.errors import QueryCanceled

from phakdi.insight.daily.core import WINDOWS, window_to
from phakdi.kit.db.scope import in_transaction

SPAN, FEWER = 500, 8  # transactions a fold; so many times fewer where they were too many
BEST, MANY, HISTORY_DAYS, SOON_DAYS = 5, 50, 2 * max(WINDOWS), (7, 30)

_FOLD = "SELECT daily_fold(%s::timestamptz, %s::bigint)"
_BEHIND = "SELECT daily_behind()"
_RESTART = "SELECT daily_restart(%s::timestamptz)"
_MEMBERS = "SELECT status, count(*) FROM member WHERE organization_id = %(organization)s GROUP BY status"
_JOINED = """
SELECT (joined_at AT TIME ZONE %(zone)s)::date, count(*) FROM member
WHERE organization_id = %(organization)s AND status <> 'MERGED' AND joined_at >= %(since)s GROUP BY 1
"""
_ENDING = """
SELECT unit, coalesce(sum(remaining) FILTER (WHERE expires_at < %(week)s), 0)::bigint, sum(remaining)::bigint FROM lot
WHERE organization_id = %(organization)s AND is_open AND expires_at >= %(now)s AND expires_at < %(month)s GROUP BY unit
"""
_BEST = """
SELECT member_id::text, sum(sales_minor)::bigint, sum(bills)::bigint FROM daily_member
WHERE organization_id = %(organization)s AND day >= %(first)s AND day <= %(last)s
GROUP BY member_id ORDER BY 2 DESC, 1 LIMIT %(most)s
"""
_ENDING_FIRST = """
SELECT member_id::text, unit, sum(remaining)::bigint FROM lot
WHERE organization_id = %(organization)s AND is_open AND expires_at >= %(now)s AND expires_at < %(month)s
GROUP BY member_id, unit ORDER BY 3 DESC, 1 LIMIT %(many)s
"""
_HOLDING_MOST = """
SELECT member_id::text, unit, (active + pending + held)::bigint FROM wallet
WHERE organization_id = %(organization)s AND active + pending + held > 0 ORDER BY 3 DESC, 1 LIMIT %(many)s
"""
_KEEP = """
INSERT INTO daily_count (organization_id, counted_at, took_ms, figures)
VALUES (%(organization)s, %(now)s, (extract(epoch FROM clock_timestamp() - now()) * 1000)::integer, %(figures)s::jsonb)
ON CONFLICT (organization_id) DO UPDATE SET counted_at = excluded.counted_at, took_ms = excluded.took_ms, figures = excluded.figures
"""


def fold(*, now: datetime, span: int = SPAN) -> int:
    """Add what was written since the last time to the sums by day, for every organization, up to ``span`` transactions.

    Where that takes longer than a statement may, fewer are taken at once: an import writes much in one transaction.
    Returns how many transactions are left; -1 where somebody else is at it. Safe to repeat and to stop at any moment.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute(_FOLD, [now, span])
            left: int = cursor.fetchone()[0]
    except OperationalError as error:
        if span == 1 or not isinstance(error.__cause__, QueryCanceled):
            raise
        return fold(now=now, span=max(span // FEWER, 1))
    return left


def behind() -> int:
    """Return how many transactions there were since the last fold; before a scope."""
    with connection.cursor() as cursor:
        cursor.execute(_BEHIND)
        number: int = cursor.fetchone()[0]
    return number


def restart(*, now: datetime) -> None:
    """Go on after a restore: another server numbers its transactions anew."""
    with connection.cursor() as cursor:
        cursor.execute(_RESTART, [now])


@in_transaction
def hurry() -> None:
    """Let nothing in this transaction take long: somebody waits for a page."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '300ms'")


@in_transaction
def count_whole(*, organization_id: UUID, now: datetime, today: date, zone: str) -> None:
    """Count what cannot be summed by days, and keep it with how long that took. Reads members, open lots and purchase days."""
    params: dict[str, Any] = {
        "organization": organization_id,
        "zone": zone,
        "now": now,
        "since": now - timedelta(days=HISTORY_DAYS + 1),
        "week": now + timedelta(days=SOON_DAYS[0]),
        "month": now + timedelta(days=SOON_DAYS[1]),
        "most": BEST,
        "many": MANY,
    }
    with connection.cursor() as cursor:
        figures = {
            "members": dict(_all(cursor, _MEMBERS, params)),
            "joined": {day.isoformat(): number for day, number in _all(cursor, _JOINED, params)},
            "ending": {
                unit: dict(zip(map(str, SOON_DAYS), points, strict=True)) for unit, *points in _all(cursor, _ENDING, params)
            },
            "ending_first": _all(cursor, _ENDING_FIRST, params),
            "holding_most": _all(cursor, _HOLDING_MOST, params),
            "best": {str(days): _best(cursor, params, today, days) for days in WINDOWS},
        }
        cursor.execute(_KEEP, params | {"figures": orjson.dumps(figures).decode()})


def _best(cursor: Any, params: dict[str, Any], today: date, days: int) -> list[tuple[Any, ...]]:
    window = window_to(today, days=days)
    return _all(cursor, _BEST, params | {"first": window.first, "last": window.last})


def _all(cursor: Any, sql: str, params: dict[str, Any]) -> list[tuple[Any, ...]]:
    cursor.execute(sql, params)
    found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
