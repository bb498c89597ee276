"""What a purchase uses up: the vouchers, the points and the discounts that were on its bill."""

from dataclasses import replace
from uuid import UUID

from phakdi.loyalty.engine.core import limits, meters, moves, orders, price_points, price_vouchers
from phakdi.loyalty.engine.core.handlers import asking, vouchers
from phakdi.loyalty.engine.core.state import Entry
from phakdi.loyalty.engine.core.work import Work, reject
from phakdi.loyalty.programs.compiled import RunningSpending

OUTSIDE = frozenset({"cash", "card", "credit_card", "debit_card"})  # never a wallet of the program, whatever that is called


def purchase(work: Work) -> None:
    """Use the vouchers that the purchase names and take the points that paid part of it.

    Raises:
        Rejected: a voucher or the points cannot be used; the purchase is not recorded.
    """
    if "left" in work.state.marks:
        work.earns = False
        work.verdict("", False, "membership_cancelled")
    _use_vouchers(work)
    _count_discounts(work)
    _take_points(work)
    _take_credit(work)
    if (shipping := work.activity.fields.get("shipping_charged")) is not None:
        work.outcome["shipping"] = shipping


def _use_vouchers(work: Work) -> None:
    names, fields = price_vouchers.names_in(work), work.activity.fields
    if not names:
        return
    asking.demand_active(work)
    values = [int(value) for value in fields.get("voucher_values") or ()]
    was_priced = len(values) == len(names)
    if not values and len(names) == 1 and fields.get("voucher_discount"):
        values = [int(fields["voucher_discount"])]
    used: set[UUID] = set()
    for number, name in enumerate(names):
        voucher = price_vouchers.find(work, name, besides=used)
        if was_priced:  # its terms were looked at with the basket as it was then
            price_vouchers.check_uses(work, voucher)
        else:
            price_vouchers.check(work, voucher, work.activity.amount)
        if voucher.id:
            used.add(voucher.id)
        vouchers.spend(work, voucher, ref=work.activity.ref, value=values[number] if number < len(values) else None)


def _count_discounts(work: Work) -> None:
    """Count the limits of the discounts that were given."""
    fields = work.activity.fields
    values = list(fields.get("discount_values") or ())
    for number, key in enumerate(fields.get("discounts") or ()):
        running = next((discount for discount in work.program.discounts if discount.key == key), None)
        if running is not None and running.limits:
            value = int(values[number]) if number < len(values) else 0
            kept = limits.count(work, running.limits, uses=1, value=value, amount=value)
            if work.order_doc is not None:
                work.order_doc.setdefault("limits", []).extend(kept)


def _take_points(work: Work) -> None:
    """Take the points that pay part of the bill: as priced, else as the first rule that allows it says."""
    fields = work.activity.fields
    wanted, value = fields.get("pay_points"), fields.get("points_value")
    if not wanted and not fields.get("pay_points_max"):
        return
    asking.demand_spending(work)
    if value is None or wanted is None:
        bill = work.activity.amount or 0
        bill -= sum(int(fields.get(name) or 0) for name in ("discount", "other_discount", "voucher_discount"))
        plan = price_points.plan(work, bill=max(bill, 0), points=wanted)
        rule, wanted, value = plan.rule, plan.points, plan.value
        _say(work, points_value=value, pay_points=wanted, spending=rule.key)
    else:
        rule = _rule_of(work)
    entry = moves.spend(work, rule.unit, wanted, rule=rule.key, reason="paid_with_points", params={"value": value})
    note_limits(work, rule, wanted, value)
    _tell(work, entry, value)


def _rule_of(work: Work) -> RunningSpending:
    wanted = work.activity.fields.get("spending")
    for rule in work.program.spending:
        if (wanted is None or rule.key == wanted) and (rule.when is None or rule.when(work)):
            return rule
    raise reject("redemption_not_offered", "Points cannot be used here.")


def note_limits(work: Work, rule: RunningSpending, points: int, value: int) -> None:
    """Check and count the limits of a spending rule; a return steps them back.

    Raises:
        LimitReached: something else used them since the bill was priced.
    """
    for what, used in (("uses", 1), ("points", points), ("value", value), ("amount", value)):
        limits.demand(work, rule.limits, what, used)
    kept = limits.count(work, rule.limits, uses=1, points=points, value=value, amount=value)
    if kept and work.order_doc is not None:
        work.order_doc.setdefault("limits", []).extend(kept)


def _tell(work: Work, entry: Entry, value: int) -> None:
    orders.note_paid(work, entry, value=value)
    meters.count_named(work, "redeemed", entry.points)
    work.outcome["points_used"], work.outcome["points_value"] = entry.points, value


def _take_credit(work: Work) -> None:
    """Take money credit that paid: an amount in ``wallet``, all of the bill where the wallet or the tender names it, or parts."""
    money = asking.credit(work) or _whole_bill(work)
    for part in [money] if money is not None else _tenders(work):
        if part.points:
            asking.demand_spending(work)
            entry = moves.spend(work, part.unit, part.points, reason="paid_with_credit", pot=part.pot)
            orders.note_paid(work, entry, value=part.points)


def _tenders(work: Work) -> list[asking.Asked]:
    """Return what several means of payment took from wallets of the program."""
    fields, units = work.activity.fields, work.program.units
    names = [name for name in fields.get("tenders") or () if name in units and name not in OUTSIDE]
    return [asking.Asked(name, int(fields[f"tender.{name}"])) for name in names if units[name].kind == "credit"]


def _whole_bill(work: Work) -> asking.Asked | None:
    activity, units = work.activity, work.program.units
    unit, pot = None, None
    if activity.fields.get("wallet") is not None and asking.credit(work) is None:
        unit, pot = asking.wallet(work)
    elif activity.tender not in OUTSIDE:
        unit = activity.tender
    if unit is None or unit not in units or units[unit].kind != "credit":
        return None
    taken = sum(int(activity.fields.get(n) or 0) for n in ("discount", "other_discount", "voucher_discount", "points_value"))
    return asking.Asked(unit, max((activity.amount or 0) - taken, 0), pot)


def _say(work: Work, **more: object) -> None:
    """Add figures to the purchase that is being booked, so that what earns is worked out with them."""
    activity = replace(work.activity, fields={**work.activity.fields, **more})
    if work.reported is work.activity:
        work.reported = activity
    work.look_at(activity, work.at)
