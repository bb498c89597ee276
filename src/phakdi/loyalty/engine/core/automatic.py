"""What happens by itself when enough is there: so many points turn into a voucher (R72), a stamp card opens its places (R81)."""

from datetime import datetime
from typing import Any

from phakdi.kit.errors import Rejected
from phakdi.loyalty.engine.core import levels, moves, rights
from phakdi.loyalty.engine.core.work import STOPPED, Work
from phakdi.loyalty.programs import periods
from phakdi.loyalty.programs.compiled import RunningUnit
from phakdi.loyalty.programs.document.units import Auto

CARDS_MAX = 100  # of one step


def run(work: Work, *, at_midnight: bool = False) -> None:
    """Turn what is enough into vouchers; what waits for the end of a day or period only ``at_midnight``."""
    if work.state.profile.status in STOPPED:
        return
    for unit in work.prepared.by_auto:
        if unit.auto is not None and (unit.auto.when == "at_once" or (at_midnight and _is_end(work, _period(unit.auto)))):
            _turn(work, unit)
    for unit in work.prepared.by_card:
        _open_places(work, unit)


def next_end(work: Work, after: datetime) -> datetime | None:
    """Return the next midnight at which some unit that holds enough is turned; None where none waits."""
    late = work.prepared.by_midnight
    if not late or work.state.profile.status in STOPPED:
        return None
    waiting = [unit.auto for unit in late if unit.auto is not None and _is_enough(work, unit)]
    today = after.astimezone(work.zone).date()
    return min((work.start_of(periods.next_start(today, _period(auto))) for auto in waiting), default=None)


def _period(auto: Auto) -> str:
    return auto.when.removesuffix("_end")


def _is_end(work: Work, period: str) -> bool:
    return work.at == work.start_of(periods.period_start(work.today, period))


def _is_enough(work: Work, unit: RunningUnit) -> bool:
    auto = unit.auto
    return (
        auto is not None and work.balance(unit.key) >= max(auto.every, auto.minimum or 0) * unit.scale and not _owes(work, unit)
    )


def _owes(work: Work, unit: RunningUnit) -> bool:
    wallet = work.state.wallets.get(unit.key)
    return wallet is not None and wallet.debt > 0


def _turn(work: Work, unit: RunningUnit) -> None:
    auto = unit.auto
    assert auto
    every = auto.every * unit.scale
    if auto.together:
        _turn_together(work, unit, every)
        return
    if not _is_enough(work, unit):
        return
    while work.balance(unit.key) >= every:
        day, runs = work.state.marks.get("auto", {}).get(unit.key, ["", 0])
        runs = runs if day == work.today.isoformat() else 0
        if runs >= auto.max_per_day:
            if runs == auto.max_per_day:
                work.mark("auto", {})[unit.key] = [work.today.isoformat(), runs + 1]
                work.fact("auto.blocked", unit=unit.key, runs=runs)
            return
        try:
            moves.spend(
                work, unit.key, every, rule=f"auto:{unit.key}", reason="automatic", params={"gives": auto.voucher or auto.reward}
            )
        except Rejected:  # pots: no single one holds enough
            return
        work.mark("auto", {})[unit.key] = [work.today.isoformat(), runs + 1]
        give(work, f"auto:{unit.key}", voucher=auto.voucher, reward=auto.reward)


def _turn_together(work: Work, unit: RunningUnit, every: int) -> None:
    """Turn all whole steps into one voucher that is worth them together."""
    auto = unit.auto
    assert auto
    assert auto.voucher
    if not _is_enough(work, unit):
        return
    count, amount = work.balance(unit.key) // every, work.program.vouchers[auto.voucher].amount
    moves.spend(work, unit.key, count * every, rule=f"auto:{unit.key}", reason="automatic", params={"gives": auto.voucher})
    rights.issue(work, auto.voucher, value=None if amount is None else work.quantity(amount) * count, rule=f"auto:{unit.key}")


def give(work: Work, rule: str, *, voucher: str | None, reward: str | None) -> None:
    """Give a voucher, or what a reward gives, without asking for its price."""
    if voucher:
        rights.issue(work, voucher, rule=rule)
        return
    assert reward
    running = work.program.rewards[reward]
    definition = running.definition
    if definition.voucher:
        rights.issue(work, definition.voucher, rule=rule)
    if running.give_points is not None:
        unit = definition.give_unit or work.program.main_unit
        moves.grant(work, unit, work.quantity(running.give_points), rule_key=rule, reason="reward", params={"reward": reward})
    if definition.level:
        levels.set_level(work, definition.level, reason="reward", assigned=True)
    if definition.item is not None:
        work.outcome.setdefault("gifts", []).append({"reward": reward, "item": definition.item})
    work.fact("reward.given", reward=reward, rule=rule)


# --- stamp cards ------------------------------------------------------------------------------------------------------------------


def _open_places(work: Work, unit: RunningUnit) -> None:
    """Open the places that the stamps have reached, card by card where each is a pot of its own.

    A full card is taken away and, where it renews, the next one begins.
    """
    if unit.pots is None:
        _open_card(work, unit, None)
        return
    for pot in sorted({lot.pot for lot in moves.spendable(work, unit.key)}):
        _open_card(work, unit, pot)


def _open_card(work: Work, unit: RunningUnit, pot: str | None) -> None:
    card = unit.card
    assert card
    name = unit.key if pot is None else f"{unit.key}:{pot}"
    for _ in range(CARDS_MAX):
        there = work.balance(unit.key) if pot is None else sum(lot.remaining for lot in moves.spendable(work, unit.key, pot))
        opened: list[Any] = work.state.marks.get("card", {}).get(name, [])
        reached = [place for place in card.milestones if place.at <= there and place.at not in opened]
        for place in reached:
            work.mark("card", {}).setdefault(name, []).append(place.at)
            rights.issue(work, place.voucher, rule=f"card:{unit.key}")
        if not card.renews and card.surplus == "lost" and there > card.size and not _owes(work, unit):
            moves.spend(
                work,
                unit.key,
                there - card.size,
                kind="EXPIRE",
                target="EXPIRED",
                rule=f"card:{unit.key}",
                reason="card_full",
                pot=pot,
            )
        if there < card.size or not card.renews or _owes(work, unit):
            return
        taken = card.size if card.surplus == "carry" else there
        moves.spend(work, unit.key, taken, rule=f"card:{unit.key}", reason="card_full", params={"size": card.size}, pot=pot)
        work.mark("card", {})[name] = []
