"""Points handed out or corrected by hand, caused by others, or known from before."""

from typing import Any

from phakdi.loyalty.engine.core import amounts, levels, limits, meters, moves
from phakdi.loyalty.engine.core.handlers import asking, referring
from phakdi.loyalty.engine.core.work import Work, reject
from phakdi.loyalty.programs.compiled import RunningRule


def award(work: Work) -> None:
    """Give points; those with a ``rule`` live as the rule says, others may be spent at once.

    ``base_points`` are raised by the program's multipliers. ``qualifying: false`` keeps them from counting for the level.
    """
    fields = work.activity.fields
    if work.state.profile.status in asking.STOPPED:
        raise reject("member_stopped", "This member cannot earn now.", status=work.state.profile.status)
    rule = work.program.rule_by_key.get(str(fields.get("rule") or ""))
    if not referring.is_rewarded(work):
        return
    wanted = [] if _is_measured(work, "points") else list(asking.amounts(work))
    if (base := fields.get("base_points")) is not None and not _is_measured(work, "base_points"):
        wanted.append(asking.Asked(asking.unit_called(work.program, "points") or work.program.main_unit, _multiplied(work, base)))
    if not wanted and not {"base_points", "points"} & fields.keys():
        raise reject("points_invalid", "Say how many points.")
    for asked in wanted:
        if asked.points:
            _give(work, asked, rule)


def _give(work: Work, asked: asking.Asked, rule: RunningRule | None) -> None:
    fields = work.activity.fields
    is_bonus = bool(fields.get("bonus"))
    params = {name: fields[name] for name in ("friend", "reason") if name in fields}
    points = _within_limits(work, rule, asked.points or 0)
    if points <= 0:
        return
    granted = moves.grant(
        work, asked.unit, points, rule=rule, rule_key="" if rule else "award", reason="awarded", params=params, is_bonus=is_bonus,
        pot=asked.pot, pending=None if rule else (), expires=rule.expires if rule else None,
    )  # fmt: skip
    if granted is None:
        work.verdict("award", False, "balance_cap")
        return
    if fields.get("qualifying", True) and (rule is None or rule.qualifying):
        counted = meters.count_points(work, asked.unit, granted.points, is_bonus=granted.lot.is_bonus)
        if work.order_doc is not None and counted:
            work.order_doc.setdefault("counted", []).extend(counted)
    earned = work.outcome.setdefault("earned", {})
    earned[asked.unit] = earned.get(asked.unit, 0) + granted.points


def _within_limits(work: Work, rule: RunningRule | None, points: int) -> int:
    """Cut what a rule gives to somebody else to what its limits on points leave of it for that one."""
    mine = [limit for limit in rule.limits if limit.of == "points" and not limit.shared] if rule and rule.to != "member" else []
    try:
        allowed, cut_by = limits.room(work, mine, "points", points)
    except limits.LimitReached as reached:
        work.verdict(rule.key if rule else "award", False, "limit_reached", limit=reached.details["limit"])
        return 0
    if cut_by is not None:
        work.verdict(rule.key if rule else "award", allowed > 0, "limit_reached", limit=cut_by.key)
    if allowed:
        limits.count(work, mine, points=allowed)
    return allowed


def _is_measured(work: Work, field: str) -> bool:
    """Whether a rule of the program makes points of what the field says itself (ten old points are a new one)."""
    rules = work.program.rules.get(work.activity.kind, ())
    return any(give.measure.source == field and give.per is not None for rule in rules for give in rule.gives)


def _multiplied(work: Work, base: int) -> int:
    """Return base points raised by the multipliers of purchases that apply to this member now, fractions dropped (R3)."""
    factors = [
        give.multiply(work)
        for rule in work.program.rules.get("purchase", ())
        if rule.is_multiplier and _applies(work, rule)
        for give in rule.gives
        if give.multiply is not None
    ]
    numerator, denominator = amounts.combined(factors, work.program.stacking.multipliers)
    return base * numerator // denominator


def _applies(work: Work, rule: RunningRule) -> bool:
    if (rule.starts is not None and work.at < rule.starts) or (rule.ends is not None and work.at >= rule.ends):
        return False
    return rule.lines is None and (rule.when is None or rule.when(work))


def adjust(work: Work) -> None:
    """Correct a balance by hand, up or down; a ``reason`` is demanded (R99).

    Raises:
        Rejected: ``reason_missing``, ``points_insufficient``.
    """
    reason = work.activity.fields.get("reason")
    if not reason:
        raise reject("reason_missing", "Say why the balance is corrected.", field="reason")
    work.earns = False
    for asked in asking.amounts(work):
        points = asked.points or 0
        params = {"reason": reason}
        if points > 0:
            moves.grant(
                work,
                asked.unit,
                points,
                rule_key="adjust",
                kind="ADJUST",
                reason="adjusted",
                params=params,
                pot=asked.pot,
                pending=(),
            )
        elif points < 0:
            moves.spend(
                work, asked.unit, -points, kind="ADJUST", target="CANCELLED", reason="adjusted", params=params, pot=asked.pot
            )


def balance(work: Work) -> None:
    """Make the member's balances, level and figures what they are known to be from before; rules for the kind may give too."""
    work.earns = work.activity.kind in work.program.rules
    for asked in asking.amounts(work):
        if not _is_measured(work, "points"):
            _open(work, asked)
    fields = work.activity.fields
    level = fields.get("level") or fields.get("tier")
    for name, value in fields.items():
        if isinstance(value, int) and (meter := _meter_called(work, name)) is not None:
            _count(work, meter, value)
    if level:
        known_level(work, str(level))
        levels.set_level(work, str(level), reason="opening")
    if work.state.membership.since is None:
        work.membership.since = work.state.profile.joined_at or work.at


def _open(work: Work, asked: asking.Asked) -> None:
    there = (
        work.balance(asked.unit)
        if asked.pot is None
        else sum(lot.remaining for lot in moves.spendable(work, asked.unit, asked.pot))
    )
    more = (asked.points or 0) - there
    if more > 0:
        moves.grant(
            work, asked.unit, more, rule_key="opening", kind="OPEN", source="OPENING", reason="opening", pot=asked.pot, pending=()
        )
    elif more < 0:
        moves.spend(work, asked.unit, -more, kind="ADJUST", target="CANCELLED", reason="opening", pot=asked.pot)


def _meter_called(work: Work, name: str) -> Any:
    """Return the meter whose past a field tells: ``nights_in_year``, ``spend``, ``tier_points`` where that is no unit."""
    meters_by_key = {meter.key: meter for meter in work.program.meters}
    short = name.removesuffix("_in_year")
    if short in meters_by_key and (short != name or name in {"spend", "orders", "nights"}):
        return meters_by_key[short]
    if short != name or name == "spend":
        return next((meter for meter in work.program.meters if meter.measure.source == short), None)
    if name == "tier_points" and asking.unit_called(work.program, "tier_points") is None:
        return _first_of_levels(work)
    return None


def _first_of_levels(work: Work) -> Any:
    for level in work.program.levels:
        criterion = level.reach
        for each in (criterion, *(criterion.any if criterion else ()), *(criterion.all if criterion else ())):
            if each is not None and each.meter:
                return next((meter for meter in work.program.meters if meter.key == each.meter), None)
    return None


def _count(work: Work, meter: Any, quantity: int) -> None:
    meters.count(work, meter, quantity)


def known_level(work: Work, key: str) -> None:
    """Raise Rejected (``level_unknown``) where the program has no such level."""
    if key not in work.program.level_by_key:
        raise reject("level_unknown", "The program has no such level.", level=key, known=sorted(work.program.level_by_key))
