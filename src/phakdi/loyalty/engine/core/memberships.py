"""The end of a membership's term: what falls with it."""

from phakdi.loyalty.engine.core import levels, moves
from phakdi.loyalty.engine.core.work import Work


def end(work: Work) -> None:
    """Book that the membership's term is over: renewed by itself, or its level (and, by the plan, its points) are lost."""
    membership = work.membership
    plan = work.program.default_plan(membership.plan)
    definition = plan.definition if plan else None
    if definition is not None and definition.renews_itself and membership.since is not None and membership.until is not None:
        assert membership.until is not None
        membership.since, membership.until = membership.until, membership.until + (membership.until - membership.since)
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
