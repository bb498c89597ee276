"""Redemptions: points pay a bill or buy a reward, at once or held first (R65), and may be undone where the program allows."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from phakdi.loyalty.engine.core import limits, meters, moves, orders, price_points, rights
from phakdi.loyalty.engine.core.handlers import asking, documents, rewards
from phakdi.loyalty.engine.core.price_basket import Basket
from phakdi.loyalty.engine.core.work import Work, reject
from phakdi.loyalty.programs.compiled import RunningLimit, RunningReward

REDEMPTION = "redeem"
HELD, DONE, CANCELLED = "HELD", "DONE", "CANCELLED"
HOLD_MINUTES = 5


@dataclass(slots=True)
class Order:
    """What is to be redeemed: how many points of a unit, for what, and the limits it counts under."""

    unit: str
    points: int
    pot: str | None = None
    rule: str = ""
    value: int = 0
    bill: int | None = None
    reward: RunningReward | None = None
    count: int = 1
    money: int = 0
    limits: tuple[RunningLimit, ...] = ()
    reversible: bool = True
    params: Mapping[str, Any] = field(default_factory=dict)
    also: tuple[tuple[str, int], ...] = ()  # points of other units that are paid beside


def redeem(work: Work) -> None:
    """Take points for a bill or a reward and tell ``discount``, ``pay``, gifts and vouchers.

    Raises:
        Rejected: not enough points, a limit, a condition, or nothing of the kind is offered; nothing has changed.
    """
    asking.demand_spending(work)
    milestone = work.activity.fields.get("milestone")
    if milestone is not None and rewards.take_milestone(work, int(milestone)):
        return
    order = _order(work)
    doc = _document(work, order)
    spent: dict[str, Any] = {"rule": order.rule, "reason": "redeemed", "params": dict(order.params), "ref": _ref(work)}
    if order.points:
        entry = moves.spend(work, order.unit, order.points, pot=order.pot, **spent)
        doc["taken"] = documents.of_entry(entry)
        if work.activity.of:
            orders.note_paid(work, entry, value=order.value, ref=work.activity.of)
    doc["beside"] = [documents.of_entry(moves.spend(work, unit, points, **spent)) for unit, points in order.also]
    _count(work, order, doc)
    _carry_out(work, order, doc)
    documents.keep(work, doc)


def hold(work: Work) -> None:
    """Lock the points, the stock and the limits of a redemption for some minutes; `confirm` makes it good (R66).

    Raises:
        Rejected: as `redeem`.
    """
    asking.demand_spending(work)
    work.earns = False
    order = _order(work)
    doc = _document(work, order)
    doc["state"] = HELD
    ref = documents.keep(work, doc)
    minutes = int(work.activity.fields.get("minutes") or HOLD_MINUTES)
    until = work.at + timedelta(minutes=minutes)
    moves.hold(work, order.unit, order.points, ref=ref, until=until)
    for unit, points in order.also:
        moves.hold(work, unit, points, ref=_beside(ref, unit), until=until)
    _count(work, order, doc)
    work.mark("holds", {})[ref]["limits"] = [*doc["limits"], *doc["meters"]]
    doc["asked"] = {
        "reward": order.reward.key if order.reward else "",
        "bill": order.bill,
        "value": order.value,
        "count": order.count,
        "also": [list(each) for each in order.also],
    }
    doc["until"] = until.isoformat()
    work.outcome.update(held=order.points, until=until.isoformat(), redemption=ref)


def confirm(work: Work) -> None:
    """Make a held redemption good.

    Raises:
        Rejected: ``redeem_unknown``, ``hold_unknown``: there is none, or it lapsed.
    """
    asking.demand_active(work)
    of = work.activity.of
    doc = documents.find(work, of, REDEMPTION)
    if doc["state"] != HELD:
        raise reject("hold_unknown", "Nothing is held under this name.", ref=of, state=doc["state"])
    asked = doc["asked"]
    also = tuple((unit, points) for unit, points in asked.get("also", ()))
    if (taken := _confirm_held(work, of)) is not None:
        doc["taken"] = taken
    doc["beside"] = [taken for unit, _ in also if (taken := _confirm_held(work, _beside(of, unit))) is not None]
    reward = work.program.rewards.get(asked["reward"])
    order = Order(
        doc["unit"],
        doc["points"],
        bill=asked["bill"],
        value=asked["value"],
        reward=reward,
        count=asked["count"],
        money=doc["money"],
        also=also,
    )
    _carry_out(work, order, doc)
    doc["state"] = DONE


def _beside(ref: str, unit: str) -> str:
    """Return the name under which points of another unit are held beside those of ``ref``."""
    return f"{ref} {unit}"


def _confirm_held(work: Work, ref: str) -> documents.Doc | None:
    held = work.state.marks.get("holds", {}).get(ref)
    entry = moves.confirm(work, ref, reason="redeemed")
    return {**documents.of_entry(entry), "uses": held["uses"]} if entry is not None and held is not None else None


def release(work: Work) -> None:
    """Let go of a held redemption: points, stock and limits are as before.

    Raises:
        Rejected: ``redeem_unknown``, ``hold_unknown``.
    """
    of = work.activity.of
    work.earns = False
    doc = documents.find(work, of, REDEMPTION)
    if doc["state"] != HELD:
        raise reject("hold_unknown", "Nothing is held under this name.", ref=of, state=doc["state"])
    _let_go(work, of, doc)


def _let_go(work: Work, ref: str, doc: documents.Doc) -> None:
    moves.release(work, ref)
    for unit, _ in doc["asked"].get("also", ()):
        moves.release(work, _beside(ref, unit))
    documents.step_back(work, doc)
    doc["state"] = CANCELLED


def cancel(work: Work) -> None:
    """Undo a redemption: the points return to their lots, what it gave is taken back.

    Raises:
        Rejected: ``redeem_unknown``, ``redemption_cancelled``, ``redemption_final`` where the program says so,
            ``voucher_used`` where what it gave was used already.
    """
    of = work.activity.of
    work.earns = False
    doc = documents.find(work, of, REDEMPTION)
    if doc["state"] == CANCELLED:
        raise reject("redemption_cancelled", "This redemption was undone before.", ref=of)
    if doc["state"] == HELD:
        _let_go(work, of, doc)
        return
    if not doc["reversible"]:
        raise reject("redemption_final", "This redemption cannot be undone.", ref=of)
    _take_back(work, doc)
    for taken in filter(None, (doc.get("taken"), *doc.get("beside", ()))):
        documents.give_back(work, taken, reason="redemption_cancelled", ref=of)
    documents.step_back(work, doc)
    doc["state"] = CANCELLED
    work.outcome["returned"] = doc["points"]


def _take_back(work: Work, doc: documents.Doc) -> None:
    for text in doc.get("vouchers", ()):
        voucher = work.state.vouchers[UUID(text)]
        if voucher.state not in rights.OPEN:
            raise reject("voucher_used", "What the redemption gave was used.", voucher=voucher.definition, state=voucher.state)
        rights.cancel(work, voucher.id, reason="redemption_cancelled")
    for unit, points in doc.get("given", ()):
        moves.spend(work, unit, points, kind="ADJUST", target="CANCELLED", reason="redemption_cancelled")


# --- what is wanted ---------------------------------------------------------------------------------------------------


def _ref(work: Work) -> str:
    return work.activity.ref or str(work.activity.id)


def _order(work: Work) -> Order:
    """Return what the activity wants redeemed, checked against the program."""
    fields = work.activity.fields
    name = fields.get("reward") or fields.get("voucher")
    asked = asking.one(work)
    if name:
        return _of_reward(work, rewards.called(work, str(name)), asked)
    milestone = fields.get("milestone")
    if milestone is not None:
        return _of_reward(work, rewards.at_milestone(work, int(milestone)), asked)
    if asked is not None and not any(rule.unit == asked.unit for rule in work.program.spending):
        return _of_reward(work, rewards.for_points(work, asked), asked)
    return _of_bill(work, asked)


def _of_bill(work: Work, asked: asking.Asked | None) -> Order:
    activity = work.activity
    bill = activity.fields.get("bill", activity.amount)
    basket = Basket(work, replace(activity, amount=bill)) if activity.lines and bill is not None else None
    points, unit = (asked.points, asked.unit) if asked else (None, None)
    if (
        asked is None
        and not activity.fields.get("points_max")
        and not any(rule.definition.whole_bill for rule in work.program.spending)
    ):
        raise reject("points_invalid", "Say how many points.")
    plan = price_points.plan(work, bill=bill, points=points, basket=basket, unit=unit)
    return Order(
        plan.unit, plan.points, asked.pot if asked else None, plan.rule.key, plan.value, bill, limits=plan.rule.limits,
        reversible=plan.rule.definition.reversible, params={"value": plan.value, "bill": bill},
    )  # fmt: skip


def _of_reward(work: Work, reward: RunningReward, asked: asking.Asked | None) -> Order:
    price = rewards.price_of(work, reward, asked)
    bill = work.activity.fields.get("bill", work.activity.amount)
    return Order(
        price.unit, price.points, asked.pot if asked else None, reward.key, 0, bill, reward, price.count, price.money, reward.limits,
        reward.definition.reversible, {"reward": reward.key, "count": price.count}, price.also,
    )  # fmt: skip


def _document(work: Work, order: Order) -> documents.Doc:
    return {
        "kind": REDEMPTION, "state": DONE, "at": work.at.isoformat(), "unit": order.unit, "points": order.points,
        "value": order.value, "rule": order.rule, "money": order.money, "reversible": order.reversible, "limits": [], "meters": [],
    }  # fmt: skip


def _count(work: Work, order: Order, doc: documents.Doc) -> None:
    used = {"uses": order.count, "points": order.points, "value": order.value, "amount": order.value, "quantity": order.count}
    doc["limits"] = limits.count(work, order.limits, **used)
    doc["meters"] = meters.count_named(work, "redeemed", order.points) if order.points else []


def _carry_out(work: Work, order: Order, doc: documents.Doc) -> None:
    """Give what was bought, and tell it."""
    work.outcome["redemption"] = _ref(work)
    work.outcome["redeemed"] = {order.unit: order.points, **dict(order.also)}
    if order.reward is not None:
        given = rewards.give(work, order.reward, count=order.count, bill=order.bill)
        doc["vouchers"], doc["given"], order.value = given.vouchers, given.points, given.value
    if order.money:
        work.outcome["pay"] = order.money
    if order.bill is not None:
        work.outcome["discount"], work.outcome["pay"] = order.value, order.bill - order.value + order.money
    elif order.value:
        work.outcome["discount"] = order.value
    work.fact("redemption.made", ref=_ref(work), unit=order.unit, points=order.points, rule=order.rule or doc["rule"])
