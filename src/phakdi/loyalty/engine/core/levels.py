"""Levels: reaching, keeping and losing them (R51-R64).

A level is asked for by criteria over meters; what an order reaches counts from the next order on (R13). Where a window
ends together with a level's term, it is read just before that end.
"""

from datetime import datetime, timedelta

from phakdi.loyalty.engine.core import expiry
from phakdi.loyalty.engine.core.moves import KEEP
from phakdi.loyalty.engine.core.work import MICROSECOND, Work
from phakdi.loyalty.programs import periods
from phakdi.loyalty.programs.compiled import CompiledProgram, RunningCriterion, RunningLevel

DAY = timedelta(days=1)
NO_LEVEL = -1


# --- what is asked and what is there ----------------------------------------------------------------------------------


def number_of(program: CompiledProgram, key: str) -> int:
    """Return the rank of a level; -1 for none."""
    level = program.level_by_key.get(key)
    return level.number if level else NO_LEVEL


def current(work: Work) -> RunningLevel | None:
    """Return the level that is held, or None."""
    return work.program.level_by_key.get(work.state.standing.level)


def start_level(program: CompiledProgram) -> str:
    """Return the level where everybody starts; empty where the first one must be reached, joined for a fee, or given."""
    tiers = program.tiers
    if tiers is None or tiers.start == "none":
        return ""
    if tiers.start:
        return tiers.start
    first = program.levels[0] if program.levels else None
    if first is None or first.reach is not None or first.by_purchase is not None:
        return ""
    plan = program.plans.get(first.key)
    return first.key if plan is None or plan.definition.fee == 0 else ""


def quantity(work: Work, criterion: RunningCriterion) -> int:
    """Return what a criterion looks at, in the scaled units of its meter."""
    name = criterion.meter
    if name.startswith("balance."):
        return work.balance(name.removeprefix("balance."))
    if name in {"months", "days", "level_months"} and name not in {meter.key for meter in work.program.meters}:
        since = work.state.standing.since if name == "level_months" else work.state.profile.joined_at
        if since is None:
            return 0
        day = periods.day_of(since, work.zone)
        return (work.today - day).days if name == "days" else periods.full_months(day, work.today)
    assert criterion.window
    return work.meter(name, criterion.window)


def meets(work: Work, criterion: RunningCriterion | None) -> bool:
    """Return whether the member fulfils a criterion now; what asks for nothing is never met by itself."""
    if criterion is None:
        return False
    if criterion.at_least is not None:
        numerator, denominator = criterion.at_least(work)
        there = quantity(work, criterion) * denominator
        return there > numerator if criterion.beyond else there >= numerator
    if criterion.when is not None:
        return criterion.when(work)
    if criterion.any:
        return any(meets(work, each) for each in criterion.any)
    return all(meets(work, each) for each in criterion.all)


def reached(work: Work) -> RunningLevel | None:
    """Return the highest level whose criterion is fulfilled now, or None."""
    return next((level for level in reversed(work.program.levels) if level.reach is not None and meets(work, level.reach)), None)


# --- changing ------------------------------------------------------------------------------------------------------------


def begin(work: Work) -> None:
    """Give a member whom the engine sees for the first time the level where everybody starts; leave levels that are no more."""
    standing = work.state.standing
    if work.program.tiers is None or (standing.since is not None and standing.level in work.program.level_by_key):
        return
    key = start_level(work.program)
    if standing.level and standing.since is not None:
        target = reached(work)
        set_level(work, target.key if target else key, reason="level_removed")
    elif key and standing.since is None:
        begun = work.standing
        begun.level, begun.since = key, work.at
        begun.until = _end_of_term(work, work.program.level_by_key[key])
    work.level_before = work.state.standing.level


