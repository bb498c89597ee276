"""Points that pay money: how many, what they are worth, and whether they may (R70, R71)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from phakdi.kit.errors import Rejected
from phakdi.kit.money import Rounding, round_div
from phakdi.loyalty.engine.core import limits, moves
from phakdi.loyalty.engine.core.price_basket import Basket, quantity_of
from phakdi.loyalty.engine.core.work import Work, reject
from phakdi.loyalty.programs.compiled import RunningSpending

_MODES: dict[str, Rounding] = {"floor": "floor", "ceil": "ceil", "half_up": "half_up", "half_even": "half_even"}


@dataclass(slots=True, frozen=True)
class Plan:
    """So many points of a unit pay so much (minor units) under one rule."""

    rule: RunningSpending
    unit: str
    points: int
    value: int


def of_basket(work: Work, basket: Basket) -> Plan | None:
    """Return how points pay part of what is left of a basket, where it offers any (``pay_points``).

    Raises:
        Rejected: they may not.
    """
    fields = work.activity.fields
    wanted = fields.get("pay_points")
    if wanted is None and not fields.get("pay_points_max"):
        return None
    if wanted == 0:
        return None
    return plan(work, bill=basket.rest, points=wanted, basket=basket)


def plan(work: Work, *, bill: int | None, points: int | None, basket: Basket | None = None, unit: str | None = None) -> Plan:
    """Return what ``points`` pay of ``bill`` under the first rule that lets them; ``points`` None: as many as the rules allow.

    ``bill`` None: there is none, as for points turned into money.

    Raises:
        Rejected: the refusal of the rule that came closest, or ``redemption_not_offered``.
    """
    refusal: Rejected | None = None
    for rule in _open_rules(work, unit):
        try:
            return _plan(work, rule, bill=_eligible(rule, bill, basket), points=points)
        except Rejected as refused:
            if refusal is None or refusal.code == "points_step":  # a rule with other steps may say more
                refusal = refused
    raise refusal or reject("redemption_not_offered", "Points cannot be used here.")


def _open_rules(work: Work, unit: str | None) -> Iterable[RunningSpending]:
    wanted = work.activity.fields.get("spending")
    for rule in work.program.spending:
        if (wanted and rule.key != wanted) or (unit and rule.unit != unit):
            continue
        if (rule.starts is not None and work.at < rule.starts) or (rule.ends is not None and work.at >= rule.ends):
            continue
        if rule.when is None or rule.when(work):
            yield rule


def _eligible(rule: RunningSpending, bill: int | None, basket: Basket | None) -> int | None:
    """Return what of the bill the points may pay."""
    if basket is None or bill is None or rule.lines is None:
        return bill
    return min(bill, sum(basket.running[number] for number in basket.matching(rule.lines)))


def _plan(work: Work, rule: RunningSpending, *, bill: int | None, points: int | None) -> Plan:
    usable = moves.usable(work, rule.unit)
    _check_minimum(work, rule, bill, usable)
    most = _most_value(work, rule, bill)
    truncates = points is None or rule.definition.over == "truncate"
    if points is not None:
        _check_step(work, rule, points)
        if points > usable:
            raise reject("points_insufficient", "Not enough points.", unit=rule.unit, needed=points, usable=usable)
    allowed = usable if points is None else points
    allowed = min(allowed, _most_points(work, rule, allowed, truncates=truncates))
    if most is not None and value_of(work, rule, allowed) > most[0] and not (points and rule.definition.over == "forfeit"):
        if not truncates:
            code, figures = most[1]
            raise reject(code, "So many points cannot be used.", value=value_of(work, rule, allowed), maximum=most[0], **figures)
        allowed = _points_for(work, rule, most[0], allowed)
    if truncates:
        allowed = _whole_steps(work, rule, _least_for(work, rule, allowed))
    value = value_of(work, rule, allowed)
    if most is not None:
        value = min(value, most[0])
    _check_result(work, rule, allowed, value, bill)
    return Plan(rule, rule.unit, allowed, value)


def value_of(work: Work, rule: RunningSpending, points: int) -> int:
    """Return what so many points pay, in minor units."""
    if rule.values is not None:
        return rule.values.get(points, max((v for p, v in rule.values.items() if p <= points), default=0))
    numerator, denominator = _rate(work, rule)
    return round_div(points * numerator, denominator * rule.quantum, _MODES[rule.definition.rounding]) * rule.quantum


def _rate(work: Work, rule: RunningSpending) -> tuple[int, int]:
    """Return what one point pays as a fraction."""
    assert rule.pays is not None
    numerator, denominator = rule.pays(work)
    denominator *= rule.definition.points * work.program.units[rule.unit].scale
    if rule.definition.of:
        numerator *= _quantity(work, rule)
        denominator *= work.program.scale_of(rule.definition.of)
    return numerator, denominator


def _quantity(work: Work, rule: RunningSpending) -> int:
    """Return the quantity (gallons, litres) for each of which the points pay, in its scaled units."""
    name = rule.definition.of
    assert name
    quantity = quantity_of(work, name, work.activity.lines)
    if not quantity:
        raise reject("quantity_missing", "Say for how much the points are to pay.", field=name)
    most = rule.maximum.get("quantity")
    return quantity if most is None else min(quantity, work.quantity(most))


def _points_for(work: Work, rule: RunningSpending, value: int, allowed: int) -> int:
    """Return the most points, up to ``allowed``, that pay no more than ``value``."""
    if rule.values is not None:
        return max((p for p, v in rule.values.items() if v <= value and p <= allowed), default=0)
    numerator, denominator = _rate(work, rule)
    if numerator <= 0:
        return 0
    return min(value * denominator // numerator, allowed)


def _least_for(work: Work, rule: RunningSpending, points: int) -> int:
    """Return the fewest points that pay as much as ``points``: none is taken for what rounding drops."""
    if rule.values is not None or rule.definition.rounding != "floor":
        return points
    numerator, denominator = _rate(work, rule)
    return min(points, -(-value_of(work, rule, points) * denominator // numerator)) if numerator > 0 else points


def _whole_steps(work: Work, rule: RunningSpending, points: int) -> int:
    definition = rule.definition
    if rule.values is not None:
        return max((p for p in rule.values if p <= points), default=0)
    if definition.steps:
        scale = work.program.units[rule.unit].scale
        return max((p * scale for p in definition.steps if p * scale <= points), default=0)
    step = work.quantity(rule.step, 1) or 1
    return points // step * step


def _check_minimum(work: Work, rule: RunningSpending, bill: int | None, usable: int) -> None:
    least = rule.minimum
    if (balance := work.quantity(least.get("balance"))) > usable:
        raise reject("balance_minimum", "The balance is too small to be used.", minimum=balance, balance=usable)
    if bill is not None and (wanted := work.quantity(least.get("bill"))) > bill:
        raise reject("bill_minimum", "The bill is too small for points.", minimum=wanted, bill=bill)


def _check_step(work: Work, rule: RunningSpending, points: int) -> None:
    if points <= 0:
        raise reject("points_invalid", "Say how many points.", points=points)
    if _whole_steps(work, rule, points) != points:
        step = sorted(rule.values) if rule.values else rule.definition.steps or work.quantity(rule.step, 1)
        raise reject("points_step", "Points are used in steps only.", points=points, step=step)


Most = tuple[int, tuple[str, dict[str, Any]]]


def _most_value(work: Work, rule: RunningSpending, bill: int | None) -> Most | None:
    """Return the most that points may pay, and the code and figures of the refusal of more."""
    bounds: list[Most] = []
    if bill is not None:
        bounds.append((bill, ("value_over_bill", {"bill": bill})))
        if (share := rule.maximum.get("percent_of_bill")) is not None:
            numerator, denominator = share(work)
            bounds.append((bill * numerator // (denominator * 100), ("share_of_bill", {"bill": bill})))
    if (most := rule.maximum.get("value")) is not None:
        bounds.append((work.quantity(most), ("value_maximum", {})))
    found = [limit for what in ("value", "amount") for limit in limits.applying(work, rule.limits, what)]
    bounds += [(limits.left(work, limit), ("limit_reached", {"limit": limit.key, "per": limit.window.kind})) for limit in found]
    return min(bounds, key=lambda bound: bound[0], default=None)


def _most_points(work: Work, rule: RunningSpending, wanted: int, *, truncates: bool) -> int:
    """Return how many of ``wanted`` points the rule's own maximum and limits allow, or raise."""
    most = rule.maximum.get("points")
    if most is not None and (bound := work.quantity(most)) < wanted:
        if not truncates:
            raise reject("points_maximum", "So many points cannot be used at once.", points=wanted, maximum=bound)
        wanted = bound
    limits.demand(work, rule.limits, "uses", 1)
    for limit in limits.applying(work, rule.limits, "points"):
        if (there := limits.left(work, limit)) < wanted:
            if not truncates:
                raise reject(
                    "limit_reached", "This limit is reached.", limit=limit.key, wanted=wanted, left=there, per=limit.window.kind
                )
            wanted = there
    return wanted


def _check_result(work: Work, rule: RunningSpending, points: int, value: int, bill: int | None) -> None:
    least = rule.minimum
    if points <= 0 or (value <= 0 and rule.values is None):
        raise reject("nothing_to_redeem", "There are no points that could be used.", usable=moves.usable(work, rule.unit))
    if (wanted := work.quantity(least.get("points"))) > points:
        raise reject("points_minimum", "So few points cannot be used.", minimum=wanted, points=points)
    if (wanted := work.quantity(least.get("value"))) > value:
        raise reject("value_minimum", "So few points cannot be used.", minimum=wanted, value=value)
    if rule.definition.whole_bill and bill is not None and value < bill:
        raise reject("whole_bill", "Points must pay the whole bill.", bill=bill, value=value)
