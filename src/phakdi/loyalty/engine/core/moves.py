"""The moves of the ledger. Each writes entries, changes lots with them, and leaves wallet, lots and entries in agreement.

``reason`` is a code and ``params`` its figures; ``ref`` is the order or redemption that it belongs to (by default the one
that the activity names). Points are > 0 everywhere.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from phakdi.loyalty.engine.core import expiry, waiting
from phakdi.loyalty.engine.core.state import Entry, Lot
from phakdi.loyalty.engine.core.work import Work, reject
from phakdi.loyalty.programs import periods
from phakdi.loyalty.programs.compiled import RunningPending, RunningRule, RunningUnit
from phakdi.loyalty.programs.document.values import Expiry

Uses = tuple[tuple[UUID, int], ...]
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
CALENDAR_POTS = {"day": "D", "week": "W", "month": "M", "quarter": "Q", "half_year": "H", "year": "Y"}
KEEP = object()  # "work it out by the program"


@dataclass(slots=True, frozen=True)
class Granted:
    """What was granted after the balance cap: the points, their lot and the entry that gave them."""

    points: int
    lot: Lot
    entry: Entry


# --- giving -------------------------------------------------------------------------------------------------------------


def grant(
    work: Work, unit: str, points: int, *, rule: RunningRule | None = None, rule_key: str = "", reason: str = "earned",
    params: dict[str, Any] | None = None, kind: str = "EARN", source: str = "ISSUED", is_bonus: bool = False,
    pot: str | None = None, pending: Sequence[RunningPending] | None = None, expires: Sequence[Expiry] | None = None,
    expires_at: Any = KEEP, ref: str | None = None,
) -> Granted | None:  # fmt: skip
    """Give points as one lot: pending or spendable, with the expiry of rule or unit, up to the balance cap (R12).

    What is spendable at once pays debt first (R41). ``pending=()`` gives at once; ``expires_at`` (None: never) overrides the
    policies, as for points that keep their expiry. Returns None where the cap leaves no room.
    """
    running = work.program.units[unit]
    allowed = within_cap(work, running, points)
    if allowed <= 0:
        return None
    if pending is None:
        pending = running.pending if rule is None or rule.pending is None else rule.pending
    wait = waiting.wait_of(work, pending) if pending else None
    lot = Lot(
        work.new_id(), unit, allowed, allowed, work.at, wait.available_at if wait else work.at, None, wait is not None,
        wait.waits_for if wait else "", wait.cancel_at if wait else None, pot_of(work, running) if pot is None else pot,
        rule.key if rule else rule_key, is_bonus or bool(rule and rule.bonus), work.reported.id if work.reported else None,
        (work.activity.of or work.activity.ref) if ref is None else ref,
    )  # fmt: skip
    work.new_lots[lot.id] = work.state.lots[lot.id] = lot
    _remember_first(work, unit)
    if expires_at is not KEEP:
        lot.expires_at = expires_at
    elif wait is None or wait.available_at is not None:
        lot.expires_at = expiry_of(work, lot, expires)
    target = "PENDING" if wait else "ACTIVE"
    entry = work.entry(
        kind, unit, allowed, source, target, uses=((lot.id, allowed),), rule=lot.rule, reason=reason, params=params, pot=lot.pot, ref=lot.ref
    )
    if wait is None:
        repay(work, lot)
    return Granted(allowed, lot, entry)


def within_cap(work: Work, unit: RunningUnit, points: int) -> int:
    """Return how many of ``points`` the unit's balance cap leaves room for."""
    if unit.cap is None:
        return points
    wallet = work.state.wallets.get(unit.key)
    there = wallet.active + wallet.pending + wallet.held if wallet else 0
    return max(min(points, work.quantity(unit.cap) - there), 0)


def pot_of(work: Work, unit: RunningUnit) -> str:
    """Return the pot that points of this activity belong to; empty where the unit knows none."""
    if unit.pots is None:
        return ""
    if unit.pot_field is not None:
        value = unit.pot_field(work)
        return "" if value is None else str(value)
    return periods.bucket(CALENDAR_POTS[unit.pots], work.today)


