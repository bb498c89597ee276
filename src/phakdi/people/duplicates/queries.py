"""Every read of possible duplicates. All run in a scope of the organization."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q

from phakdi.kit.errors import NotFound
from phakdi.people.duplicates.core.blocking import BLOCK_MAX
from phakdi.people.duplicates.core.weights import DEFAULTS, Model, default_prior
from phakdi.people.duplicates.models import Pair, Scan

PAGE_MAX = 200

# Who shares a block with each of the members, at most BLOCK_MAX of a block: bigger ones say nothing.
_SHARING = """
SELECT DISTINCT mine.member_id, other
FROM duplicate_key AS mine
CROSS JOIN LATERAL (
    SELECT array_agg(few.member_id) AS members FROM (
        SELECT k.member_id FROM duplicate_key AS k
        WHERE k.organization_id = %(organization)s AND k.key = mine.key LIMIT %(most)s + 1
    ) AS few
) AS block
CROSS JOIN LATERAL unnest(block.members) AS other
WHERE mine.organization_id = %(organization)s AND mine.member_id = ANY (%(members)s)
  AND cardinality(block.members) <= %(most)s AND other <> mine.member_id
"""
_SAMPLE = """
SELECT DISTINCT drawn.member_id FROM unnest(%(keys)s::bigint[]) AS start (key) CROSS JOIN LATERAL (
    SELECT k.member_id FROM duplicate_key AS k WHERE k.organization_id = %(organization)s AND k.key >= start.key ORDER BY k.key LIMIT 1
) AS drawn
"""


class UnknownPair(NotFound):
    """These two were not found to be alike."""

    code = "pair_not_found"


def read_to(*, organization_id: UUID) -> tuple[str, UUID]:
    """Return up to where the members were read."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT read_to::text, read_id FROM duplicate_scan WHERE organization_id = %s", [organization_id])
        found = cursor.fetchone()
    return tuple(found) if found else ("0", UUID(int=0))


def sharing(*, organization_id: UUID, member_ids: Collection[UUID]) -> set[tuple[UUID, UUID]]:
    """Return the pairs (lower id first) that share a block and have one of these members in them."""
    values: dict[str, Any] = {"organization": organization_id, "members": list(member_ids), "most": BLOCK_MAX}
    with connection.cursor() as cursor:
        cursor.execute(_SHARING, values)
        return {(min(pair), max(pair)) for pair in cursor.fetchall()}


def sample(*, organization_id: UUID, keys: Sequence[int]) -> list[UUID]:
    """Return members drawn by keys that the caller draws."""
    with connection.cursor() as cursor:
        cursor.execute(_SAMPLE, {"organization": organization_id, "keys": list(keys)})
        return [member_id for (member_id,) in cursor.fetchall()]


def model_of(*, organization_id: UUID, members: int) -> tuple[Model, float]:
    """Return the weights and the prior in use: as estimated, else the defaults."""
    scan = scan_of(organization_id=organization_id)
    if scan is None or scan.m is None or scan.u is None or scan.prior is None:
        return DEFAULTS, default_prior(members)
    return Model(scan.m, scan.u), scan.prior


def scan_of(*, organization_id: UUID) -> Scan | None:
    """Return how far the members were read, or None before the first time."""
    return Scan.objects.filter(organization_id=organization_id).first()


def open_pairs(*, organization_id: UUID, strength: str = "", state: str = "OPEN", skip: int = 0, limit: int = 25) -> list[Pair]:
    """Return the pairs that wait for somebody, the likeliest first."""
    found = Pair.objects.filter(organization_id=organization_id, state=state)
    found = found.filter(strength=strength) if strength else found
    return list(found.order_by("-probability", "low_id", "high_id")[skip : skip + min(limit, PAGE_MAX)])


def pair_counts(*, organization_id: UUID) -> dict[str, int]:
    """Return how many pairs wait, by strength, and how many were put off (LATER) or said to be different people (DIFFERENT)."""
    found = Pair.objects.filter(organization_id=organization_id).values("state", "strength").annotate(pairs=Count("low_id"))
    counts = {"CERTAIN": 0, "LIKELY": 0, "PERHAPS": 0, "LATER": 0, "DIFFERENT": 0}
    for row in found:
        counts[row["strength"] if row["state"] == Pair.State.OPEN else row["state"]] += row["pairs"]
    return counts


def pairs_of(*, organization_id: UUID, member_id: UUID, state: str = "OPEN") -> list[Pair]:
    """Return the pairs of one member that wait for somebody, the likeliest first."""
    either = Q(low_id=member_id) | Q(high_id=member_id)
    return list(Pair.objects.filter(either, organization_id=organization_id, state=state).order_by("-probability", "low_id")[:20])


def get_pair(*, organization_id: UUID, member_ids: Sequence[UUID]) -> Pair:
    """Return what was found about two members, in either order, or raise UnknownPair."""
    low, high = min(member_ids), max(member_ids)
    found = Pair.objects.filter(organization_id=organization_id, low_id=low, high_id=high).first()
    if found is None:
        raise UnknownPair("These two were not found to be alike.")
    return found
