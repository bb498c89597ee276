"""Every write of traits, inside the caller's transaction."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

import orjson
from django.db import connection

from phakdi.kit.db.scope import in_transaction
from phakdi.people.traits.core import RENEWED_AFTER, TRAITS, TraitRow
from phakdi.people.traits.models import MemberTrait

AT_ONCE = 20_000
KEPT = timedelta(days=90)  # a row that nobody renewed

_WRITE = """
INSERT INTO member_trait AS kept (organization_id, member_id, source, traits, missing, run_id, computed_at)
SELECT %(organization)s, t.member_id, %(source)s, t.traits::jsonb, t.missing::jsonb, %(run)s, %(now)s
FROM unnest(%(members)s::uuid[], %(traits)s::text[], %(missing)s::text[]) AS t (member_id, traits, missing)
JOIN member AS m ON m.id = t.member_id AND m.organization_id = %(organization)s AND m.status NOT IN ('CLOSED', 'MERGED')
ON CONFLICT (member_id, source) DO UPDATE
SET traits = excluded.traits, missing = excluded.missing, run_id = excluded.run_id, computed_at = excluded.computed_at
WHERE kept.traits <> excluded.traits OR kept.missing <> excluded.missing OR kept.computed_at < %(renew)s
"""


@in_transaction
def write_traits(*, organization_id: UUID, source: str, run_id: UUID, rows: Iterable[TraitRow], now: datetime) -> int:
    """Keep what ``source`` says of these members now, and return how many rows were written; safe to repeat.

    Only what changed is written, and what would soon count as too old. Each row holds all that the source says of a member; whoever is
    left out keeps what they had until it is too old, and members who left meanwhile are passed over. Values are as `core.TRAITS` types them: decimals in whole thousandths, money in
    minor units, dates as ISO texts, lists as lists of texts. Each member at most once.
    """
    written, waiting = 0, iter(rows)
    with connection.cursor() as cursor:
        while some := list(islice(waiting, AT_ONCE)):
            for row in some:
                _check(source, row)
            some.sort(key=lambda row: row.member_id)
            cursor.execute(
                _WRITE,
                {
                    "organization": organization_id,
                    "source": source,
                    "run": run_id,
                    "now": now,
                    "renew": now - RENEWED_AFTER,
                    "members": [row.member_id for row in some],
                    "traits": [orjson.dumps(row.values).decode() for row in some],
                    "missing": [orjson.dumps(row.missing).decode() for row in some],
                },
            )
            written += cursor.rowcount
    return written


@in_transaction
def forget_old(*, organization_id: UUID, source: str, now: datetime) -> int:
    """Delete what a source has not said again for a long time, and return how many rows."""
    found = MemberTrait.objects.filter(organization_id=organization_id, source=source, computed_at__lt=now - KEPT)
    return found.delete()[0]


@in_transaction
def forget_members(*, organization_id: UUID, member_ids: Collection[UUID]) -> int:
    """Delete all traits of members who are forgotten, and return how many rows."""
    return MemberTrait.objects.filter(organization_id=organization_id, member_id__in=member_ids).delete()[0]


def _check(source: str, row: TraitRow) -> None:
    for names in (row.values, row.missing):
        for name in names:
            kind = TRAITS.get(name)
            assert kind is not None and kind.source == source, f"{source} writes no trait {name}"  # noqa: PT018 - one thought
