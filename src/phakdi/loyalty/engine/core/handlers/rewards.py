"""Rewards: which one is meant, what it costs this member, and what it gives."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from phakdi.kit.errors import Rejected
from phakdi.loyalty.engine.core import levels, limits, moves, rights
from phakdi.loyalty.engine.core.handlers import asking
from phakdi.loyalty.engine.core.price_basket import part_of
from phakdi.loyalty.engine.core.work import Work, reject
from phakdi.loyalty.programs.compiled import RunningCost, RunningReward

COUNT_MAX = 100


@dataclass(slots=True, frozen=True)
class Price:
    """What is paid for ``count`` pieces of a reward."""

    unit: str
    points: int
    money: int
    count: int
    also: tuple[tuple[str, int], ...] = ()  # points of other units


@dataclass(slots=True)
class Given:
    """What a reward gave: voucher ids, points as ``[unit, points]``, money off a bill."""

    vouchers: list[str] = field(default_factory=list)
    points: list[list[object]] = field(default_factory=list)
    value: int = 0


# --- which --------------------------------------------------------------------------------------------------------------


def called(work: Work, name: str) -> RunningReward:
    """Return the reward of that key, or the one that gives the voucher of that name. Rejected (``reward_unknown``)."""
    found = work.program.rewards.get(name)
    if found is None:
        found = next((reward for reward in work.program.rewards.values() if reward.definition.voucher == name), None)
    if found is None:
        raise reject("reward_unknown", "The program has no such reward.", reward=name, known=sorted(work.program.rewards))
    return found


def at_milestone(work: Work, place: int) -> RunningReward:
    """Return the reward that waits at a place of a card."""
    for reward in work.program.rewards.values():
        if reward.definition.milestone == place:
            return reward
    raise reject("milestone_unknown", "Nothing waits at this place.", milestone=place)


def for_points(work: Work, asked: asking.Asked) -> RunningReward:
    """Return the one reward that so many points buy; one that takes any number comes last."""
    choice = str(work.activity.fields.get("choose") or "")
    if choice in work.program.rewards:
        return work.program.rewards[choice]
    takes_any = None
    for reward in work.program.rewards.values():
        for cost in reward.costs:
            if cost.unit != asked.unit:
                continue
            if cost.points is None:
                takes_any = takes_any or reward
            elif work.quantity(cost.points) == asked.points:
                return reward
    if takes_any is None:
        raise reject("redemption_not_offered", "Nothing is offered for so many points.", unit=asked.unit, points=asked.points)
    return takes_any


def take_milestone(work: Work, place: int) -> bool:
    """Take what a stamp card opened at ``place``, its voucher; False where no card has anything at that place.

    Raises:
        Rejected: ``milestone_not_reached``: not yet open, or taken before.
    """
    fields = work.activity.fields
    chosen = str(fields.get("choose") or fields.get("voucher") or "")
    names = [
        milestone.voucher
        for unit in work.program.units.values()
        if unit.card is not None
        for milestone in unit.card.milestones
        if milestone.at == place and (not chosen or milestone.voucher == chosen)
    ]
    if not names:
        return False
    for name in names:
        if (voucher := rights.find_open(work, name)) is not None:
            rights.use(work, voucher.id, ref=work.activity.ref)
            definition = work.program.vouchers[name].definition
            work.outcome.setdefault("gifts", []).append(
                {"voucher": name, "milestone": place, "item": getattr(definition, "item", None)}
            )
            return True
    raise reject("milestone_not_reached", "This place is not open.", milestone=place)


# --- what it costs ------------------------------------------------------------------------------------------------------


def price_of(work: Work, reward: RunningReward, asked: asking.Asked | None) -> Price:
    """Return what the reward costs this member now, by the first of its prices that can be paid (R69).

    Raises:
        Rejected: it is not offered now, a minimum or limit stands against it (R71), or no price can be paid.
    """
    _check(work, reward)
    refusal: Rejected | None = None
    for cost in _costs(work, reward, asked):
        try:
            price = _price(work, reward, cost, asked)
        except Rejected as refused:
            refusal = refusal or refused
            continue
        for what, wanted in (("uses", price.count), ("points", price.points), ("quantity", price.count)):
            limits.demand(work, reward.limits, what, wanted)
        return price
    if refusal is not None:
        raise refusal
    if reward.costs:
        raise reject("reward_condition", "No price of this reward is open to this member.", reward=reward.key)
    return _free(work, reward)


def _free(work: Work, reward: RunningReward) -> Price:
    limits.demand(work, reward.limits, "uses", 1)
    place = reward.definition.milestone
    if place is not None:
        _demand_place(work, reward, place)
    return Price(work.program.main_unit, 0, 0, 1)


def _demand_place(work: Work, reward: RunningReward, place: int) -> None:
    """A reward at a place costs nothing: so many must be there, and it is taken once for each time they are gathered."""
    unit = asking.unit_called(work.program, "stamps") or work.program.main_unit
    there = work.balance(unit)
    if there < place * work.program.units[unit].scale:
        raise reject("milestone_not_reached", "This place is not reached.", milestone=place, there=there)
    if reward.key in work.state.marks.get("places", {}).get(unit, ()):
        raise reject("milestone_taken", "This was taken before.", milestone=place)
    work.mark("places", {}).setdefault(unit, []).append(reward.key)


def _check(work: Work, reward: RunningReward) -> None:
    key = reward.key
    if reward.starts is not None and work.at < reward.starts:
        raise reject("reward_not_started", "This reward is not offered yet.", reward=key)
    if reward.ends is not None and work.at >= reward.ends:
        raise reject("reward_ended", "This reward is no longer offered.", reward=key)
    if reward.when is not None and not reward.when(work):
        raise reject("reward_condition", "The conditions of this reward are not met.", reward=key)
    bill = work.activity.fields.get("bill", work.activity.amount)
    if bill is not None and (wanted := work.quantity(reward.minimum.get("bill"))) > bill:
        raise reject("bill_minimum", "The bill is too small for this reward.", minimum=wanted, bill=bill)


def _costs(work: Work, reward: RunningReward, asked: asking.Asked | None) -> Iterable[RunningCost]:
    units = {cost.unit for cost in reward.costs}
    for cost in reward.costs:
        if asked is not None and asked.unit in units and cost.unit != asked.unit and not _is_silent(work):
            continue
        if cost.when is None or cost.when(work):
            yield cost


def _is_silent(work: Work) -> bool:
    """Whether the activity says no number of points."""
    return not any(
        name in work.activity.fields for name in ("points", "points_max", "stars", "stamps", "credits", "unit", "wallet")
    )


def _price(work: Work, reward: RunningReward, cost: RunningCost, asked: asking.Asked | None) -> Price:
    usable = moves.usable(work, cost.unit)
    least = reward.minimum
    if (wanted := work.quantity(least.get("balance"))) > usable:
        raise reject("balance_minimum", "The balance is too small to be used.", minimum=wanted, balance=usable)
    count = int(work.activity.fields.get("count") or 1)
    said = asked.points if asked is not None and asked.unit == cost.unit else None
    if cost.points is None:
        points = _any_number(work, said, usable)
    else:
        each = work.quantity(cost.points)
        if said and said != each * count:
            if each <= 0 or said % each or "count" in work.activity.fields:
                raise reject(
                    "points_step", "This reward costs another number of points.", reward=reward.key, points=said, cost=each
                )
            count = said // each
        points = each * count
    if not 0 < count <= COUNT_MAX:
        raise reject("count_invalid", "So many are not given at once.", count=count, maximum=COUNT_MAX)
    if points < work.quantity(least.get("points")):
        raise reject("points_minimum", "So few points cannot be used.", minimum=work.quantity(least.get("points")), points=points)
    if points > usable:
        raise reject("points_insufficient", "Not enough points.", unit=cost.unit, needed=points, usable=usable)
    also = tuple((unit, work.quantity(each) * count) for unit, each in cost.also)
    for unit, wanted in also:
        if wanted > (there := moves.usable(work, unit)):
            raise reject("points_insufficient", "Not enough points.", unit=unit, needed=wanted, usable=there)
    return Price(cost.unit, points, work.quantity(cost.money) * count, count, also)


def _any_number(work: Work, said: int | None, usable: int) -> int:
    points = usable if said is None and work.activity.fields.get("points_max") else said
    if not points:
        raise reject("points_invalid" if points is None else "nothing_to_redeem", "Say how many points.", usable=usable)
    return points


# --- what it gives ------------------------------------------------------------------------------------------------------


def give(work: Work, reward: RunningReward, *, count: int, bill: int | None) -> Given:
    """Give what the reward promises, ``count`` times."""
    definition, found = reward.definition, Given()
    if definition.voucher:
        for _ in range(count):
            value = work.quantity(reward.amount) if reward.amount is not None else None
            found.vouchers.append(str(rights.issue(work, definition.voucher, value=value, rule=f"reward:{reward.key}").id))
        work.outcome.setdefault("vouchers", []).extend([definition.voucher] * count)
    elif reward.percent is not None and bill is not None:
        found.value = min(part_of(work, reward.percent, bill, "half_up"), bill)
    elif reward.amount is not None:
        worth = work.quantity(reward.amount) * count
        found.value = worth if bill is None else min(worth, bill)
    if definition.item is not None:
        work.outcome.setdefault("gifts", []).extend([{"reward": reward.key, "item": definition.item}] * count)
    if reward.give_points is not None:
        _give_points(work, reward, count, found)
    if definition.level:
        levels.set_level(work, definition.level, reason="reward", assigned=True)
    return found


def _give_points(work: Work, reward: RunningReward, count: int, found: Given) -> None:
    unit = reward.definition.give_unit or work.program.main_unit
    points = work.quantity(reward.give_points) * count
    if points <= 0:
        return
    granted = moves.grant(
        work, unit, points, rule_key=f"reward:{reward.key}", reason="reward", params={"reward": reward.key}, pending=()
    )
    if granted is not None:
        found.points.append([unit, granted.points])
