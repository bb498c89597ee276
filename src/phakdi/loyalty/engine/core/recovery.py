"""Where points that have to go come from (R39-R40): what waits, what is left of them, other points, debt."""

from typing import Any
from uuid import UUID

from phakdi.loyalty.engine.core import meters, moves
from phakdi.loyalty.engine.core.state import Lot
from phakdi.loyalty.engine.core.work import Work


def recover(work: Work, row: dict[str, Any], points: int, *, reason: str = "order_returned") -> None:
    """Take ``points`` back that an entry had given, as far as the program's policy goes.

    ``row`` names the ``unit`` and, where they are known, the ``entry`` and its ``lot``. What the policy forgives is told in
    the outcome.
    """
    policy, unit = work.program.refunds.shortfall, str(row["unit"])
    entry_id = UUID(row["entry"]) if row.get("entry") else None
    lot = work.state.lots.get(UUID(row["lot"])) if row.get("lot") else None
    rest = points
    if lot is not None and lot.is_pending:
        rest -= moves.cancel_pending(work, lot.id, rest, reason=reason, reverses=entry_id)
    elif lot is not None and policy != "pending_only":
        rest -= _take(work, [lot], rest, entry_id, reason, unit)
    gone = moves.lapsed_of(work, lot.id, rest) if lot is not None else 0  # the member has lost these already
    rest -= gone
    if rest and policy != "pending_only":
        rest -= _take(work, moves.spendable(work, unit), rest, entry_id, reason, unit)
    if rest and policy == "debt":
        params = {"owed": rest}
        rule = str(row.get("rule", ""))
        work.entry("REVERSE", unit, rest, "DEBT", "CANCELLED", rule=rule, reason=reason, params=params, reverses=entry_id)
        work.outcome.setdefault("owed", {})[unit] = work.wallet(unit).debt
        rest = 0
    _tell(work, "taken_back", unit, points - rest - gone)
    _tell(work, "lapsed", unit, gone)
    _tell(work, "forgiven", unit, rest)


def take_back(work: Work) -> None:
    """Take back what this member was given for somebody else's order that came back (R95)."""
    work.earns = False
    fields, of = work.activity.fields, work.activity.of
    unit, points = str(fields.get("unit") or work.program.main_unit), int(fields.get("points") or 0)
    lots = [lot for lot in work.state.lots.values() if lot.ref == of and lot.unit == unit and lot.rule == fields.get("rule")]
    row = {"unit": unit, "lot": str(lots[0].id) if lots else "", "rule": fields.get("rule", "")}
    if points > 0:
        recover(work, row, points, reason="friend_returned")
        meters.uncount_points(work, unit, points)


def _tell(work: Work, name: str, unit: str, points: int) -> None:
    if points:
        told = work.outcome.setdefault(name, {})
        told[unit] = told.get(unit, 0) + points


def _take(work: Work, lots: list[Lot], points: int, entry_id: UUID | None, reason: str, unit: str) -> int:
    uses = moves.take_from(work, lots, points)
    total = sum(taken for _, taken in uses)
    if total:
        work.entry("REVERSE", unit, total, "ACTIVE", "CANCELLED", uses=uses, reason=reason, reverses=entry_id)
    return total
