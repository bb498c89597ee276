"""Measure what a campaign adds: leave members out by chance before anything is sent, and compare what both groups do."""

from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from phakdi.flows.organization_trail import note
from phakdi.insight.lift import expressions, operations, queries
from phakdi.insight.lift.core.experiments import Experiment, Plan, judge
from phakdi.insight.warehouse.reading import Warehouse
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Conflict, Invalid
from phakdi.platform.audit.core import Actor
from phakdi.platform.organizations.queries import get_organization
from phakdi.platform.staff.core import Permission, Place

LEAST = 2  # members: one in each group


def count_audience(*, place: Place, plan: Plan, now: datetime) -> int:
    """Return how many members would take part."""
    place.require(Permission.PROGRAMS_WRITE)
    with organization_scope(place.organization_id):
        return len(queries.audience_ids(organization_id=place.organization_id, audience=plan.audience, today=_today(place, now)))


def begin_campaign(*, place: Place, plan: Plan, now: datetime) -> Experiment:
    """Decide who is left out, and mark everybody else with the plan's segment.

    Raises:
        NotAllowed: this person does not make campaigns.
        Invalid: the plan cannot be measured, begins in the past, or nobody would take part.
    """
    place.require(Permission.PROGRAMS_WRITE)
    plan.check()
    with organization_scope(place.organization_id):
        today = _today(place, now)
        if plan.first < today:
            raise Invalid(
                "It begins today or later: who is left out is decided before anything is sent.",
                code="experiment_past",
                field="first",
            )
        members = queries.audience_ids(organization_id=place.organization_id, audience=plan.audience, today=today)
        if len(members) < LEAST:
            raise Invalid("Nobody is in this audience.", code="experiment_nobody", field="audience")
        begun = operations.begin(organization_id=place.organization_id, plan=plan, member_ids=members, by=place.staff_id, now=now)
        if plan.segment:
            operations.mark_treated(organization_id=place.organization_id, experiment=begun, now=now)
        _note(place, "campaign.begun", begun, now)
    return begun


def stop_campaign(*, place: Place, experiment_id: UUID, now: datetime) -> None:
    """Let a campaign end today, and take its segment off.

    Raises:
        NotAllowed: this person does not make campaigns.
        NotFound: there is no such campaign.
        Conflict: it has ended.
    """
    place.require(Permission.PROGRAMS_WRITE)
    with organization_scope(place.organization_id):
        found = queries.find_experiment(organization_id=place.organization_id, experiment_id=experiment_id)
        today = _today(place, now)
        if found.stopped_on or found.is_over(today):
            raise Conflict("It has ended already.", code="experiment_over")
        operations.stop(organization_id=place.organization_id, experiment=found, last=max(today, found.plan.first), now=now)
        _note(place, "campaign.stopped", found, now)


def group_of(*, place: Place, experiment_id: UUID, is_held: bool, now: datetime) -> list[UUID]:
    """Return who is in one group, to send to the others by whatever means; noted in the audit.

    Raises:
        NotAllowed: this person takes no lists of members out.
        NotFound: there is no such campaign.
    """
    place.require(Permission.EXPORTS_RUN)
    place.require(Permission.MEMBERS_READ)
    with organization_scope(place.organization_id):
        found = queries.find_experiment(organization_id=place.organization_id, experiment_id=experiment_id)
        _note(place, "campaign.list_exported", found, now)
        return list(queries.members_in(organization_id=place.organization_id, experiment_id=experiment_id, is_held=is_held))


def measure_campaigns(organization_id: UUID, warehouse: Warehouse, now: datetime) -> None:
    """Work out what every campaign has added so far, or in all. Safe to repeat."""
    today = warehouse.as_of.astimezone(ZoneInfo(warehouse.time_zone)).date()
    with organization_scope(organization_id):
        running = [each for each in queries.experiments_of(organization_id=organization_id) if each.plan.first <= today]
        assigned = {each.id: queries.assigned_now(organization_id=organization_id, experiment_id=each.id) for each in running}
    for each in running:
        over = each.result is not None and each.result.is_over and (today - _last(each, today)) > timedelta(days=60)
        if over:
            continue  # returns are known by now: the figure stays
        members, left_out = assigned[each.id]
        treated, held = expressions.sums_of(warehouse, each.plan, members, last=_last(each, today))
        result = judge(treated, held, held_bp=each.plan.held_bp, is_over=each.is_over(today), left_out=left_out)
        with organization_scope(organization_id):
            operations.keep_result(organization_id=organization_id, experiment_id=each.id, result=result, now=now)


def _last(experiment: Experiment, today: date) -> date:
    return min(experiment.stopped_on or experiment.plan.last, today)


def _today(place: Place, now: datetime) -> date:
    return now.astimezone(ZoneInfo(get_organization(organization_id=place.organization_id).time_zone)).date()


def _note(place: Place, action: str, experiment: Experiment, now: datetime) -> None:
    note(
        organization_id=place.organization_id,
        action=action,
        subject=("campaign", str(experiment.id)),
        now=now,
        actor=Actor("staff", str(place.staff_id)),
        data={"name": experiment.plan.name},
    )
