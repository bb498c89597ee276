"""Every write of lifetime, inside the caller's transaction."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from phakdi.insight.lifetime.models import LifetimeList, LifetimeRun
from phakdi.kit.db.scope import in_transaction

KEPT = timedelta(days=120)  # of runs


@in_transaction
def keep_run(
    *,
    organization_id: UUID,
    run_id: UUID,
    as_of: date,
    doc: Mapping[str, Any],
    lists: Mapping[str, Sequence[Mapping[str, Any]]],
    now: datetime,
) -> None:
    """Keep a run and replace the lists by its own; runs of long ago are forgotten."""
    LifetimeRun.objects.create(organization_id=organization_id, id=run_id, as_of=as_of, doc=doc, computed_at=now)
    rows = [
        LifetimeList(organization_id=organization_id, key=key, rows=list(some), computed_at=now) for key, some in lists.items()
    ]
    LifetimeList.objects.filter(organization_id=organization_id).exclude(key__in=list(lists)).delete()
    LifetimeList.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["organization_id", "key"], update_fields=["rows", "computed_at"]
    )
    LifetimeRun.objects.filter(organization_id=organization_id, computed_at__lt=now - KEPT).delete()
