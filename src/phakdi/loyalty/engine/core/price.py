"""What a basket costs this member: discounts, vouchers and points taken off, and why the others did not apply.

Pure: nothing is used up here. ``Priced.activity`` is the purchase to be recorded afterwards; recording never prices.
Everything is in minor units, and ``amount - other_discount - discount == pay``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from phakdi.loyalty.engine.core import clockwork, levels, price_discounts, price_points, price_vouchers
from phakdi.loyalty.engine.core.price_basket import Applied, Basket
from phakdi.loyalty.engine.core.state import Activity, Line, MemberState, Verdict
from phakdi.loyalty.engine.core.work import Work
from phakdi.loyalty.programs.compiled import CompiledProgram


@dataclass(slots=True, frozen=True)
class PricedLine:
    """A line with what is taken off it and what is left to pay."""

    id: str
    amount: int
    discount: int
    pay: int


@dataclass(slots=True, frozen=True)
class Priced:
    """The price of a basket.

    ``discount`` is all that the program takes off: discounts, vouchers and points. ``shipping`` is the fee for delivery
    under the program, None where nothing is said of it; it is not part of ``pay``.
    """

    activity: Activity
    amount: int
    discount: int
    voucher_discount: int
    points_value: int
    points: int
    pay: int
    shipping: int | None
    lines: tuple[PricedLine, ...]
    applied: tuple[Applied, ...]
    verdicts: tuple[Verdict, ...]
    gifts: tuple[Mapping[str, Any], ...] = field(default=())


def price(state: MemberState, basket: Activity, *, program: CompiledProgram, now: datetime) -> Priced:
    """Return what ``basket`` (a purchase as read) costs the member, and the purchase to record for it.

    Vouchers named in it and points offered (``pay_points``) must be usable; discounts apply by themselves where they can.

    Raises:
        Rejected: a named voucher or the points offered may not be used, with the rule's reason.
    """
    work = Work(state, program, now, basket)
    clockwork.pass_time(work, min(basket.at, now))
    work.look_at(basket, basket.at)
    levels.begin(work)
    counter = Basket(work, basket)
    vouchers = price_vouchers.named(work, counter)
    price_discounts.apply(work, counter, alone=any(not voucher.is_combinable for voucher in vouchers))
    price_vouchers.apply(work, counter, vouchers)
    plan = price_points.of_basket(work, counter)
    return _answer(work, counter, vouchers, plan)


def _answer(work: Work, counter: Basket, vouchers: list[price_vouchers.Named], plan: price_points.Plan | None) -> Priced:
    points_value = plan.value if plan else 0
    voucher_discount = counter.total("voucher")
    discount = counter.total("discount")
    parts = counter.parts_of("discount", "voucher")
    left = counter.spread_over(points_value)
    lines = tuple(
        PricedLine(line.id, line.amount, taken + paid, line.amount - counter.outside[n] - taken - paid)
        for n, (line, taken, paid) in enumerate(zip(counter.lines, parts, left, strict=True))
    )
    return Priced(
        activity=_to_record(work, counter, vouchers, plan),
        amount=counter.amount,
        discount=discount + voucher_discount + points_value,
        voucher_discount=voucher_discount,
        points_value=points_value,
        points=plan.points if plan else 0,
        pay=counter.rest - points_value,
        shipping=counter.shipping,
        lines=lines,
        applied=tuple(counter.applied),
        verdicts=tuple(work.verdicts),
        gifts=tuple(counter.gifts),
    )


def _to_record(work: Work, counter: Basket, vouchers: list[price_vouchers.Named], plan: price_points.Plan | None) -> Activity:
    """Return the purchase with what was taken off in its fields, as recording expects it."""
    basket = work.activity
    kept = {name: value for name, value in basket.fields.items() if name not in _ASKED}
    taken: dict[str, Any] = {
        "discount": counter.given + counter.total("discount"),
        "voucher_discount": counter.total("voucher"),
        "discounts": [a.key for a in counter.applied if a.kind in _BY_ITSELF],
        "discount_values": [str(a.amount) for a in counter.applied if a.kind in _BY_ITSELF],
        "vouchers": [str(voucher.id) if voucher.id else f"{price_vouchers.OFFERED}{voucher.key}" for voucher in vouchers],
        "voucher_values": [str(counter.of_voucher(voucher.key, voucher.id)) for voucher in vouchers],
    }
    fields = kept | {name: value for name, value in taken.items() if value}
    if taken["voucher_discount"]:  # lines show both together: say that the discount alone was none
        fields["discount"] = taken["discount"]
    if plan:
        fields.update(points_value=plan.value, pay_points=plan.points, spending=plan.rule.key)
    if counter.shipping is not None:
        fields["shipping_charged"] = counter.shipping
    kinds = ("discount", "voucher") if work.program.document.base.vouchers == "exclude" else ("discount",)
    parts = counter.parts_of(*kinds)
    lines = tuple(_line(line, part) for line, part in zip(basket.lines, parts, strict=False))
    return replace(basket, amount=counter.amount, lines=lines, fields=fields)


_BY_ITSELF = frozenset({"discount", "gift", "shipping"})
_ASKED = frozenset({"voucher", "vouchers", "choose", "pay_points", "pay_points_max", "discount"})


def _line(line: Line, part: int) -> Line:
    if not part:
        return line
    return replace(line, fields={**line.fields, "discount": int(line.fields.get("discount") or 0) + part})
