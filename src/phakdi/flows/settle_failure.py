"""Decide about a job that failed for good: try it again, or give it up."""

from datetime import datetime
from uuid import UUID

from phakdi.flows.organization_trail import note
from phakdi.kit.db.scope import organization_scope
from phakdi.platform.audit.core import Actor
from phakdi.platform.outbox import operations, queries


def retry_failure(*, organization_id: UUID, job_id: int, now: datetime, actor: Actor) -> None:
    """Make a failed job due again, with all its tries before it. Raises UnknownJob."""
    with organization_scope(organization_id):
        operations.retry_dead_job(organization_id=organization_id, job_id=job_id, now=now)
        note(organization_id=organization_id, action="job.retried", subject=("job", str(job_id)), now=now, actor=actor)


def retry_failures(*, organization_id: UUID, now: datetime, actor: Actor, most: int = queries.PAGE_MAX) -> int:
    """Make up to ``most`` failed jobs due again, the newest first, and return how many."""
    told = 0
    with organization_scope(organization_id):
        for job in queries.dead_jobs(organization_id=organization_id, limit=most):
            operations.retry_dead_job(organization_id=organization_id, job_id=job.id, now=now)
            note(organization_id=organization_id, action="job.retried", subject=("job", str(job.id)), now=now, actor=actor)
            told += 1
    return told


def discard_failure(*, organization_id: UUID, job_id: int, now: datetime, actor: Actor) -> None:
    """Give up on a failed job. Raises UnknownJob."""
    with organization_scope(organization_id):
        operations.discard_dead_job(organization_id=organization_id, job_id=job_id)
        note(organization_id=organization_id, action="job.discarded", subject=("job", str(job_id)), now=now, actor=actor)
