"""Every write of what-ifs, inside the caller's transaction."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from phakdi.insight.backtest.core.parts import MemberRow
from phakdi.insight.backtest.models import Backtest, BacktestMember
from phakdi.kit.db.scope import in_transaction

KEPT_MAX = 6  # of an organization; older ones are forgotten

_KEEP = """
INSERT INTO backtest_member (organization_id, backtest_id, member_id, difference_a, difference_b, doc)
SELECT %s, %s, r.member_id, r.a, r.b, r.doc::jsonb
FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[], %s::text[]) AS r (member_id, a, b, doc)
"""


@in_transaction
def begin(
    *,
    organization_id: UUID,
    first_day: date,
    last_day: date,
    drafts: Sequence[Mapping[str, Any]],
    now: datetime,
    asked_by: UUID | None,
) -> UUID:
    """Keep that a what-if is wanted and return its id; the oldest ones are forgotten."""
    found = Backtest.objects.filter(organization_id=organization_id).order_by("-asked_at", "-id").values_list("id", flat=True)
    old = list(found[KEPT_MAX - 1 :])
    BacktestMember.objects.filter(organization_id=organization_id, backtest_id__in=old).delete()
    Backtest.objects.filter(organization_id=organization_id, id__in=old).delete()
    made = Backtest.objects.create(
        organization_id=organization_id,
        first_day=first_day,
        last_day=last_day,
        drafts=list(drafts),
        asked_at=now,
        asked_by=asked_by,
    )
    return made.id


@in_transaction
def start(*, organization_id: UUID, backtest_id: UUID) -> None:
    """Begin, or begin anew: what an earlier try kept is forgotten."""
    BacktestMember.objects.filter(organization_id=organization_id, backtest_id=backtest_id).delete()
    _of(organization_id, backtest_id).update(state=Backtest.State.RUNNING, done=0, parts=0, error="")


@in_transaction
def note_progress(*, organization_id: UUID, backtest_id: UUID, done: int, parts: int) -> None:
    """Say how far it is."""
    _of(organization_id, backtest_id).update(done=done, parts=parts)


@in_transaction
def keep_members(*, organization_id: UUID, backtest_id: UUID, rows: Sequence[MemberRow]) -> None:
    """Keep what some members would have had."""
    values: list[Any] = [
        organization_id,
        backtest_id,
        [row.member_id for row in rows],
        [row.differences.get("a", 0) for row in rows],
        [row.differences.get("b", 0) for row in rows],
        [orjson.dumps(row.doc).decode() for row in rows],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, values)


@in_transaction
def finish(*, organization_id: UUID, backtest_id: UUID, report: Mapping[str, Any], now: datetime) -> None:
    """Keep the report."""
    _of(organization_id, backtest_id).update(state=Backtest.State.DONE, report=dict(report), finished_at=now)


@in_transaction
def fail(*, organization_id: UUID, backtest_id: UUID, error: str, now: datetime) -> None:
    """Keep why it could not be worked out."""
    _of(organization_id, backtest_id).update(state=Backtest.State.FAILED, error=error, finished_at=now)


@in_transaction
def forget_members(*, organization_id: UUID, member_ids: Collection[UUID]) -> None:
    """Forget what what-ifs say of these members; the sums stay."""
    BacktestMember.objects.filter(organization_id=organization_id, member_id__in=list(member_ids)).delete()


def _of(organization_id: UUID, backtest_id: UUID) -> Any:
    return Backtest.objects.filter(organization_id=organization_id, id=backtest_id)
