"""Joining, rising for a fee, renewing, replacing a card, leaving, and having one's level looked at."""

from datetime import date, datetime, timedelta

from phakdi.loyalty.engine.core import levels, memberships, moves, rights
from phakdi.loyalty.engine.core.handlers import asking, awarding, referring
from phakdi.loyalty.engine.core.work import Work, reject
from phakdi.loyalty.programs import periods
from phakdi.loyalty.programs.compiled import RunningPlan
from phakdi.loyalty.programs.document.spending import Plan


def join(work: Work) -> None:
    """Begin a membership: its plan, fee and level, and who brought the member.

    Raises:
        Rejected: ``already_member``, ``level_unknown``, ``fee_wrong``, ``plan_condition``, or a referral that is not valid.
    """
    fields, membership = work.activity.fields, work.state.membership
    if membership.since is not None and not membership.ended and "joined" in work.state.marks and "left" not in work.state.marks:
        raise reject("already_member", "This member has joined before.", since=membership.since.isoformat())
    named = str(fields.get("plan") or fields.get("level") or "")
    plan = work.program.default_plan(named)
    if named and named not in work.program.level_by_key and named not in work.program.plans:
        raise reject("level_unknown", "The program has no such level or plan.", level=named)
    if plan is not None and plan.joins_when is not None and not plan.joins_when(work):
        raise reject("plan_condition", "The conditions for joining are not met.", plan=plan.key)
    referring.bind(work)
    fee = _charge(work, work.quantity(plan.fee) if plan else 0)
    work.state.marks.pop("left", None)
    work.state.marks["joined"] = work.at.isoformat()
    _begin(work, named, plan, fee, since=work.at)
    work.fact("membership.joined", plan=work.state.membership.plan, fee=fee, until=work.state.membership.until)


def _charge(work: Work, due: int) -> int:
    """Return the fee that is due and tell it; one that was paid must be that."""
    paid = work.activity.fields.get("fee")
    if paid is not None and due and paid != due:
        raise reject("fee_wrong", "The fee is another.", due=due, paid=paid)
    fee = due or int(paid or 0)
    if fee or paid is not None:
        work.outcome["fee"] = fee
    return fee


def _begin(
    work: Work, named: str, plan: RunningPlan | None, fee: int, *, since: datetime, starts: datetime | None = None
) -> None:
    """Begin a term of membership at ``starts`` and give the level that goes with it."""
    membership = work.membership
    membership.plan = named or (plan.key if plan else "")
    membership.since, membership.ended, membership.fee_paid_minor = since, False, fee
    membership.until = memberships.end_of_term(work, plan.definition, starts or since) if plan else None
    level = (plan.definition.level if plan else None) or (named if named in work.program.level_by_key else "")
    if not level and not work.state.standing.level and work.program.tiers is not None:
        level = levels.start_level(work.program)
    if level and level != work.state.standing.level:
        _give_level(work, level, plan)


def _give_level(work: Work, level: str, plan: RunningPlan | None) -> None:
    held_by_term = plan is not None and plan.definition.term is not None and plan.key != "default"
    awarding.known_level(work, level)
    if held_by_term:  # the membership's end, not a review, ends it
        levels.set_level(work, level, reason="joined", assigned=True, until=None)
    else:
        levels.set_level(work, level, reason="joined", assigned=work.program.level_by_key[level].reach is None)


def upgrade(work: Work) -> None:
    """Rise to a level or plan, for its fee where it has one.

    Raises:
        Rejected: ``level_unknown``, ``level_not_higher``, ``fee_wrong``, ``plan_condition``.
    """
    asking.demand_active(work)
    fields = work.activity.fields
    named = str(fields.get("level") or fields.get("plan") or "")
    plan = work.program.plans.get(named)
    if plan is None:
        awarding.known_level(work, named)
    level = (plan.definition.level if plan else None) or named
    held = work.state.standing.level
    if level in work.program.level_by_key and levels.number_of(work.program, level) <= levels.number_of(work.program, held):
        raise reject("level_not_higher", "The member holds this level or a higher one.", level=level, held=held)
    if plan is None:
        _charge(work, 0)
        levels.set_level(work, level, reason="upgraded", assigned=True)
        return
    if plan.joins_when is not None and not plan.joins_when(work):
        raise reject("plan_condition", "The conditions for this plan are not met.", plan=plan.key)
    fee = _charge(work, work.quantity(plan.fee))
    _begin(work, named, plan, fee, since=work.at)


