"""Using and handing out vouchers."""

from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from phakdi.loyalty.engine.core import limits, meters, moves, orders, price_vouchers, rights
from phakdi.loyalty.engine.core.handlers import asking, referring
from phakdi.loyalty.engine.core.price_basket import Basket
from phakdi.loyalty.engine.core.price_vouchers import Named
from phakdi.loyalty.engine.core.work import Work, reject

COUNT_MAX = 100


def use(work: Work) -> None:
    """Use a voucher, on a ``bill`` where one is told.

    Raises:
        Rejected: it is not there, not open, or its conditions are not met.
    """
    asking.demand_active(work)
    activity = work.activity
    names = price_vouchers.names_in(work)
    if not names and activity.fields.get("value") is not None:
        names = [str(Decimal(activity.fields["value"]).scaleb(-work.program.exponent))]
    if not names:
        raise reject("voucher_not_found", "Say which voucher.", voucher="")
    bill = activity.fields.get("bill", activity.amount)
    basket = Basket(work, activity) if activity.amount is not None or activity.lines else None
    if basket is None and bill is not None:
        basket = Basket(work, replace(activity, amount=bill))
    found: list[Named] = []
    for name in names:
        voucher = price_vouchers.find(work, name, besides={item.id for item in found if item.id})
        price_vouchers.check(work, voucher, None if basket is None else basket.bill, basket)
        found.append(voucher)
    if basket is not None:
        price_vouchers.apply(work, basket, found)
        work.outcome["discount"], work.outcome["pay"] = basket.total("voucher"), basket.rest
        _tell_gifts(work, basket.gifts)
    for voucher in found:
        value = basket.of_voucher(voucher.key, voucher.id) if basket is not None else None
        spend(work, voucher, ref=activity.of or activity.ref, value=value)
        if basket is None and voucher.definition.item is not None:
            _tell_gifts(work, [{"voucher": voucher.key, "item": voucher.definition.item}])


def _tell_gifts(work: Work, gifts: list[dict[str, Any]]) -> None:
    if gifts:
        work.outcome.setdefault("gifts", []).extend(gifts)


def spend(work: Work, voucher: Named, *, ref: str, value: int | None) -> None:
    """Book the use of a voucher that was found to be usable: its own life, its limits, and the points it gives."""
    kept = limits.count(work, voucher.running.limits, uses=1, value=value or 0, amount=value or 0)
    if kept and work.order_doc is not None:
        work.order_doc.setdefault("limits", []).extend(kept)
    voucher_id = voucher.id
    if voucher_id is None:  # offered to everybody: issued in the moment of its use
        issued = rights.issue(work, voucher.key, rule=price_vouchers.OFFERED, expires_at=None)
        issued.starts_at, voucher_id = work.at, issued.id
        meters.book(work, f"{price_vouchers.OFFERED}{voucher.key}", "L", 1)
    before = work.state.vouchers[voucher_id].value_minor
    used = rights.use(work, voucher_id, ref=ref, value=value)
    if voucher.definition.partial and value is not None and before is not None and value >= before:
        used.state, used.uses_left = "USED", 0
    is_part = used.state == "ISSUED" and voucher.definition.partial
    orders.note_voucher(work, voucher_id, value=value if is_part else None)
    if voucher.running.points is not None and (points := work.quantity(voucher.running.points)):
        unit = voucher.definition.unit or work.program.main_unit
        moves.grant(
            work, unit, points, rule_key=f"voucher:{voucher.key}", reason="voucher", params={"voucher": voucher.key}, pending=()
        )
    work.outcome.setdefault("vouchers_used", []).append(voucher.key)


def grant(work: Work) -> None:
    """Hand out a voucher, with its own ``value`` where one is said.

    Raises:
        Rejected: ``voucher_unknown``: the program has no such voucher.
    """
    asking.demand_active(work)
    fields = work.activity.fields
    if not referring.is_rewarded(work):
        return
    key, value = _definition(work, fields.get("voucher")), fields.get("value")
    if value is None and str(fields.get("voucher")) not in work.program.vouchers:
        value = int(Decimal(str(fields["voucher"])).scaleb(work.program.exponent))
    count = int(fields.get("count") or 1)
    if not 0 < count <= COUNT_MAX:
        raise reject("count_invalid", "So many vouchers are not handed out at once.", count=count, maximum=COUNT_MAX)
    for _ in range(count):
        rights.issue(work, key, value=value, rule="granted")
    work.outcome["vouchers"] = [key] * count


def _definition(work: Work, name: Any) -> str:
    """Return the definition called ``name``; a number means the one worth that much, or the only one with a value."""
    vouchers = work.program.vouchers
    if str(name) in vouchers:
        return str(name)
    try:
        worth = int(Decimal(str(name)).scaleb(work.program.exponent)) if name is not None else None
    except ArithmeticError:
        worth = None
    if worth is not None or name is None:
        same = [key for key, running in vouchers.items() if running.amount is not None and work.quantity(running.amount) == worth]
        valued = same or [key for key, running in vouchers.items() if running.percent is None]
        if valued and (same or len(valued) == 1):
            return valued[0]
    raise reject("voucher_unknown", "The program has no such voucher.", voucher=str(name), known=sorted(vouchers))


def cancel(work: Work) -> None:
    """Take a voucher back that was not used: ``of`` is its id.

    Raises:
        Rejected: ``voucher_not_found``, ``voucher_not_open``.
    """
    voucher = next((v for v in work.state.vouchers.values() if str(v.id) == work.activity.of), None)
    if voucher is None:
        raise reject("voucher_not_found", "The member has no such voucher.", voucher=work.activity.of)
    if voucher.state not in rights.OPEN:
        raise reject("voucher_not_open", "This voucher is not open.", voucher=voucher.definition, state=voucher.state)
    rights.cancel(work, UUID(work.activity.of), reason=str(work.activity.fields.get("reason") or "cancelled"))
