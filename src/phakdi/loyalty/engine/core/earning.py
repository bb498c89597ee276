"""Earning: which rules apply to an activity, what they give together, and why the others do not.

Rules see the state before the activity (R13). Within a rule a line counts once (R7); rules of one group exclude each other
(R8); multipliers raise what other rules give (R10); fractions are dropped once, at the end (R3); limits cut or refuse (R11).
"""

from datetime import datetime
from functools import lru_cache
from typing import Any

from phakdi.loyalty.engine.core import amounts, gifts, limits, measuring, meters, moves, multiplying
from phakdi.loyalty.engine.core.offers import Offer, Part, measured, raw, room
from phakdi.loyalty.engine.core.state import Activity, Verdict
from phakdi.loyalty.engine.core.work import STOPPED, Work
from phakdi.loyalty.programs.compiled import RunningGive, RunningRule

NO_RULES: tuple[RunningRule, ...] = ()


def run(work: Work) -> None:
    """Let the rules for the activity looked at give; nothing for members who are stopped or whose membership forbids it."""
    kind = work.activity.kind
    rules = work.program.rules.get(kind)
    if rules is None:
        rules = work.program.rules.get("any", NO_RULES) if work.activity is work.reported else NO_RULES
    if not rules:
        return
    if reason := _stopped(work):
        work.verdict("", False, reason, status=work.state.profile.status)
        return
    applying = _applying(work, rules)
    offers = [offer for offer in applying if not offer.rule.is_multiplier]
    multipliers = [offer for offer in applying if offer.rule.is_multiplier]
    if any(offer.rule.group for offer in applying):
        for offer in (*offers, *multipliers):
            _work_out(work, offer, [])
        multipliers = _one_of_each_group(work, multipliers)
        offers = _one_of_each_group(work, offers)
    multipliers = [offer for offer in multipliers if _may_be_used(work, offer)]
    offers += [offer for offer in multipliers if len(offer.rule.gives) > 1]
    raised: dict[str, int] = {}  # multiplier -> extra points that it brought
    for offer in sorted(offers, key=_gives_level):  # in turn: what one takes of a limit is gone for the next
        offer.parts, offer.extras = [], []
        _work_out(work, offer, multipliers)
        _give(work, offer, raised)
    for offer in multipliers:
        if len(offer.rule.gives) == 1:
            _close_multiplier(work, offer, raised)


def _gives_level(offer: Offer) -> bool:
    """Rules that give a level go last: the others look at the one held before (R13)."""
    return any(give.level for give in offer.rule.gives)


def _stopped(work: Work) -> str:
    if work.state.profile.status in STOPPED:
        return "member_stopped"
    membership = work.state.membership
    if membership.ended:
        plan = work.program.default_plan(membership.plan)
        if plan is not None and plan.definition.after_end == "nothing_earns":
            return "membership_ended"
    return ""


# --- who applies -------------------------------------------------------------------------------------------------------------


def _applying(work: Work, rules: tuple[RunningRule, ...]) -> list[Offer]:
    """Return the rules that apply, as offers, and note why the others do not."""
    at, found = work.at, []
    note = work.verdicts.append
    for rule in rules:
        starts, ends, when = rule.starts, rule.ends, rule.when
        if starts is not None and at < starts:
            note(_refusal(rule.key, "not_started"))
        elif ends is not None and at >= ends:
            note(_refusal(rule.key, "ended"))
        elif when is not None and not when(work):
            note(_refusal(rule.key, "condition"))
        elif reason := _hindrance(work, rule):
            note(_refusal(rule.key, reason))
        else:
            found += _offer(work, rule)
    return found


def _hindrance(work: Work, rule: RunningRule) -> str:
    if rule.once is not None and _once_key(work, rule) in work.state.marks.get("once", ()):
        return "once"
    if rule.to != "member" and gifts.other_member(work, rule.to) is None:
        return f"no_{rule.to}"
    return ""


def _offer(work: Work, rule: RunningRule) -> list[Offer]:
    bill = work.bill(rule.base)
    if rule.lines is None:
        return [Offer(rule, bill, None)]
    lines = measuring.matching(work, rule.lines, bill)
    if lines:
        return [Offer(rule, bill, lines)]
    work.verdicts.append(_refusal(rule.key, "no_lines"))
    return []


@lru_cache(maxsize=10_000)
def _refusal(rule: str, reason: str) -> Verdict:
    """Return the same value each time: most rules do not apply to most activities."""
    return Verdict(rule, applied=False, reason=reason)


def _refuse(work: Work, rule: RunningRule, reason: str, **params: Any) -> None:
    work.verdict(rule, False, reason, **params)


def _once_key(work: Work, rule: RunningRule) -> str:
    if rule.once == "per_level":
        return f"{rule.key}@{work.activity.fields.get('level') or work.state.standing.level}"
    return f"{rule.key}@{work.local.year}" if rule.once == "per_year" else rule.key


def _one_of_each_group(work: Work, offers: list[Offer]) -> list[Offer]:
    """Keep of every group one offer: the first, or the one that gives most or least."""
    mode = work.program.stacking.groups
    best: dict[str, Offer] = {}
    for offer in offers:
        group = offer.rule.group
        if not group:
            continue
        other = best.get(group)
        if (
            other is None
            or (mode == "highest" and _worth(offer) > _worth(other))
            or (mode == "lowest" and _worth(offer) < _worth(other))
        ):
            best[group] = offer
    kept = []
    for offer in offers:
        if not offer.rule.group or best[offer.rule.group] is offer:
            kept.append(offer)
        else:
            _refuse(work, offer.rule, "group", group=offer.rule.group, chosen=best[offer.rule.group].rule.key)
    return kept


