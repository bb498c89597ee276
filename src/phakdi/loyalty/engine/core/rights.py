"""Vouchers: issued, held, used, cancelled, expired. The right to something, with its own life."""

from datetime import datetime
from uuid import UUID

from phakdi.loyalty.engine.core import expiry, moves
from phakdi.loyalty.engine.core.lots import NEVER
from phakdi.loyalty.engine.core.state import Voucher
from phakdi.loyalty.engine.core.work import Work, reject
from phakdi.loyalty.programs import periods
from phakdi.loyalty.programs.document.rules import VoucherDefinition

OPEN = frozenset({"ISSUED", "HELD"})


def issue(work: Work, key: str, *, value: int | None = None, rule: str = "", expires_at: object = moves.KEEP) -> Voucher:
    """Issue a voucher of the definition ``key``; ``value`` in minor units where it differs from the definition's."""
    running = work.program.vouchers[key]
    definition = running.definition
    assert isinstance(definition, VoucherDefinition)
    starts_at = expiry.starts_on(work, definition.starts)
    valid = definition.valid
    policies = () if valid == "never" else valid if isinstance(valid, list) else (valid,)
    if expires_at is moves.KEEP:
        expires_at = expiry.end_of(work, policies, starts_at=starts_at) if policies else None
    if value is None and running.amount is not None:
        value = work.quantity(running.amount)
    found = Voucher(
        work.new_id(), key, "ISSUED", work.at, starts_at, expires_at if isinstance(expires_at, datetime) else None, value,
        definition.uses, rule, work.reported.id if work.reported else None, "", definition.one_of or "",
    )  # fmt: skip
    work.new_vouchers[found.id] = work.state.vouchers[found.id] = found
    work.fact("voucher.issued", voucher_id=found.id, definition=key, value=value, expires_at=found.expires_at)
    return found


def find_open(work: Work, name: str) -> Voucher | None:
    """Return the open voucher called ``name`` (its id, or its definition: the one that ends first) that may be used now."""
    at = work.at
    found = [
        voucher
        for voucher in work.state.vouchers.values()
        if voucher.state == "ISSUED"
        and name in {voucher.definition, str(voucher.id)}
        and voucher.starts_at <= at
        and (voucher.expires_at is None or voucher.expires_at > at)
    ]
    return min(found, key=lambda voucher: (voucher.expires_at or NEVER, voucher.issued_at, voucher.id.int), default=None)


def use(work: Work, voucher_id: UUID, *, ref: str, value: int | None = None) -> Voucher:
    """Use a voucher once for ``ref``; of one with a value in parts only ``value`` is taken.

    Raises:
        Rejected: ``voucher_not_open``, ``voucher_not_started``, ``voucher_expired``.
    """
    voucher = work.voucher(voucher_id)
    if voucher.state != "ISSUED":
        raise reject("voucher_not_open", "This voucher is not open.", voucher=voucher.definition, state=voucher.state)
    if voucher.starts_at > work.at:
        raise reject("voucher_not_started", "This voucher is not valid yet.", voucher=voucher.definition)
    if voucher.expires_at is not None and voucher.expires_at <= work.at:
        raise reject("voucher_expired", "This voucher is no longer valid.", voucher=voucher.definition)
    running = work.program.vouchers.get(voucher.definition)
    is_partial = running is not None and isinstance(running.definition, VoucherDefinition) and running.definition.partial
    if is_partial and value is not None and voucher.value_minor is not None and value < voucher.value_minor:
        voucher.value_minor -= value
    else:
        voucher.uses_left = max(voucher.uses_left - 1, 0)
        voucher.state = "ISSUED" if voucher.uses_left else "USED"
    voucher.ref = ref
    _choose(work, voucher)
    work.fact("voucher.used", voucher_id=voucher.id, definition=voucher.definition, ref=ref)
    return voucher


def _choose(work: Work, voucher: Voucher) -> None:
    """Of the vouchers that were issued on one day as a choice only one may be taken: cancel the others."""
    if not voucher.choice:
        return
    for other in list(work.state.vouchers.values()):
        together = periods.day_of(other.issued_at, work.zone) == periods.day_of(voucher.issued_at, work.zone)
        if other.choice == voucher.choice and other.id != voucher.id and other.state == "ISSUED" and together:
            cancel(work, other.id, reason="other_chosen")


def cancel(work: Work, voucher_id: UUID, reason: str = "cancelled") -> None:
    """Cancel a voucher."""
    voucher = work.voucher(voucher_id)
    voucher.state = "CANCELLED"
    work.fact("voucher.cancelled", voucher_id=voucher.id, definition=voucher.definition, reason=reason)


def reopen(work: Work, voucher_id: UUID, *, value: int | None = None) -> Voucher:
    """Make a used voucher usable again (R43): with at least what was left of its life when it was used, or the courtesy time."""
    voucher = work.voucher(voucher_id)
    voucher.state = "ISSUED"
    voucher.uses_left += 1 if value is None else 0
    if value is not None and voucher.value_minor is not None:
        voucher.value_minor += value
    voucher.uses_left = max(voucher.uses_left, 1)
    if voucher.expires_at is not None and voucher.expires_at <= work.at:
        voucher.expires_at = moves.courtesy_end(work)
    voucher.ref = ""
    work.fact("voucher.restored", voucher_id=voucher.id, definition=voucher.definition)
    return voucher


def expire(work: Work, voucher_id: UUID) -> None:
    """Book a voucher as expired."""
    voucher = work.voucher(voucher_id)
    voucher.state = "EXPIRED"
    work.fact("voucher.expired", voucher_id=voucher.id, definition=voucher.definition)
