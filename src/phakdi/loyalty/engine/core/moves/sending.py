"""Points that go from one member to another."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from phakdi.loyalty.engine.core.moves.giving import KEEP, grant
from phakdi.loyalty.engine.core.moves.taking import spend
from phakdi.loyalty.engine.core.work import Work


def transfer_out(
    work: Work, unit: str, points: int, *, reason: str, params: dict[str, Any] | None = None, ref: str | None = None
) -> list[dict[str, Any]]:
    """Take points for another member and return the parcels they travel in: ``points``, ``expires_at`` (JSON shapes, R30)."""
    entry = spend(work, unit, points, kind="TRANSFER", target="TRANSFER", reason=reason, params=params, ref=ref)
    parcels: dict[str | None, int] = {}
    for lot_id, taken in entry.uses:
        expires_at = work.state.lots[lot_id].expires_at
        key = expires_at.isoformat() if expires_at else None
        parcels[key] = parcels.get(key, 0) + taken
    return [{"points": points, "expires_at": expires_at} for expires_at, points in parcels.items()]


def transfer_in(
    work: Work, unit: str, parcels: Iterable[dict[str, Any]], *, renew: bool, reason: str, params: dict[str, Any] | None = None
) -> int:
    """Give the points of parcels, each with its own end (or, where they ``renew``, a new one); returns how many."""
    total = 0
    for parcel in parcels:
        end = parcel.get("expires_at")
        expires_at = KEEP if renew else datetime.fromisoformat(end) if end else None
        given = grant(
            work,
            unit,
            parcel["points"],
            kind="TRANSFER",
            source="TRANSFER",
            reason=reason,
            params=params,
            pending=(),
            expires_at=expires_at,
        )
        total += given.points if given else 0
    return total
