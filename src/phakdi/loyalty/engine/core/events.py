"""Activities about an order that let waiting points become spendable: delivered, shipped, confirmed, approved (R20)."""

from phakdi.loyalty.engine.core import moves, orders, waiting
from phakdi.loyalty.engine.core.state import Lot
from phakdi.loyalty.engine.core.work import Work, reject
from phakdi.loyalty.programs.compiled import RunningPending

ABOUT_ORDER = frozenset({"deliver", "ship", "confirm_receipt"})


def only_time(work: Work) -> None:
    """Nothing but the passing of time, which every step books anyway."""
    work.earns = False


def release_waiting(work: Work) -> None:
    """Let the lots of the order go on that waited for an activity of this kind; twice has one effect.

    Raises:
        Rejected: ``order_unknown`` for a delivery of something that is not known.
    """
    kind, of = work.activity.kind, work.activity.of
    if kind in ABOUT_ORDER and of and orders.find(work, of) is None:
        raise reject("order_unknown", "There is no such order.", ref=of)
    if not any(wallet.pending for wallet in work.state.wallets.values()):
        return
    for lot in list(work.state.lots.values()):
        if lot.is_pending and lot.waits_for and kind in lot.waits_for.split() and lot.remaining > 0 and (not of or lot.ref == of):
            _release(work, work.lot(lot.id), kind)


def _release(work: Work, lot: Lot, kind: str) -> None:
    rule = _rule_of(work, lot, kind)
    available_at = waiting.after_event(work, rule, work.at) if rule else work.at
    lot.waits_for, lot.cancel_at = "", None
    if available_at <= work.at:
        moves.activate(work, lot)
    else:
        lot.available_at = available_at
        lot.expires_at = lot.expires_at or moves.expiry_of(work, lot)


def _rule_of(work: Work, lot: Lot, kind: str) -> RunningPending | None:
    """Return the waiting rule that the lot lives under, for how long it waits after the event."""
    rule = work.program.rule_by_key.get(lot.rule)
    unit = work.program.units.get(lot.unit)
    rules = rule.pending if rule is not None and rule.pending is not None else unit.pending if unit is not None else ()
    return next((each for each in rules if kind in each.until), None)
