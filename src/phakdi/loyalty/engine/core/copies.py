"""Cheap copies of the engine's values: fields by hand, because every till transaction passes through here."""

from typing import Any

from phakdi.loyalty.engine.core.state import Lot, Membership, MemberState, Standing, Voucher, Wallet


def state(old: MemberState) -> MemberState:
    """Return a state whose containers may be changed; what is in them still belongs to ``old``."""
    return MemberState(
        old.organization_id,
        old.member_id,
        old.version,
        old.clock,
        old.profile,
        dict(old.wallets),
        old.lots.copy(),
        dict(old.vouchers),
        old.standing,
        old.membership,
        dict(old.meters),
        dict(old.marks),
        dict(old.orders),
        dict(old.budgets),
    )


def wallet(old: Wallet) -> Wallet:
    """Return an equal wallet."""
    return Wallet(old.unit, old.active, old.pending, old.held, old.debt, old.earned, old.spent, old.expired)


def lot(old: Lot) -> Lot:
    """Return an equal lot."""
    return Lot(
        old.id, old.unit, old.granted, old.remaining, old.earned_at, old.available_at, old.expires_at, old.is_pending,
        old.waits_for, old.cancel_at, old.pot, old.rule, old.is_bonus, old.activity_id, old.ref,
    )  # fmt: skip


def voucher(old: Voucher) -> Voucher:
    """Return an equal voucher."""
    return Voucher(
        old.id, old.definition, old.state, old.issued_at, old.starts_at, old.expires_at, old.value_minor, old.uses_left,
        old.rule, old.activity_id, old.ref, old.choice,
    )  # fmt: skip


def standing(old: Standing) -> Standing:
    """Return an equal standing."""
    return Standing(old.level, old.since, old.until, old.grace_until, old.next_level, old.next_at, old.assigned)


def membership(old: Membership) -> Membership:
    """Return an equal membership."""
    return Membership(old.plan, old.since, old.until, old.ended, old.fee_paid_minor)


def document(old: Any) -> Any:
    """Return a deep copy of a JSON value."""
    if isinstance(old, dict):
        return {key: document(value) for key, value in old.items()}
    return [document(value) for value in old] if isinstance(old, list) else old
