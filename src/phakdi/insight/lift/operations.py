"""Every write of experiments, inside the caller's transaction."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from uuid import UUID

from django.db import connection

from phakdi.insight.lift.core.experiments import Experiment, Plan, Result
from phakdi.insight.lift.core.splitting import is_held
from phakdi.insight.lift.documents import read_experiment, write_plan
from phakdi.insight.lift.models import KeptExperiment
from phakdi.kit.db.scope import in_transaction
from phakdi.kit.ids import new_id

AT_ONCE = 20_000  # members

_ASSIGN = """
INSERT INTO experiment_member (organization_id, experiment_id, member_id, is_held)
SELECT %s, %s, a.member_id, a.is_held FROM unnest(%s::uuid[], %s::boolean[]) AS a (member_id, is_held)
"""
_ADD = """
UPDATE member SET segments = array_append(segments, %(segment)s), updated_at = %(now)s
FROM experiment_member AS e WHERE e.experiment_id = %(experiment)s AND e.organization_id = %(organization)s AND NOT e.is_held
  AND member.id = e.member_id AND member.organization_id = %(organization)s AND NOT (%(segment)s = ANY (member.segments))
"""
_REMOVE = """
UPDATE member SET segments = array_remove(segments, %(segment)s), updated_at = %(now)s
FROM experiment_member AS e WHERE e.experiment_id = %(experiment)s AND e.organization_id = %(organization)s
  AND member.id = e.member_id AND member.organization_id = %(organization)s AND %(segment)s = ANY (member.segments)
"""


@in_transaction
def begin(*, organization_id: UUID, plan: Plan, member_ids: Sequence[UUID], by: UUID | None, now: datetime) -> Experiment:
    """Keep the plan and decide, before anything is sent, who is left out."""
    experiment_id = new_id()
    held = [is_held(member_id, salt=str(experiment_id), held_bp=plan.held_bp) for member_id in member_ids]
    row = KeptExperiment.objects.create(
        organization_id=organization_id,
        id=experiment_id,
        name=plan.name,
        plan=write_plan(plan),
        treated=len(held) - sum(held),
        held=sum(held),
        created_at=now,
        created_by=by,
    )
    with connection.cursor() as cursor:
        for first in range(0, len(held), AT_ONCE):
            some = slice(first, first + AT_ONCE)
            cursor.execute(_ASSIGN, [organization_id, experiment_id, list(member_ids[some]), held[some]])
    return read_experiment(row)


@in_transaction
def mark_treated(*, organization_id: UUID, experiment: Experiment, now: datetime) -> None:
    """Put the experiment's segment on everybody who is treated, so that rules and offers may ask for it. Safe to repeat."""
    _segment(_ADD, organization_id, experiment, now)


@in_transaction
def stop(*, organization_id: UUID, experiment: Experiment, last: date, now: datetime) -> None:
    """Let it end with this day; the segment is taken off."""
    KeptExperiment.objects.filter(organization_id=organization_id, id=experiment.id, stopped_on=None).update(stopped_on=last)
    if experiment.plan.segment:
        _segment(_REMOVE, organization_id, experiment, now)


@in_transaction
def keep_result(*, organization_id: UUID, experiment_id: UUID, result: Result, now: datetime) -> None:
    """Keep what came out last."""
    doc = {
        "treated": asdict(result.treated),
        "held": asdict(result.held),
        "is_over": result.is_over,
        "left_out": result.left_out,
    }
    KeptExperiment.objects.filter(organization_id=organization_id, id=experiment_id).update(result=doc, measured_at=now)


def _segment(sql: str, organization_id: UUID, experiment: Experiment, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            sql, {"organization": organization_id, "experiment": experiment.id, "segment": experiment.plan.segment, "now": now}
        )