def renew(work: Work) -> None:
    """Begin the next term of the membership: from the end of this one, or from now where it has ended (R126).

    Raises:
        Rejected: ``membership_none``, ``renewal_too_early``, ``renewal_too_late``, ``fee_wrong``.
    """
    asking.demand_active(work)
    fields, membership = work.activity.fields, work.state.membership
    named = str(fields.get("plan") or fields.get("level") or membership.plan)
    plan = work.program.default_plan(named)
    if plan is None or membership.since is None:
        raise reject("membership_none", "There is no membership to renew.", plan=named)
    _check_window(work, plan.definition)
    waived = plan.waived_when is not None and plan.waived_when(work)
    if waived:
        work.outcome["fee"] = fee = 0
    else:
        fee = _charge(work, work.quantity(plan.renewal_fee))
        work.outcome.setdefault("fee", fee)
    is_over = membership.ended or membership.until is None or membership.until <= work.at
    starts = work.at if is_over else membership.until
    assert starts
    _begin(work, named, plan, fee, since=work.at if is_over else membership.since, starts=starts)
    work.fact("membership.renewed", plan=membership.plan, fee=fee, until=work.state.membership.until)


def _check_window(work: Work, plan: Plan) -> None:
    """Raise Rejected where it is too early or too late to renew."""
    until = work.state.membership.until
    if until is None:
        return
    day, last = work.today, periods.day_of(until - timedelta(microseconds=1), work.zone)
    if until > work.at:
        if plan.renewal_window is not None and day < _before(last, periods.parse_duration(plan.renewal_window)):
            raise reject("renewal_too_early", "It is too early to renew.", until=until.isoformat(), window=plan.renewal_window)
    elif plan.late_renewal is not None and day > periods.add(last, periods.parse_duration(plan.late_renewal)):
        raise reject(
            "renewal_too_late", "It is too late to renew; join again.", until=until.isoformat(), window=plan.late_renewal
        )


def _before(day: date, length: periods.Duration) -> date:
    return periods.add_months(day, -length.months) - timedelta(days=length.days)


def replace_card(work: Work) -> None:
    """Charge what a new card costs under the member's plan."""
    asking.demand_active(work)
    plan = work.program.default_plan(work.state.membership.plan)
    fee = work.quantity(plan.replacement_fee) if plan else 0
    paid = work.activity.fields.get("fee")
    if paid is not None and paid != fee:
        raise reject("fee_wrong", "The fee is another.", due=fee, paid=paid)
    work.outcome["fee"] = fee


def cancel(work: Work) -> None:
    """End the membership at the member's wish; points and vouchers go where the program says so.

    Raises:
        Rejected: ``membership_cancelled``: it was before.
    """
    asking.demand_active(work)
    work.earns = False
    membership = work.membership
    membership.ended, membership.until = True, work.at
    work.state.marks["left"] = work.at.isoformat()
    if work.program.membership.cancel == "lose_points":
        for unit in work.program.units:
            moves.expire_all(work, unit, reason="membership_cancelled")
        for voucher in list(work.state.vouchers.values()):
            if voucher.state in rights.OPEN:
                rights.cancel(work, voucher.id, reason="membership_cancelled")
    if work.program.tiers is not None and work.state.standing.level:
        levels.set_level(work, "", reason="membership_cancelled")
    work.fact("membership.cancelled", plan=membership.plan)


def review(work: Work) -> None:
    """Look at the member's level as of now: kept, raised or lost."""
    if work.program.tiers is not None:
        levels.look(work)
        work.outcome["level"] = work.state.standing.level
