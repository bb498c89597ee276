"""Where points that have to go come from (R39-R40): what waits, what is left of them, other points, debt."""

from typing import Any
from uuid import UUID

from phakdi.loyalty.engine.core import moves
from phakdi.loyalty.engine.core.state import Lot
from phakdi.loyalty.engine.core.work import Work


def recover(work: Work, row: dict[str, Any], points: int, *, reason: str = "order_returned") -> None:
    """Take ``points`` back that an entry had given, as far as the program's policy goes.

    ``row`` names the ``entry``, its ``lot`` and ``unit``. What the policy forgives is told in the outcome.
    """
    policy = work.program.refunds.shortfall
    entry_id, lot_id, unit = UUID(row["entry"]), UUID(row["lot"]), str(row["unit"])
    lot = work.state.lots.get(lot_id)
    rest = points
    if lot is not None and lot.is_pending:
        rest -= moves.cancel_pending(work, lot_id, rest, reason=reason, reverses=entry_id)
    if policy != "pending_only":
        if lot is not None and not lot.is_pending:
            rest -= _take(work, [lot], rest, entry_id, reason, unit)
        if rest:
            rest -= _take(work, moves.spendable(work, unit), rest, entry_id, reason, unit)
    if rest and policy == "debt":
        work.entry(
            "REVERSE",
            unit,
            rest,
            "DEBT",
            "CANCELLED",
            rule=row.get("rule", ""),
            reason=reason,
            params={"owed": rest},
            reverses=entry_id,
        )
        work.outcome.setdefault("owed", {})[unit] = work.wallet(unit).debt
        rest = 0
    taken = work.outcome.setdefault("taken_back", {})
    taken[unit] = taken.get(unit, 0) + points - rest
    if rest:
        forgiven = work.outcome.setdefault("forgiven", {})
        forgiven[unit] = forgiven.get(unit, 0) + rest


def _take(work: Work, lots: list[Lot], points: int, entry_id: UUID, reason: str, unit: str) -> int:
    uses = moves.take_from(work, lots, points)
    total = sum(taken for _, taken in uses)
    if total:
        work.entry("REVERSE", unit, total, "ACTIVE", "CANCELLED", uses=uses, reason=reason, reverses=entry_id)
    return total
