"""Keep the sums by day that a dashboard shows: fold in what is new, and count whole what cannot be summed, now and then."""

from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import OperationalError

from phakdi.insight.daily import operations, queries
from phakdi.kit.db.scope import organization_scope
from phakdi.platform.organizations.queries import get_organization

LEAST = timedelta(seconds=2)
REST = 100  # so many times as long as counting took, nothing is counted again
QUICK_MS = 50
FOLDS_MAX = 40  # a call
FEW = 100  # transactions that are folded in while somebody waits


def fold_days(*, now: datetime) -> bool:
    """Fold in what was written since the last time, for every organization; False where some is left for the next call."""
    return any(operations.fold(now=now) <= 0 for _ in range(FOLDS_MAX))


def count_if_due(*, organization_id: UUID, now: datetime) -> bool:
    """Count whole, unless that was done a short while ago for how long it takes; returns whether it was done.

    In a small shop that is every few seconds, with a million members every few minutes.
    """
    with organization_scope(organization_id):
        kept = queries.find_count(organization_id=organization_id)
        if kept and now - kept.counted_at < max(LEAST, timedelta(milliseconds=kept.took_ms) * REST):
            return False
        zone = get_organization(organization_id=organization_id).time_zone
        today = now.astimezone(ZoneInfo(zone)).date()
        operations.count_whole(organization_id=organization_id, now=now, today=today, zone=zone)
    return True


def freshen(*, organization_id: UUID, now: datetime) -> None:
    """Bring the figures up to date for whoever looks, as far as that takes no time; the worker does the rest."""
    if operations.behind() <= FEW:
        operations.fold(now=now, span=FEW)
    with suppress(OperationalError), organization_scope(organization_id):
        kept = queries.find_count(organization_id=organization_id)
        if kept is None or kept.took_ms < QUICK_MS:
            operations.hurry()  # the worker has time for a large shop
            count_if_due(organization_id=organization_id, now=now)
