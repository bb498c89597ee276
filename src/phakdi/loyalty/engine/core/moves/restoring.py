"""Giving points back to the very lots they were taken from."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from phakdi.loyalty.engine.core.moves.giving import repay
from phakdi.loyalty.engine.core.work import Work
from phakdi.loyalty.programs import periods


def restore(
    work: Work, unit: str, uses: Iterable[tuple[UUID, int]], *, source: str = "REDEEMED", kind: str = "RESTORE",
    reverses: UUID | None = None, reason: str = "restored", params: dict[str, Any] | None = None, ref: str | None = None,
    courtesy: periods.Duration | None = None,
) -> int:  # fmt: skip
    """Give points back to the very lots they were taken from (R42) and return how many.

    A lot that lapsed meanwhile lives on for ``courtesy`` (by default the program's for returns). Debt is paid first.
    ``source`` is where they went: REDEEMED, PARTNER, FEES, TRANSFER, or HELD with kind RELEASE.
    """
    wanted = tuple((lot_id, points) for lot_id, points in uses if points)
    total = sum(points for _, points in wanted)
    if not total:
        return 0
    for lot_id, points in wanted:
        lot = work.lot(lot_id)
        if not lot.remaining and lot.expires_at is not None and lot.expires_at <= work.at:
            lot.expires_at = courtesy_end(work, courtesy)
        lot.remaining += points
        if lot.expires_at is not None and lot.expires_at <= work.at:
            lot.expires_at = courtesy_end(work, courtesy)
    work.entry(kind, unit, total, source, "ACTIVE", uses=wanted, reverses=reverses, reason=reason, params=params, ref=ref)
    for lot_id, _ in wanted:
        repay(work, work.lot(lot_id))
    return total


def courtesy_end(work: Work, courtesy: periods.Duration | None = None) -> datetime:
    """Return until when points live that come back after their end."""
    length = courtesy or periods.parse_duration(work.program.refunds.courtesy)
    if length.is_exact:
        return work.at + timedelta(days=length.days, hours=length.hours)
    return work.start_of(periods.add(work.today, length) + timedelta(days=1))
