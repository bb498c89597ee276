"""Vouchers that a basket names: which right is meant, whether it may be used, and what it takes off."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from phakdi.kit.errors import Rejected
from phakdi.loyalty.engine.core import limits, meters
from phakdi.loyalty.engine.core.price_basket import Applied, Basket, part_of, times_quantity
from phakdi.loyalty.engine.core.state import Voucher
from phakdi.loyalty.engine.core.work import Work, reject
from phakdi.loyalty.programs.compiled import RunningDiscount
from phakdi.loyalty.programs.document.rules import VoucherDefinition
from phakdi.loyalty.programs.periods import Window

OFFERED = "offered:"
LIFETIME = Window("lifetime")


@dataclass(slots=True, frozen=True)
class Named:
    """A voucher as named: one that was issued, or one that is offered to everybody while its conditions hold."""

    key: str
    running: RunningDiscount
    definition: VoucherDefinition
    id: UUID | None
    value: int | None

    @property
    def is_combinable(self) -> bool:
        """Whether it may be used beside others."""
        return self.definition.combinable is not False


def names_in(work: Work) -> list[str]:
    """Return the names of the vouchers that the activity wants to use, each once."""
    fields = work.activity.fields
    wanted = [str(fields["voucher"])] if fields.get("voucher") else []
    wanted += [str(name) for name in fields.get("vouchers") or ()]
    chosen = fields.get("choose")
    if chosen and chosen in work.program.vouchers:
        wanted.append(str(chosen))
    return wanted


def named(work: Work, basket: Basket) -> list[Named]:
    """Return the vouchers that the basket names, all of which may be used on it together.

    Raises:
        Rejected: with the reason (R76).
    """
    found: list[Named] = []
    for name in names_in(work):
        try:
            voucher = find(work, name, besides={item.id for item in found if item.id})
            check(work, voucher, basket.bill, basket)
            _check_together(work, [*found, voucher])
        except Rejected as refusal:
            if work.program.stacking.invalid == "refuse":
                raise
            work.verdict(name, False, refusal.code, **refusal.details)
        else:
            found.append(voucher)
    return found


def find(work: Work, name: str, *, besides: set[UUID] | None = None) -> Named:
    """Return the voucher meant by ``name``: an id, a definition's key, or a value in currency units.

    Raises:
        Rejected: ``voucher_not_found``, ``voucher_expired``, ``voucher_not_started``, ``voucher_used``.
    """
    key = name.removeprefix(OFFERED)
    mine = [v for v in work.state.vouchers.values() if _is_meant(work, v, key) and v.id not in (besides or ())]
    ready = [
        v for v in mine if v.state == "ISSUED" and v.starts_at <= work.at and (v.expires_at is None or v.expires_at > work.at)
    ]
    if ready:
        best = min(ready, key=lambda v: (v.expires_at is None, v.expires_at or v.issued_at, v.issued_at, v.id.int))
        running = work.program.vouchers.get(best.definition)
        if running is not None:
            assert isinstance(running.definition, VoucherDefinition)
            return Named(best.definition, running, running.definition, best.id, best.value_minor)
    running = work.program.vouchers.get(key)
    if running is not None and isinstance(running.definition, VoucherDefinition) and running.definition.offered:
        return Named(key, running, running.definition, None, work.quantity(running.amount) if running.amount else None)
    raise _absent(work, name, mine)


def _is_meant(work: Work, voucher: Voucher, name: str) -> bool:
    if name in {voucher.definition, str(voucher.id)}:
        return True
    if voucher.value_minor is None or name in work.program.vouchers:
        return False
    try:
        return Decimal(name).scaleb(work.program.exponent) == voucher.value_minor
    except InvalidOperation:
        return False


def _absent(work: Work, name: str, mine: list[Voucher]) -> Rejected:
    """Return why a voucher that is not usable now is not (R76)."""
    last = max(mine, key=lambda v: (v.state == "ISSUED", v.issued_at, v.id.int), default=None)
    if last is None:
        return reject("voucher_not_found", "The member has no such voucher.", voucher=name)
    if last.state == "ISSUED" and last.starts_at > work.at:
        return reject("voucher_not_started", "This voucher is not valid yet.", voucher=name, starts_at=last.starts_at.isoformat())
    if last.state in {"ISSUED", "EXPIRED"} and last.expires_at is not None:
        return reject("voucher_expired", "This voucher is no longer valid.", voucher=name, expired_at=last.expires_at.isoformat())
    return reject("voucher_used", "This voucher was used or cancelled.", voucher=name, state=last.state)


def check(work: Work, voucher: Named, bill: int | None, basket: Basket | None = None) -> None:
    """Raise Rejected where the voucher may not be used now; ``bill`` None where it is used without one."""
    running, key = voucher.running, voucher.key
    if running.when is not None and not running.when(work):
        raise reject("voucher_condition", "The conditions of this voucher are not met.", voucher=key)
    minimum = work.quantity(running.minimum)
    if bill is not None and bill < minimum:
        raise reject("voucher_minimum", "The bill is too small for this voucher.", voucher=key, minimum=minimum, bill=bill)
    if basket is not None and running.lines is not None and not basket.matching(running.lines):
        raise reject("voucher_no_effect", "Nothing in the basket goes with this voucher.", voucher=key)
    check_uses(work, voucher)
    if not voucher.is_combinable and (other := work.activity.fields.get("other_discount")):
        raise reject("voucher_not_combinable", "This voucher cannot be combined with another offer.", voucher=key, other=other)


def check_uses(work: Work, voucher: Named) -> None:
    """Raise Rejected where the voucher's limits leave nothing, or one that is offered to all was used before."""
    limits.demand(work, voucher.running.limits, "uses", 1)
    counted = f"{OFFERED}{voucher.key}"
    if voucher.id is None and not voucher.definition.limits and meters.read(work, counted, LIFETIME) >= voucher.definition.uses:
        raise reject("voucher_used", "This voucher was used before.", voucher=voucher.key)


