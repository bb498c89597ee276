"""Every read of experiments, in a scope of the organization."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from phakdi.insight.lift.core.experiments import Audience, Experiment
from phakdi.insight.lift.documents import read_experiment
from phakdi.insight.lift.models import Assigned, KeptExperiment
from phakdi.kit.errors import NotFound

_AUDIENCE = """
SELECT m.id FROM member AS m LEFT JOIN member_state AS s ON s.member_id = m.id
WHERE m.organization_id = %(organization)s AND m.status = 'ACTIVE'
  AND (%(level)s = '' OR s.level = %(level)s) AND (%(segment)s = '' OR %(segment)s = ANY (m.segments))
  AND (%(store)s = '' OR m.home_store = %(store)s)
  AND (%(bought)s::integer IS NULL OR EXISTS (
    SELECT FROM daily_member AS d WHERE d.member_id = m.id AND d.day >= %(today)s::date - %(bought)s::integer AND d.day < %(today)s))
  AND (%(quiet)s::integer IS NULL OR NOT EXISTS (
    SELECT FROM daily_member AS d WHERE d.member_id = m.id AND d.day >= %(today)s::date - %(quiet)s::integer))
"""
_NOW_KNOWN_AS = """
WITH RECURSIVE led (id, is_held, now_id, steps) AS (
    SELECT member_id, is_held, member_id, 0 FROM experiment_member
    WHERE organization_id = %(organization)s AND experiment_id = %(experiment)s
    UNION ALL
    SELECT l.id, l.is_held, m.merged_into, l.steps + 1 FROM led AS l
    JOIN member AS m ON m.id = l.now_id AND m.organization_id = %(organization)s AND m.merged_into IS NOT NULL AND m.status = 'MERGED'
    WHERE l.steps < 8
), last AS (SELECT DISTINCT ON (id) is_held, now_id FROM led ORDER BY id, steps DESC)
SELECT now_id::text, bool_or(is_held), bool_or(is_held) <> bool_and(is_held) FROM last GROUP BY now_id
"""


def audience_ids(*, organization_id: UUID, audience: Audience, today: date) -> list[UUID]:
    """Return who takes part."""
    params: dict[str, Any] = {
        "organization": organization_id,
        "level": audience.level,
        "segment": audience.segment,
        "store": audience.store,
        "bought": audience.bought_within_days,
        "quiet": audience.quiet_for_days,
        "today": today,
    }
    with connection.cursor() as cursor:
        cursor.execute(_AUDIENCE, params)
        return [row[0] for row in cursor.fetchall()]


def experiments_of(*, organization_id: UUID) -> list[Experiment]:
    """Return all experiments, the newest first."""
    found = KeptExperiment.objects.filter(organization_id=organization_id).order_by("-created_at", "-id")
    return [read_experiment(row) for row in found]


def find_experiment(*, organization_id: UUID, experiment_id: UUID) -> Experiment:
    """Return one experiment.

    Raises:
        NotFound: there is none with this id.
    """
    row = KeptExperiment.objects.filter(organization_id=organization_id, id=experiment_id).first()
    if row is None:
        raise NotFound("There is no such experiment.", code="experiment_not_found")
    return read_experiment(row)


def assigned_now(*, organization_id: UUID, experiment_id: UUID) -> tuple[list[tuple[str, bool]], int]:
    """Return who is in which group, as members are known now; and how many became one across groups and count in neither."""
    with connection.cursor() as cursor:
        cursor.execute(_NOW_KNOWN_AS, {"organization": organization_id, "experiment": experiment_id})
        rows = cursor.fetchall()
    return [(member, held) for member, held, is_mixed in rows if not is_mixed], sum(1 for row in rows if row[2])


def members_in(*, organization_id: UUID, experiment_id: UUID, is_held: bool) -> Iterator[UUID]:
    """Yield the members of one group."""
    found = Assigned.objects.filter(organization_id=organization_id, experiment_id=experiment_id, is_held=is_held)
    yield from found.order_by("member_id").values_list("member_id", flat=True).iterator()