def expiry_of(work: Work, lot: Lot, expires: Sequence[Expiry] | None = None) -> datetime | None:
    """Return when a lot ends by its rule's policies, else its unit's."""
    policies = policies_of(work, lot) if expires is None else expires
    if not policies:
        return None
    starts_at = lot.available_at or work.at
    return expiry.end_of(work, policies, starts_at=starts_at, earned_at=lot.earned_at, unit=lot.unit, is_bonus=lot.is_bonus)


def policies_of(work: Work, lot: Lot) -> Sequence[Expiry]:
    """Return the expiry policies under which a lot lives."""
    rule = work.program.rule_by_key.get(lot.rule) if lot.rule else None
    if rule is not None and rule.expires is not None:
        return rule.expires
    unit = work.program.units.get(lot.unit)
    return unit.expires if unit else ()


def _remember_first(work: Work, unit: str) -> None:
    kept = work.state.marks.get("first_earned")
    if kept is None or unit not in kept:
        work.mark("first_earned", {})[unit] = work.at.isoformat()


def activate(work: Work, lot: Lot) -> None:
    """Make a pending lot (in the caller's hands) spendable from ``work.at`` on; its expiry clock starts now (R18)."""
    lot.is_pending, lot.waits_for, lot.cancel_at = False, "", None
    lot.available_at = work.at
    if lot.expires_at is None:
        lot.expires_at = expiry_of(work, lot)
    if lot.remaining:
        uses = ((lot.id, lot.remaining),)
        work.entry(
            "ACTIVATE", lot.unit, lot.remaining, "PENDING", "ACTIVE", uses=uses, rule=lot.rule, reason="available", pot=lot.pot, ref=lot.ref
        )
        repay(work, lot)


def repay(work: Work, lot: Lot) -> int:
    """Pay debt of the unit from a lot that has just become spendable (R41); returns the points paid."""
    wallet = work.state.wallets[lot.unit]
    paid = min(wallet.debt, lot.remaining)
    if paid:
        lot.remaining -= paid
        work.entry("REPAY", lot.unit, paid, "ACTIVE", "DEBT", uses=((lot.id, paid),), reason="debt_repaid", pot=lot.pot, ref=lot.ref)
    return paid


# --- taking -------------------------------------------------------------------------------------------------------------


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
    order = work.program.units[unit].spend_order
    found.sort(key=_ORDERS[order], reverse=order == "newest_first")
    return found


_ORDERS = {
    "expiring_first": lambda lot: (lot.expires_at or NEVER, lot.earned_at, lot.id.int),
    "oldest_first": lambda lot: (lot.earned_at, lot.id.int),
    "newest_first": lambda lot: (lot.earned_at, lot.id.int),
    "bonus_first": lambda lot: (not lot.is_bonus, lot.expires_at or NEVER, lot.earned_at, lot.id.int),
}


def usable(work: Work, unit: str) -> int:
    """Return how many points one spending may take: all spendable ones, or those of the fullest pot; none while there is debt."""
    wallet = work.state.wallets.get(unit)
    if wallet is None or wallet.debt:
        return 0
    lots = spendable(work, unit)
    running = work.program.units[unit]
    if running.pots is None:
        return sum(lot.remaining for lot in lots)
    if running.pot_field is not None:
        mine = pot_of(work, running)
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
    return work.entry(kind, unit, points, "ACTIVE", target, uses=uses, rule=rule, reason=reason, params=params, pot=used_pot, ref=ref)


def _by_pot(lots: Iterable[Lot]) -> dict[str, int]:
    found: dict[str, int] = {}
    for lot in lots:
        found[lot.pot] = found.get(lot.pot, 0) + lot.remaining
    return found


