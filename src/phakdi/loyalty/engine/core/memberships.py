"""The term of a membership: how long it lasts and what falls with its end."""

from datetime import date, datetime, timedelta

from phakdi.loyalty.engine.core import levels, moves
from phakdi.loyalty.engine.core.work import Work
from phakdi.loyalty.programs import periods
from phakdi.loyalty.programs.document.spending import Plan

DAY = timedelta(days=1)


def end(work: Work) -> None:
    """Book that the membership's term is over: renewed by itself, or its level (and, by the plan, its points) are lost."""
    membership = work.membership
    plan = work.program.default_plan(membership.plan)
    definition = plan.definition if plan else None
    if definition is not None and definition.renews_itself and membership.until is not None:
        membership.until = end_of_term(work, definition, membership.until)
        work.fact("membership.renewed", plan=membership.plan, until=membership.until)
        return
    membership.ended = True
    work.fact("membership.ended", plan=membership.plan)
    if definition is None:
        return
    if work.program.tiers is not None:
        _fall(work, definition.falls_to, definition.level or membership.plan)
    if definition.points_after_end == "lose":
        for unit in work.program.units:
            moves.expire_all(work, unit, reason="membership_ended")


def _fall(work: Work, falls_to: str | None, level: str) -> None:
    held = work.state.standing.level
    if falls_to is not None:
        target = "" if falls_to == "none" else falls_to
        if held != target:
            levels.set_level(work, target, reason="membership_ended")
    elif held and held == level and held != levels.start_level(work.program):
        levels.set_level(work, levels.start_level(work.program), reason="membership_ended")


def end_of_term(work: Work, plan: Plan, starts: datetime) -> datetime | None:
    """Return when a term of the plan that begins at ``starts`` ends; None for never."""
    if plan.term is None:
        return None
    first = periods.day_of(starts, work.zone)
    if plan.term_from != "day":
        first = periods.period_start(first, plan.term_from.removesuffix("_start"))
    last = _last_day(plan, first)
    return work.start_of(last + DAY)


def _last_day(plan: Plan, first: date) -> date:
    assert plan.term
    last = periods.add(first, periods.parse_duration(plan.term))
    if plan.last_day == "before":
        last -= DAY
    return periods.round_up(last, plan.round_up) if plan.round_up else last
