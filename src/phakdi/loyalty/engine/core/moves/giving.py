"""Giving points: as one lot each, pending or spendable, up to the balance cap."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from phakdi.loyalty.engine.core import expiry, waiting
from phakdi.loyalty.engine.core.state import Entry, Lot
from phakdi.loyalty.engine.core.work import Work
from phakdi.loyalty.programs import periods
from phakdi.loyalty.programs.compiled import RunningPending, RunningRule, RunningUnit
from phakdi.loyalty.programs.document.values import Expiry

CALENDAR_POTS = {"day": "D", "week": "W", "month": "M", "quarter": "Q", "half_year": "H", "year": "Y"}
KEEP = object()  # "work it out by the program"


@dataclass(slots=True)  # made for every grant, and never changed
class Granted:
    """What was granted after the balance cap: the points, their lot and the entry that gave them."""

    points: int
    lot: Lot
    entry: Entry


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
    work.new_lots[lot.id] = lot
    work.state.lots.add(lot)
    _remember_first(work, lot)
    if expires_at is not KEEP:
        lot.expires_at = expires_at
    elif wait is None or wait.available_at is not None:
        lot.expires_at = expiry_of(work, lot, expires)
    target = "PENDING" if wait else "ACTIVE"
    entry = work.entry(
        kind,
        unit,
        allowed,
        source,
        target,
        uses=((lot.id, allowed),),
        rule=lot.rule,
        reason=reason,
        params=params,
        pot=lot.pot,
        ref=lot.ref,
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
    if len(policies) == 1 and (simple := expiry.simple_end(work, policies[0], starts_at)) is not expiry.NOT_SIMPLE:
        return simple
    return expiry.end_of(work, policies, starts_at=starts_at, earned_at=lot.earned_at, unit=first_of(lot), is_bonus=lot.is_bonus)


def policies_of(work: Work, lot: Lot) -> Sequence[Expiry]:
    """Return the expiry policies under which a lot lives."""
    rule = work.program.rule_by_key.get(lot.rule) if lot.rule else None
    if rule is not None and rule.expires is not None:
        return rule.expires
    unit = work.program.units.get(lot.unit)
    return unit.expires if unit else ()


def first_of(lot: Lot) -> str:
    """Return the name under which the first of the points that are there is remembered: by unit, or by pot."""
    return f"{lot.unit}:{lot.pot}" if lot.pot else lot.unit


def _remember_first(work: Work, lot: Lot) -> None:
    """Remember when the first of what is there was earned; what comes after all was gone is the first again."""
    kept, name = work.state.marks.get("first_earned"), first_of(lot)
    if kept is None or name not in kept or not _is_there(work, lot):
        work.mark("first_earned", {})[name] = work.at.isoformat()


def _is_there(work: Work, lot: Lot) -> bool:
    """Whether anything is left beside a new lot in its wallet, or its pot."""
    if lot.pot:
        others = (other for other in work.state.lots.values() if other.unit == lot.unit and other.pot == lot.pot)
        return any(other.remaining > 0 and other is not lot for other in others)
    wallet = work.state.wallets.get(lot.unit)
    return wallet is not None and wallet.active + wallet.pending + wallet.held > 0


def activate(work: Work, lot: Lot) -> None:
    """Make a pending lot (in the caller's hands) spendable from ``work.at`` on; its expiry clock starts now (R18)."""
    lot.is_pending, lot.waits_for, lot.cancel_at = False, "", None
    lot.available_at = work.at
    if lot.expires_at is None:
        lot.expires_at = expiry_of(work, lot)
    if lot.remaining:
        uses = ((lot.id, lot.remaining),)
        work.entry(
            "ACTIVATE",
            lot.unit,
            lot.remaining,
            "PENDING",
            "ACTIVE",
            uses=uses,
            rule=lot.rule,
            reason="available",
            pot=lot.pot,
            ref=lot.ref,
        )
        repay(work, lot)


def repay(work: Work, lot: Lot) -> int:
    """Pay debt of the unit from a lot that has just become spendable (R41); returns the points paid."""
    wallet = work.state.wallets[lot.unit]
    paid = min(wallet.debt, lot.remaining)
    if paid:
        lot.remaining -= paid
        work.entry(
            "REPAY", lot.unit, paid, "ACTIVE", "DEBT", uses=((lot.id, paid),), reason="debt_repaid", pot=lot.pot, ref=lot.ref
        )
    return paid


def once(work: Work, key: str) -> bool:
    """Take a once-only mark: True the first time, False ever after."""
    if key in work.state.marks.get("once", {}):
        return False
    work.mark("once", {})[key] = work.at.isoformat()
    return True