def _check_together(work: Work, found: list[Named]) -> None:
    most = work.program.stacking.vouchers
    if len(found) > most:
        raise reject("vouchers_too_many", "So many vouchers cannot be used on one bill.", maximum=most, named=len(found))
    for voucher in found:
        if len(found) > 1 and not voucher.is_combinable:
            raise reject("voucher_not_combinable", "This voucher cannot be combined.", voucher=voucher.key)
    groups = [voucher.definition.one_of for voucher in found if voucher.definition.one_of]
    if len(set(groups)) < len(groups):
        raise reject("voucher_one_of", "Only one of these vouchers may be used.", groups=sorted(set(groups)))


def apply(work: Work, basket: Basket, vouchers: list[Named]) -> None:
    """Take off what the vouchers are worth, in the order in which they were named.

    Raises:
        Rejected: ``voucher_no_effect`` for one that would be spent for nothing, ``voucher_whole_bill``.
    """
    for voucher in vouchers:
        numbers = basket.matching(voucher.running.lines)
        worth, numbers = _worth(work, basket, voucher, numbers)
        taken = basket.take("voucher", voucher.key, worth, numbers, voucher_id=voucher.id, exact=True)
        gives_more = _give_more(basket, voucher, taken)
        if not taken and not gives_more:
            raise reject("voucher_no_effect", "This voucher would take nothing off.", voucher=voucher.key)
        if voucher.definition.whole_bill and basket.rest:
            message = "This voucher must pay the whole bill."
            raise reject("voucher_whole_bill", message, voucher=voucher.key, left=basket.rest)
        work.verdict(voucher.key, True, "voucher", amount=taken)


def _worth(work: Work, basket: Basket, voucher: Named, numbers: list[int]) -> tuple[int, list[int]]:
    """Return what the voucher takes off, and the lines it takes that from."""
    running, definition = voucher.running, voucher.definition
    of = basket.initial if work.program.stacking.percent_of == "initial" else basket.running
    if definition.item is not None and (definition.item_up_to is not None or running.lines is not None):
        best = min(numbers, key=lambda number: (-_unit_price(basket, number, of), number))
        worth, numbers = _unit_price(basket, best, of), [best]
    elif running.percent is not None:
        worth = part_of(work, running.percent, sum(of[number] for number in numbers), running.rounding, running.quantum)
    else:
        worth = times_quantity(work, running, voucher.value or 0, [basket.lines[number] for number in numbers])
    if running.cap is not None:
        worth = min(worth, work.quantity(running.cap))
    for what in ("amount", "value"):
        worth, _ = limits.room(work, running.limits, what, worth)
    return worth, numbers


def _unit_price(basket: Basket, number: int, of: Any) -> int:
    """Return what one piece of a line costs: the free one is the best for the member, the first of equals (R80)."""
    quantity = basket.lines[number].quantity
    return int(of[number]) if quantity <= 1000 else int(of[number]) * 1000 // quantity  # noqa: PLR2004 - thousandths


def _give_more(basket: Basket, voucher: Named, taken: int) -> bool:
    """Add what a voucher gives besides money off, and return whether it gives anything."""
    definition = voucher.definition
    if definition.free_shipping:
        basket.charge_shipping(voucher.key, 0)
    if definition.item is not None and not taken:
        basket.gifts.append({"voucher": voucher.key, "item": definition.item})
        basket.applied.append(Applied("gift", voucher.key, voucher_id=voucher.id))
    return definition.free_shipping or definition.item is not None or definition.points is not None