def set_level(work: Work, key: str, *, reason: str, assigned: bool = False, until: object = KEEP) -> None:
    """Move the member to the level ``key`` (empty: none) from now on, tell it, and let rules for ``level_up`` or ``level_down`` give.

    ``until`` ends it (None: never) where it is not the level's own term. ``assigned``: given, so reviews leave it alone
    until it ends. Setting the level that is held changes its term only.
    """
    standing, program = work.standing, work.program
    before = standing.level
    level = program.level_by_key.get(key)
    if before != key or standing.since is None:
        standing.since = work.at
        work.state.marks.pop("level_term", None)
    standing.level, standing.assigned = key, assigned
    standing.grace_until, standing.next_level, standing.next_at = None, "", None
    end = (_end_of_term(work, level) if level else None) if until is KEEP else until
    standing.until = end if isinstance(end, datetime) else None
    if before == key:
        return
    rose = number_of(program, key) > number_of(program, before)
    topic = "level.upgraded" if rose else "level.downgraded"
    work.fact(topic, level=key, before=before, until=standing.until, reason=reason)
    work.happen("level_up" if rose else "level_down", level=key, before=before)


def prolong(work: Work) -> None:
    """Begin a new term of the level that is held."""
    level = current(work)
    standing = work.standing
    standing.grace_until, standing.assigned = None, False
    work.state.marks["level_term"] = work.at.isoformat()
    standing.until = _end_of_term(work, level) if level else None
    work.fact("level.prolonged", level=standing.level, until=standing.until)
    work.happen("level_kept", level=standing.level)


def _end_of_term(work: Work, level: RunningLevel) -> datetime | None:
    end = expiry.end_of(work, level.lasts, starts_at=work.at) if level.lasts else None
    return end if end is None or end > work.at else None


def after_activity(work: Work) -> None:
    """Look at the levels once an activity is counted: rise, schedule a rise, prolong early, or fall in real time."""
    tiers = work.program.tiers
    if tiers is None or (work.state.membership.ended and _is_lost_with_membership(work)):
        return
    if not _by_purchase(work):
        rise(work)
    if tiers.prolong == "at_once":
        _prolong_early(work)
    if tiers.review == "at_once":
        review_now(work)


def _is_lost_with_membership(work: Work) -> bool:
    plan = work.program.default_plan(work.state.membership.plan)
    return plan is not None and plan.definition.falls_to is not None


def _by_purchase(work: Work) -> bool:
    """Give the highest level that this one activity is enough for."""
    held = number_of(work.program, work.state.standing.level)
    for level in reversed(work.program.levels):
        if level.number <= held:
            return False
        if level.by_purchase is not None and meets(work, level.by_purchase):
            set_level(work, level.key, reason="by_purchase")
            return True
    return False


def rise(work: Work) -> None:
    """Raise the member, now or at the start of the next period, to the level that is deserved."""
    tiers = work.program.tiers
    assert tiers
    standing = work.state.standing
    held = number_of(work.program, standing.level)
    waiting = number_of(work.program, standing.next_level)
    if held == len(work.program.levels) - 1 or tiers.upgrade == "review":
        return
    target = reached(work)
    if target is None or target.number <= held:
        return
    if tiers.one_at_a_time:
        target = work.program.levels[held + 1]
    if tiers.upgrade == "at_once":
        set_level(work, target.key, reason="reached")
    elif target.number > waiting:
        _schedule(work, target, tiers.upgrade.removeprefix("next_"))


def _schedule(work: Work, target: RunningLevel, period: str) -> None:
    standing = work.standing
    standing.next_level = target.key
    standing.next_at = work.start_of(periods.next_start(work.today, period))
    work.fact("level.scheduled", level=target.key, at=standing.next_at)


def _prolong_early(work: Work) -> None:
    level, standing = current(work), work.state.standing
    if level is None or not level.lasts or standing.until is None or standing.since == work.at or standing.assigned:
        return
    if meets(work, level.keep):
        end = _end_of_term(work, level)
        if end is None or end > standing.until:
            work.standing.until, work.standing.grace_until = end, None
            work.fact("level.prolonged", level=level.key, until=end)


# --- ends and reviews -------------------------------------------------------------------------------------------------------


def term_ended(work: Work) -> None:
    """Decide at the end of a level's term (or of its grace): kept, raised where reviews raise, or lost."""
    standing = work.standing
    grace_over = standing.grace_until is not None and standing.grace_until <= work.at
    standing.until = None
    review(work, grace_over=grace_over)


