"""Every write of kpis, inside the caller's transaction."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from phakdi.insight.kpis.core import settings as told
from phakdi.insight.kpis.core.settings import KpiSettings
from phakdi.insight.kpis.core.targets import Wanted
from phakdi.insight.kpis.counting import Kept
from phakdi.insight.kpis.models import KeptSettings, KeptTable, Target, TillTotal
from phakdi.kit.db.scope import in_transaction
from phakdi.kit.errors import NotFound

BATCH = 5_000
_PUT = """
INSERT INTO insight_figure (organization_id, figure, span, dimension, key, first, "to", numerator, denominator, value, as_of)
SELECT %s, r.figure, r.span, r.dimension, r.key, r.first, r.until, r.numerator, r.denominator, r.value, %s
FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::date[], %s::date[], %s::bigint[], %s::bigint[], %s::float8[])
    AS r (figure, span, dimension, key, first, until, numerator, denominator, value)
ON CONFLICT (organization_id, figure, span, dimension, key) DO UPDATE SET first = excluded.first, "to" = excluded."to",
    numerator = excluded.numerator, denominator = excluded.denominator, value = excluded.value, as_of = excluded.as_of
"""
_GONE = """
DELETE FROM insight_figure AS f
USING unnest(%s::text[], %s::text[], %s::text[], %s::text[]) AS r (figure, span, dimension, key)
WHERE f.organization_id = %s AND (f.figure, f.span, f.dimension, f.key) = (r.figure, r.span, r.dimension, r.key)
"""
_OLD = """
SELECT figure, span, dimension, key, first, "to", numerator, denominator FROM insight_figure WHERE organization_id = %s
"""
STAYS = frozenset({"engagement"})  # known only while a window runs: what was found last stays


class TillDay(NamedTuple):
    """What a store sold on a day, all bills; ``sales_minor`` after returns, so it may be below zero."""

    store: str
    day: date
    bills: int
    sales_minor: int


@in_transaction
def keep_figures(*, organization_id: UUID, figures: Iterable[Kept], spans: Iterable[str], as_of: datetime) -> int:
    """Keep the figures of these windows: only rows that changed are written, those that are no more are deleted. Return how many."""
    with connection.cursor() as cursor:
        cursor.execute(_OLD, [organization_id])
        old = {row[:4]: row[4:] for row in cursor.fetchall()}
        new = {(each.figure, each.span.key, each.dimension, each.key): each for each in figures}
        changed = [each for key, each in new.items() if old.get(key) != (each.span.first, each.span.to, each.top, each.bottom)]
        for start in range(0, len(changed), BATCH):
            some = changed[start : start + BATCH]
            columns = zip(
                *(
                    (
                        each.figure,
                        each.span.key,
                        each.dimension,
                        each.key,
                        each.span.first,
                        each.span.to,
                        each.top,
                        each.bottom,
                        each.value,
                    )
                    for each in some
                ),
                strict=True,
            )
            cursor.execute(_PUT, [organization_id, as_of, *(list(column) for column in columns)])
        done = set(spans)
        gone = [key for key in old if key not in new and not (key[0] in STAYS and key[1] in done and ":" not in key[1])]
        for start in range(0, len(gone), BATCH):
            columns = zip(*gone[start : start + BATCH], strict=True)
            cursor.execute(_GONE, [*(list(column) for column in columns), organization_id])
    return len(changed) + len(gone)


@in_transaction
def keep_tables(*, organization_id: UUID, docs: Mapping[str, Any], as_of: datetime) -> None:
    """Keep tables by name in the place of what was kept."""
    KeptTable.objects.bulk_create(
        [KeptTable(organization_id=organization_id, name=name, as_of=as_of, doc=doc) for name, doc in docs.items()],
        update_conflicts=True,
        unique_fields=["organization_id", "name"],
        update_fields=["as_of", "doc"],
    )


@in_transaction
def change_settings(*, organization_id: UUID, settings: KpiSettings, now: datetime) -> None:
    """Write what an organization told of itself.

    Raises:
        Invalid: something cannot be.
    """
    settings.check()
    KeptSettings.objects.update_or_create(
        organization_id=organization_id, defaults={"doc": told.write(settings), "changed_at": now}
    )


@in_transaction
def add_target(*, organization_id: UUID, wanted: Wanted, now: datetime) -> UUID:
    """Watch a figure.

    Raises:
        Invalid: it cannot be watched.
    """
    wanted.check()
    fields = ("figure", "span", "dimension", "key", "goal", "by", "low", "high", "moves_percent")
    row = Target(organization_id=organization_id, created_at=now, **{name: getattr(wanted, name) for name in fields})
    row.save(force_insert=True)
    return row.id


@in_transaction
def remove_target(*, organization_id: UUID, target_id: UUID) -> None:
    """Watch a figure no more.

    Raises:
        NotFound: it was not watched.
    """
    if not Target.objects.filter(organization_id=organization_id, id=target_id).delete()[0]:
        raise NotFound("There is no such target.", code="insight_target_unknown")


@in_transaction
def mark_out(*, organization_id: UUID, target_id: UUID, since: datetime | None) -> bool:
    """Say since when a figure is out, or that it is not; False where that was known already."""
    rows = Target.objects.filter(organization_id=organization_id, id=target_id, out_since__isnull=since is not None)
    return rows.update(out_since=since) > 0


@in_transaction
def put_till_totals(*, organization_id: UUID, totals: Sequence[TillDay], now: datetime) -> None:
    """Write what stores sold on days, over what was written before; safe to repeat."""
    TillTotal.objects.bulk_create(
        [TillTotal(organization_id=organization_id, changed_at=now, **each._asdict()) for each in totals],
        batch_size=1_000,
        update_conflicts=True,
        unique_fields=["organization_id", "store", "day"],
        update_fields=["bills", "sales_minor", "changed_at"],
    )