def _worth(offer: Offer) -> int:
    return sum(part.points for part in offer.parts)


# --- how much --------------------------------------------------------------------------------------------------------------


def _work_out(work: Work, offer: Offer, multipliers: list[Offer]) -> None:
    """Fill in the points of the offer's parts, with the multipliers that raise them."""
    for number, give in enumerate(offer.rule.gives):
        if give.kind in {"points", "percent"}:
            part = _part(work, offer, number, give)
            if multipliers and offer.rule.multiplied:
                multiplying.multiply(work, offer, part, multipliers)
            if give.at_most is not None:
                part.points = min(part.points, work.quantity(give.at_most))
            offer.parts.append(part)


def _part(work: Work, offer: Offer, number: int, give: RunningGive) -> Part:
    rule = offer.rule
    formula = amounts.formula(work, give)
    quantity = measured(work, offer, give, offer.lines)
    if give.whole:
        quantity = amounts.rounded(quantity, give.measure.scale, give.whole) * give.measure.scale
    quantity = _within_limits(work, rule, give, quantity)
    leftover = None
    if rule.carry and give.per is not None:
        quantity += amounts.carried(work, rule, number)
        leftover = amounts.steps(formula, quantity)[1]
    elif rule.cumulative:
        formula["after"] = amounts.carried(work, rule, number)
        leftover = formula["after"] + quantity
    exact = raw(offer, give, formula, quantity)
    return Part(give, number, formula, quantity, amounts.rounded(*exact, amounts.last_rounding(formula)), leftover=leftover)


def _within_limits(work: Work, rule: RunningRule, give: RunningGive, quantity: int) -> int:
    """Cut what is measured to what limits on quantities and amounts leave."""
    if not rule.limits:
        return quantity
    quantity, _ = room(work, rule, "quantity", quantity)
    if give.measure.source in {"net", "gross"}:
        quantity, _ = room(work, rule, "amount", quantity)
    return quantity


# --- giving ------------------------------------------------------------------------------------------------------------------


def _give(work: Work, offer: Offer, raised: dict[str, int]) -> None:
    """Give what an offer comes to, within its limits; note the verdict."""
    rule = offer.rule
    if not _may_be_used(work, offer):
        return
    total, wanted, cut = 0, 0, ""
    for part in (*offer.parts, *offer.extras):
        allowed, cut_by = room(work, rule, "points", total + part.points)
        allowed = max(allowed - total, 0)
        points = gifts.give_points(work, rule, offer.bill, offer.lines, part, allowed) if allowed > 0 else 0
        cut = cut or cut_by or ("balance_cap" if points < allowed else "")
        wanted, total = wanted + part.points, total + points
        if part.leftover is not None and part.by is None:
            amounts.carry(work, rule, part.number, part.leftover)
    if total:
        for key, extra in offer.raised.items():
            raised[key] = raised.get(key, 0) + extra
    others = [
        gifts.give_other(work, rule, number, offer.bill, offer.lines)
        for number, give in enumerate(rule.gives)
        if give.kind not in {"points", "percent", "multiply"}
    ]
    if total or any(others):
        _gave(work, offer, total, wanted, cut)
    else:
        _refuse(work, rule, "limit_reached" if cut else "too_little", **({"limit": cut} if cut else {}))


def _gave(work: Work, offer: Offer, total: int, wanted: int, cut: str) -> None:
    rule = offer.rule
    part = offer.parts[0] if offer.parts else None
    quantity = part.quantity if part else 0
    amount = quantity if part and part.give.measure.source in {"net", "gross"} else offer.bill.net
    _book(work, rule, points=total, quantity=quantity, amount=amount)
    params: dict[str, Any] = {"points": total} if offer.parts else {}
    if cut:
        params |= {"wanted": wanted, "limit": cut}
    work.verdict(rule, True, "cut" if cut else "", **params)


def _book(work: Work, rule: RunningRule, **used: int) -> None:
    """Take the once-only mark and count the limits of a rule that gave."""
    if rule.once is not None:
        moves.once(work, _once_key(work, rule))
    if rule.limits:
        kept = limits.count(work, rule.limits, uses=1, **used)
        if kept and work.order_doc is not None:
            work.order_doc.setdefault("limits", []).extend(kept)


def _close_multiplier(work: Work, offer: Offer, raised: dict[str, int]) -> None:
    """Note what a multiplier brought."""
    extra = raised.get(offer.rule.key)
    if extra is None:
        _refuse(work, offer.rule, "nothing_to_multiply")
        return
    _book(work, offer.rule, points=extra, amount=offer.bill.net)
    work.verdict(offer.rule, True, points=extra)


# --- limits ------------------------------------------------------------------------------------------------------------------


def _may_be_used(work: Work, offer: Offer) -> bool:
    """Whether limits on how often leave room for once more; notes it where not."""
    allowed, limit = room(work, offer.rule, "uses", 1)
    if allowed < 1:
        _refuse(work, offer.rule, "limit_reached", limit=limit)
    return allowed >= 1


def happened(work: Work, activity: Activity, at: datetime) -> None:
    """Let rules give for something that the engine itself saw happen: a birthday, a level reached."""
    with work.looking_at(activity, at):
        run(work)
        meters.count_activity(work)