def review(work: Work, *, grace_over: bool = False) -> None:
    """Look at what was done up to just before now and keep, raise or lower the level."""
    level, tiers = current(work), work.program.tiers
    assert tiers
    seen_at = work.at - MICROSECOND
    work.closing = True
    with work.looking_at(work.activity, seen_at):
        target = reached(work)
        is_kept = level is not None and _is_kept(work, level, target)
    work.closing = False
    if target is not None and target.number > (level.number if level else NO_LEVEL) and tiers.upgrade in {"review", "at_once"}:
        step = work.program.levels[level.number + 1 if level else 0] if tiers.one_at_a_time else target
        set_level(work, step.key, reason="review")
    elif level is not None:
        _keep_or_lose(work, level, seen_at, is_kept=is_kept, grace_over=grace_over)


def _is_kept(work: Work, level: RunningLevel, target: RunningLevel | None) -> bool:
    if level.keep is None:  # asks for nothing: kept, unless it was given, or lasts, for a time only
        return not level.lasts and not work.state.standing.assigned
    deserved = target is not None and target.number >= level.number and level.definition.keep is None
    return deserved or meets(work, level.keep)


def _keep_or_lose(work: Work, level: RunningLevel, seen_at: datetime, *, is_kept: bool, grace_over: bool) -> None:
    tiers, standing = work.program.tiers, work.state.standing
    assert tiers
    if is_kept or level.definition.never_downgrade or tiers.downgrade == "none" or level.key == start_level(work.program):
        if level.lasts or standing.grace_until is not None:
            prolong(work)
        return
    if level.definition.grace and not grace_over:
        if standing.grace_until is None:
            _give_grace(work, level)
        return
    set_level(work, _falls_to(work, level, seen_at), reason="not_kept")


def _give_grace(work: Work, level: RunningLevel) -> None:
    """Grace counts from now, the disqualification (R55)."""
    tiers = work.program.tiers
    assert tiers
    assert level.definition.grace
    length = periods.parse_duration(level.definition.grace)
    last = periods.add(work.today, length) - DAY
    if tiers.grace_round_up:
        last = periods.round_up(last, tiers.grace_round_up)
    work.standing.grace_until = work.start_of(last + DAY)
    work.fact("level.in_grace", level=level.key, until=work.standing.grace_until)


def _falls_to(work: Work, level: RunningLevel, seen_at: datetime) -> str:
    tiers, start = work.program.tiers, start_level(work.program)
    assert tiers
    if level.definition.falls_to:
        return level.definition.falls_to
    if tiers.downgrade == "start":
        return start
    lowest = max(number_of(work.program, start), 0)
    if tiers.downgrade == "one_step":
        return work.program.levels[level.number - 1].key if level.number > lowest else start
    with work.looking_at(work.activity, seen_at):
        for lower in reversed(work.program.levels[: level.number]):
            if lower.reach is not None and meets(work, lower.reach):
                return lower.key
    return start


def review_now(work: Work) -> None:
    """Hold the level to its criterion in real time: lost at once, or after a grace that requalifying ends."""
    level, standing = current(work), work.state.standing
    if level is None or level.keep is None or standing.assigned or standing.since == work.at:
        return
    if meets(work, level.keep):
        if standing.grace_until is not None:
            work.standing.grace_until = None
            work.fact("level.secured", level=level.key)
    elif standing.grace_until is None:
        _keep_or_lose(work, level, work.at, is_kept=False, grace_over=False)


def recheck(work: Work) -> None:
    """Hold the level to its criterion at once, as after a return where the program asks for it (R50)."""
    level, standing = current(work), work.state.standing
    if level is None or level.keep is None or standing.assigned:
        return
    target = reached(work)
    if not meets(work, level.keep) and (target is None or target.number < level.number):
        _keep_or_lose(work, level, work.at, is_kept=False, grace_over=False)


def look(work: Work) -> None:
    """Look at the level as of now, as somebody asks for it: raised where a higher one is deserved, lost where no term runs."""
    tiers, level = work.program.tiers, current(work)
    assert tiers
    target = reached(work)
    held = level.number if level else NO_LEVEL
    if target is not None and target.number > held:
        step = work.program.levels[held + 1] if tiers.one_at_a_time else target
        set_level(work, step.key, reason="review")
    elif work.state.standing.until is None:
        recheck(work)