def _of_one_pot(work: Work, unit: RunningUnit, lots: list[Lot], points: int, pot: str | None) -> list[Lot]:
    """Return the lots of one pot: the one named, the one of the activity's field, or the first that holds enough."""
    if pot is None and unit.pot_field is not None:
        pot = pot_of(work, unit)
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
        source = "PENDING" if lot.is_pending else "ACTIVE"
        work.entry("EXPIRE", lot.unit, points, source, "EXPIRED", uses=((lot.id, points),), rule=lot.rule, reason=reason, pot=lot.pot, ref=lot.ref)


def cancel_pending(work: Work, lot_id: UUID, points: int | None = None, *, reason: str = "cancelled", reverses: UUID | None = None) -> int:
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


# --- giving back ------------------------------------------------------------------------------------------------------------


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


# --- holds ---------------------------------------------------------------------------------------------------------------------


def hold(work: Work, unit: str, points: int, *, ref: str, until: datetime | None, reason: str = "held") -> Entry:
    """Keep points for a redemption called ``ref`` until it is confirmed, released, or ``until`` comes (R65)."""
    entry = spend(work, unit, points, kind="HOLD", target="HELD", reason=reason, ref=ref)
    work.mark("holds", {})[ref] = {
        "unit": unit,
        "points": points,
        "uses": [[str(lot_id), taken] for lot_id, taken in entry.uses],
        "until": until.isoformat() if until else None,
        "entry": str(entry.id),
    }
    return entry


def release(work: Work, ref: str, reason: str = "released") -> int:
    """Give back what is held under ``ref`` and return the points. Rejected (``hold_unknown``): nothing is held."""
    held = _take_hold(work, ref)
    uses = [(UUID(lot_id), points) for lot_id, points in held["uses"]]
    return restore(work, held["unit"], uses, source="HELD", kind="RELEASE", reverses=UUID(held["entry"]), reason=reason, ref=ref)


def confirm(work: Work, ref: str, reason: str = "spent") -> Entry:
    """Spend what is held under ``ref``. Rejected (``hold_unknown``): nothing is held."""
    held = _take_hold(work, ref)
    return work.entry("SPEND", held["unit"], held["points"], "HELD", "REDEEMED", reason=reason, ref=ref)


def _take_hold(work: Work, ref: str) -> dict[str, Any]:
    if ref not in work.state.marks.get("holds", {}):
        raise reject("hold_unknown", "Nothing is held under this name.", ref=ref)
    found: dict[str, Any] = work.mark("holds", {}).pop(ref)
    return found


# --- between members ------------------------------------------------------------------------------------------------------------


def transfer_out(work: Work, unit: str, points: int, *, reason: str, params: dict[str, Any] | None = None, ref: str | None = None) -> list[dict[str, Any]]:
    """Take points for another member and return the parcels they travel in: ``points``, ``expires_at`` (JSON shapes, R30)."""
    entry = spend(work, unit, points, kind="TRANSFER", target="TRANSFER", reason=reason, params=params, ref=ref)
    parcels: dict[str | None, int] = {}
    for lot_id, taken in entry.uses:
        expires_at = work.state.lots[lot_id].expires_at
        key = expires_at.isoformat() if expires_at else None
        parcels[key] = parcels.get(key, 0) + taken
    return [{"points": points, "expires_at": expires_at} for expires_at, points in parcels.items()]


def transfer_in(work: Work, unit: str, parcels: Iterable[dict[str, Any]], *, renew: bool, reason: str, params: dict[str, Any] | None = None) -> int:
    """Give the points of parcels, each with its own end (or, where they ``renew``, a new one); returns how many."""
    total = 0
    for parcel in parcels:
        end = parcel.get("expires_at")
        expires_at = KEEP if renew else datetime.fromisoformat(end) if end else None
        given = grant(
            work, unit, parcel["points"], kind="TRANSFER", source="TRANSFER", reason=reason, params=params, pending=(), expires_at=expires_at
        )
        total += given.points if given else 0
    return total


# --- marks ------------------------------------------------------------------------------------------------------------------------


def once(work: Work, key: str) -> bool:
    """Take a once-only mark: True the first time, False ever after."""
    if key in work.state.marks.get("once", {}):
        return False
    work.mark("once", {})[key] = work.at.isoformat()
    return True
