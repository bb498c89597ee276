"""Sums over the ledger for an overview. In an organization's scope; each reads the organization's rows of one table once."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

_FLOWS = """
SELECT unit,
    coalesce(sum(points) FILTER (WHERE source = 'ISSUED'), 0),
    coalesce(sum(points) FILTER (WHERE target IN ('REDEEMED', 'PARTNER')), 0),
    coalesce(sum(points) FILTER (WHERE target = 'EXPIRED'), 0)
FROM entry WHERE organization_id = %s AND effective_at >= %s AND effective_at < %s GROUP BY unit ORDER BY unit
"""
_OUTSTANDING = """
SELECT unit, coalesce(sum(active + pending + held), 0)::bigint FROM wallet WHERE organization_id = %s GROUP BY unit ORDER BY unit
"""
_ACTIVITIES = "SELECT count(*) FROM activity WHERE organization_id = %s AND id >= %s AND occurred_at >= %s"


@dataclass(slots=True, frozen=True)
class UnitFlow:
    """How many points of a unit were issued, redeemed and expired in a time."""

    issued: int
    redeemed: int
    expired: int


def flows_between(*, organization_id: UUID, since: datetime, until: datetime) -> dict[str, UnitFlow]:
    """Return what moved of each unit by entries that took effect from ``since`` (included) to ``until`` (not)."""
    with connection.cursor() as cursor:
        cursor.execute(_FLOWS, [organization_id, since, until])
        return {unit: UnitFlow(int(issued), int(redeemed), int(expired)) for unit, issued, redeemed, expired in cursor.fetchall()}


def outstanding(*, organization_id: UUID) -> dict[str, int]:
    """Return what members hold of each unit: spendable, pending and put aside."""
    with connection.cursor() as cursor:
        cursor.execute(_OUTSTANDING, [organization_id])
        return {unit: int(points) for unit, points in cursor.fetchall()}


def activities_since(*, organization_id: UUID, since: datetime) -> int:
    """Return how many activities happened since an instant: none of them was recorded before it."""
    first = UUID(int=int(since.timestamp() * 1000) << 80)
    with connection.cursor() as cursor:
        cursor.execute(_ACTIVITIES, [organization_id, first, since])
        return int(cursor.fetchone()[0])
