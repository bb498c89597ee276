"""Every write of possible duplicates, inside the caller's transaction."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection
from django.db.models import Q

from phakdi.kit.db.scope import in_transaction
from phakdi.people.duplicates.core.comparing import MISSING, Likeness
from phakdi.people.duplicates.core.weights import Model, Strength
from phakdi.people.duplicates.models import Pair, Scan
from phakdi.people.duplicates.queries import UnknownPair

_FORGET_KEYS = "DELETE FROM duplicate_key WHERE organization_id = %s AND member_id = ANY (%s)"
_KEEP_KEYS = """
INSERT INTO duplicate_key (organization_id, key, member_id)
SELECT %s, key, member_id FROM unnest(%s::bigint[], %s::uuid[]) AS given (key, member_id) ORDER BY key, member_id
ON CONFLICT DO NOTHING
"""
# A pair that somebody decided about stays as it is until one of the two changes.
_KEEP_PAIRS = """
INSERT INTO duplicate_pair AS kept (organization_id, low_id, high_id, strength, probability, evidence, fingerprint, found_at)
SELECT %(organization)s, low_id, high_id, strength, probability, evidence, fingerprint, %(now)s
FROM json_to_recordset(%(pairs)s) AS p (
    low_id uuid, high_id uuid, strength text, probability double precision, evidence jsonb, fingerprint text)
ORDER BY low_id, high_id
ON CONFLICT (low_id, high_id) DO UPDATE SET strength = excluded.strength, probability = excluded.probability,
    evidence = excluded.evidence, fingerprint = excluded.fingerprint, found_at = excluded.found_at,
    state = 'OPEN', decided_at = NULL, decided_by = NULL
WHERE kept.fingerprint <> excluded.fingerprint
"""
_NOTE_READ = """
INSERT INTO duplicate_scan (organization_id, read_to, read_id, read_at, members) VALUES (%s, %s::xid8, %s, %s, %s)
ON CONFLICT (organization_id) DO UPDATE SET read_to = excluded.read_to, read_id = excluded.read_id, read_at = excluded.read_at,
    members = excluded.members
"""
_AGAIN = """
UPDATE duplicate_scan SET read_to = '0', read_id = '00000000-0000-0000-0000-000000000000' WHERE organization_id = %s
"""


@dataclass(frozen=True, slots=True)
class FoundPair:
    """Two members (the lower id first) who may be one person, and why; ``fingerprint`` tells whether either changed since."""

    low_id: UUID
    high_id: UUID
    strength: str
    probability: float
    likenesses: Sequence[Likeness]
    fingerprint: str


@in_transaction
def keep_keys(*, organization_id: UUID, keys: Mapping[UUID, Sequence[int]]) -> None:
    """Let each of these members be found by these keys and no others; without any, not at all."""
    rows = sorted((key, member_id) for member_id, mine in keys.items() for key in mine)
    with connection.cursor() as cursor:
        cursor.execute(_FORGET_KEYS, [organization_id, sorted(keys)])
        cursor.execute(_KEEP_KEYS, [organization_id, [key for key, _ in rows], [member_id for _, member_id in rows]])


@in_transaction
def keep_pairs(*, organization_id: UUID, looked_at: Collection[UUID], found: Iterable[FoundPair], now: datetime) -> int:
    """Keep what was found about these members; open pairs of theirs that were not found again go. Returns how many were found."""
    rows = [
        {
            "low_id": pair.low_id,
            "high_id": pair.high_id,
            "strength": pair.strength,
            "probability": pair.probability,
            "evidence": {each.field: [each.level, each.code] for each in pair.likenesses if each.level != MISSING},
            "fingerprint": pair.fingerprint,
        }
        for pair in found
    ]
    still = {(row["low_id"], row["high_id"]) for row in rows}
    mine = Q(low_id__in=list(looked_at)) | Q(high_id__in=list(looked_at))
    for pair in Pair.objects.filter(mine, organization_id=organization_id).exclude(state=Pair.State.DIFFERENT):
        if (pair.low_id, pair.high_id) not in still:
            pair.delete()
    if rows:
        with connection.cursor() as cursor:
            values: dict[str, Any] = {"organization": organization_id, "now": now, "pairs": orjson.dumps(rows).decode()}
            cursor.execute(_KEEP_PAIRS, values)
    return len(rows)


@in_transaction
def note_read(*, organization_id: UUID, place: tuple[str, UUID], members: int, now: datetime) -> None:
    """Note up to where the members were read, and how many there are."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTE_READ, [organization_id, *place, now, members])


@in_transaction
def keep_model(*, organization_id: UUID, model: Model, prior: float, members: int, now: datetime) -> None:
    """Keep what was estimated; it counts from the next member on."""
    weights = {"m": {field: list(shares) for field, shares in model.m.items()}, "u": {f: list(s) for f, s in model.u.items()}}
    Scan.objects.filter(organization_id=organization_id).update(**weights, prior=prior, estimated_at=now, estimated_from=members)


@in_transaction
def read_again(*, organization_id: UUID) -> None:
    """Let all members be read and compared again."""
    with connection.cursor() as cursor:
        cursor.execute(_AGAIN, [organization_id])


@in_transaction
def decide(*, organization_id: UUID, member_ids: Sequence[UUID], state: str, now: datetime, actor: Mapping[str, Any]) -> None:
    """Note what somebody said about a pair: DIFFERENT people, LATER, or OPEN again. Raises UnknownPair."""
    found = Pair.objects.filter(organization_id=organization_id, low_id=min(member_ids), high_id=max(member_ids))
    if found.update(state=state, decided_at=now, decided_by=dict(actor)) == 0:
        raise UnknownPair("These two were not found to be alike.")


@in_transaction
def forget(*, organization_id: UUID, member_id: UUID) -> None:
    """Forget a member who became part of another or was erased: nobody is compared with them."""
    keep_keys(organization_id=organization_id, keys={member_id: ()})
    mine = Q(low_id=member_id) | Q(high_id=member_id)
    Pair.objects.filter(mine, organization_id=organization_id).exclude(state=Pair.State.DIFFERENT).delete()


@in_transaction
def forget_for_good(*, organization_id: UUID, member_ids: Collection[UUID]) -> None:
    """Forget members whose data were erased: also what was decided about them, as it says what they are called."""
    keep_keys(organization_id=organization_id, keys=dict.fromkeys(member_ids, ()))
    Pair.objects.filter(Q(low_id__in=member_ids) | Q(high_id__in=member_ids), organization_id=organization_id).delete()


@in_transaction
def keep_apart(*, organization_id: UUID, pair: FoundPair, now: datetime, actor: Mapping[str, Any]) -> None:
    """Remember that somebody said that two members are different people, whether or not they were found to be alike."""
    kept = replace(pair, strength=pair.strength or Strength.PERHAPS.value)
    keep_pairs(organization_id=organization_id, looked_at=(), found=[kept], now=now)
    decide(organization_id=organization_id, member_ids=(pair.low_id, pair.high_id), state="DIFFERENT", now=now, actor=actor)
