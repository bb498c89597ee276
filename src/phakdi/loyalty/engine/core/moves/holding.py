"""Points kept for a redemption until it is confirmed, released, or its time is over (R65)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from phakdi.loyalty.engine.core.moves.restoring import restore
from phakdi.loyalty.engine.core.moves.taking import spend
from phakdi.loyalty.engine.core.state import Entry, Lot
from phakdi.loyalty.engine.core.work import Work, reject


def hold(work: Work, unit: str, points: int, *, ref: str, until: datetime | None, reason: str = "held") -> Entry | None:
    """Keep points (also none, for what costs nothing) for a redemption until it is confirmed, released, or ``until`` comes (R65).

    Raises:
        Rejected: ``hold_known``: something is held under this name; ``points_insufficient``.
    """
    if ref in work.state.marks.get("holds", {}):
        raise reject("hold_known", "Something is held under this name.", ref=ref)
    entry = spend(work, unit, points, kind="HOLD", target="HELD", reason=reason, ref=ref) if points else None
    work.mark("holds", {})[ref] = {
        "unit": unit,
        "points": points,
        "uses": [[str(lot_id), taken] for lot_id, taken in entry.uses] if entry else [],
        "until": until.isoformat() if until else None,
        "entry": str(entry.id) if entry else "",
        "lots": [kept_lot(work.state.lots[lot_id]) for lot_id, _ in entry.uses] if entry else [],
    }
    return entry


def release(work: Work, ref: str, reason: str = "released") -> int:
    """Give back what is held under ``ref`` and return the points. Rejected (``hold_unknown``): nothing is held."""
    held = _take_hold(work, ref)
    uses = [(UUID(lot_id), points) for lot_id, points in held["uses"]]
    if not uses:
        return 0
    return restore(work, held["unit"], uses, source="HELD", kind="RELEASE", reverses=UUID(held["entry"]), reason=reason, ref=ref)


def confirm(work: Work, ref: str, reason: str = "spent") -> Entry | None:
    """Spend what is held under ``ref``. Rejected (``hold_unknown``): nothing is held."""
    held = _take_hold(work, ref)
    if not held["points"]:
        return None
    return work.entry("SPEND", held["unit"], held["points"], "HELD", "REDEEMED", reason=reason, ref=ref)


def _take_hold(work: Work, ref: str) -> dict[str, Any]:
    if ref not in work.state.marks.get("holds", {}):
        raise reject("hold_unknown", "Nothing is held under this name.", ref=ref)
    found: dict[str, Any] = work.mark("holds", {}).pop(ref)
    for kept in found.get("lots", ()):
        lot = _again(found["unit"], kept)
        work.state.lots.setdefault(lot.id, lot)
    return found


def kept_lot(lot: Lot) -> list[Any]:
    """Return what makes a lot of which something is held: once nothing of it is open, it is not loaded with the member."""
    instants = [instant.isoformat() if instant else None for instant in (lot.earned_at, lot.available_at, lot.expires_at)]
    activity_id = str(lot.activity_id) if lot.activity_id else None
    return [str(lot.id), lot.granted, *instants, lot.pot, lot.rule, lot.is_bonus, activity_id, lot.ref]


def _again(unit: str, kept: list[Any]) -> Lot:
    """Return the lot that `kept_lot` told of; nothing remains of it."""
    lot_id, granted, earned_at, available_at, expires_at, pot, rule, is_bonus, activity_id, ref = kept
    return Lot(
        UUID(lot_id), unit, granted, 0, datetime.fromisoformat(earned_at), _instant(available_at), _instant(expires_at),
        pot=pot, rule=rule, is_bonus=is_bonus, activity_id=UUID(activity_id) if activity_id else None, ref=ref,
    )  # fmt: skip


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
