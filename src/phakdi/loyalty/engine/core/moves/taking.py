"""Taking points: spent in their order, expired, cancelled."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from phakdi.loyalty.engine.core.lots import NEVER
from phakdi.loyalty.engine.core.moves.giving import pot_of
from phakdi.loyalty.engine.core.state import Entry, Lot
from phakdi.loyalty.engine.core.work import Work, reject
from phakdi.loyalty.programs.compiled import RunningUnit

Uses = tuple[tuple[UUID, int], ...]
LAPSED_MAX = 40  # of a member


def spendable(work: Work, unit: str, pot: str | None = None) -> list[Lot]:
    """Return the lots that may be spent now, in spending order (R22); ``pot`` None for all pots."""
    at = work.at
    found = [
        lot
        for lot in work.state.lots.values()
        if lot.remaining > 0
        and lot.unit == unit
        and not lot.is_pending
        and (lot.expires_at is None or lot.expires_at > at)
        and (pot is None or lot.pot == pot)
    ]
    running = work.program.units.get(unit)
    order = running.spend_order if running else "expiring_first"  # the program may have dropped the unit
    found.sort(key=_ORDERS[order], reverse=order == "newest_first")
    return found


_ORDERS = {
    "expiring_first": lambda lot: (lot.expires_at or NEVER, lot.earned_at, lot.id.int),
    "oldest_first": lambda lot: (lot.earned_at, lot.id.int),
    "newest_first": lambda lot: (lot.earned_at, lot.id.int),
    "bonus_first": lambda lot: (not lot.is_bonus, lot.expires_at or NEVER, lot.earned_at, lot.id.int),
}


def usable(work: Work, unit: str) -> int:
    """Return how many points one spending may take: all, those of the pot that is told, or of the fullest; none while in debt or held."""
    wallet = work.state.wallets.get(unit)
    if wallet is None or wallet.debt or work.state.profile.is_spending_held(work.at):
        return 0
    lots = spendable(work, unit)
    running = work.program.units[unit]
    if running.pots is None:
        return sum(lot.remaining for lot in lots)
    if running.pot_field is not None and (mine := pot_of(work, running)):
        return sum(lot.remaining for lot in lots if lot.pot == mine)
    return max(_by_pot(lots).values(), default=0)


def spend(
    work: Work, unit: str, points: int, *, kind: str = "SPEND", target: str = "REDEEMED", rule: str = "",
    reason: str = "spent", params: dict[str, Any] | None = None, pot: str | None = None, ref: str | None = None,
) -> Entry:  # fmt: skip
    """Take points from the lots in spending order, from one pot where pots are kept apart; ``entry.uses`` names the lots.

    ``kind``/``target`` for other ways out: TRANSFER to TRANSFER, SPEND to PARTNER or FEES, HOLD to HELD, ADJUST to CANCELLED.

    Raises:
        Rejected: ``points_insufficient`` (needed, usable), ``points_owed`` while there is debt (R41).
    """
    wallet = work.state.wallets.get(unit)
    if wallet is not None and wallet.debt:
        raise reject("points_owed", "Points are owed first.", unit=unit, debt=wallet.debt)
    lots = spendable(work, unit)
    running = work.program.units[unit]
    if running.pots is not None:
        lots = _of_one_pot(work, running, lots, points, pot)
    there = sum(lot.remaining for lot in lots)
    if there < points:
        raise reject("points_insufficient", "Not enough points.", unit=unit, needed=points, usable=there)
    uses = take_from(work, lots, points)
    used_pot = work.state.lots[uses[0][0]].pot if running.pots is not None else ""
    return work.entry(
        kind, unit, points, "ACTIVE", target, uses=uses, rule=rule, reason=reason, params=params, pot=used_pot, ref=ref
    )


def _by_pot(lots: Iterable[Lot]) -> dict[str, int]:
    found: dict[str, int] = {}
    for lot in lots:
        found[lot.pot] = found.get(lot.pot, 0) + lot.remaining
    return found


def _of_one_pot(work: Work, unit: RunningUnit, lots: list[Lot], points: int, pot: str | None) -> list[Lot]:
    """Return the lots of one pot: the one named, the one of the activity's field, or the first that holds enough."""
    if pot is None and unit.pot_field is not None:
        pot = pot_of(work, unit) or None
    if pot is None:
        sums = _by_pot(lots)
        pot = next((each for each, there in sums.items() if there >= points), max(sums, key=lambda each: sums[each], default=""))
    return [lot for lot in lots if lot.pot == pot]


def take_from(work: Work, lots: Iterable[Lot], points: int) -> Uses:
    """Lower what remains of the lots by ``points`` at most, in the order given, and return the uses; writes no entry."""
    uses = []
    for lot in lots:
        if points <= 0:
            break
        taken = min(points, lot.remaining)
        if taken:
            work.lot(lot.id).remaining -= taken
            uses.append((lot.id, taken))
            points -= taken
    return tuple(uses)


def expire(work: Work, lot_id: UUID, reason: str = "expired") -> None:
    """Book what is left of a lot as expired; a pending lot too."""
    lot = work.lot(lot_id)
    points, lot.remaining = lot.remaining, 0
    if points:
        if lot.ref:
            _remember(work, lot, points)
        source = "PENDING" if lot.is_pending else "ACTIVE"
        work.entry(
            "EXPIRE",
            lot.unit,
            points,
            source,
            "EXPIRED",
            uses=((lot.id, points),),
            rule=lot.rule,
            reason=reason,
            pot=lot.pot,
            ref=lot.ref,
        )


def _remember(work: Work, lot: Lot, points: int) -> None:
    """Keep for a while how many points of an order lapsed: a return does not ask for them again."""
    lapsed = work.mark("lapsed", {})
    lapsed[str(lot.id)] = points
    for old in list(lapsed)[:-LAPSED_MAX]:
        del lapsed[old]


def lapsed_of(work: Work, lot_id: UUID, points: int) -> int:
    """Return how many of ``points`` of a lot lapsed by themselves, and forget them."""
    if str(lot_id) not in work.state.marks.get("lapsed", {}):
        return 0
    lapsed: dict[str, int] = work.mark("lapsed", {})
    found = min(lapsed[str(lot_id)], points)
    lapsed[str(lot_id)] -= found
    return found


def cancel_pending(
    work: Work, lot_id: UUID, points: int | None = None, *, reason: str = "cancelled", reverses: UUID | None = None
) -> int:
    """Cancel points that still wait (R21): ``points`` at most, None for all; returns how many."""
    lot = work.lot(lot_id)
    assert lot.is_pending, "only what waits is cancelled"
    taken = lot.remaining if points is None else min(points, lot.remaining)
    if taken:
        lot.remaining -= taken
        uses = ((lot.id, taken),)
        work.entry(
            "CANCEL" if reverses is None else "REVERSE", lot.unit, taken, "PENDING", "CANCELLED",
            uses=uses, rule=lot.rule, reason=reason, reverses=reverses, pot=lot.pot, ref=lot.ref,
        )  # fmt: skip
    return taken


def expire_all(work: Work, unit: str, reason: str) -> int:
    """Expire all that is left of a unit, waiting or not; returns how many points."""
    lots = [lot for lot in work.state.lots.values() if lot.unit == unit and lot.remaining > 0]
    total = sum(lot.remaining for lot in lots)
    for lot in lots:
        expire(work, lot.id, reason)
    return total
