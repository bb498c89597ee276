"""Every read of facts, jobs and the schedule. All but `health` run in a scope of the organization."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from phakdi.platform.outbox.core import JobState
from phakdi.platform.outbox.models import Job, OutboxFact, ScheduledTask

PAGE_MAX = 200
HEALTH = "SELECT * FROM outbox_health(%s::timestamptz)"


@dataclass(frozen=True, slots=True)
class Health:
    """How far background work is behind, over all organizations. Zero seconds: it is not."""

    outbox_age_seconds: float
    queue_age_seconds: float
    schedule_age_seconds: float
    dead_jobs: int


def health(*, now: datetime) -> Health:
    """Return how old the oldest fact, job and task are that nobody has taken up yet; a few index reads."""
    with connection.cursor() as cursor:
        cursor.execute(HEALTH, [now])
        (fact_since, job_since, dead, task_since) = cursor.fetchone()
    return Health(_age(fact_since, now), _age(job_since, now), _age(task_since, now), dead)


def dead_jobs(*, organization_id: UUID, limit: int = 50, before: int | None = None) -> list[Job]:
    """Return jobs that failed for good, newest first; ``before`` is the last id of the page before."""
    found = Job.objects.filter(organization_id=organization_id, state=JobState.DEAD.value)
    if before is not None:
        found = found.filter(id__lt=before)
    return list(found.order_by("-id")[: min(limit, PAGE_MAX)])


def find_dead_job(*, organization_id: UUID, job_id: int) -> Job | None:
    """Return one job that failed for good, or None."""
    return Job.objects.filter(organization_id=organization_id, id=job_id, state=JobState.DEAD.value).first()


def waiting_jobs(*, organization_id: UUID) -> int:
    """Return how many jobs of the organization are to be done."""
    return Job.objects.filter(organization_id=organization_id, state=JobState.READY.value).count()


def facts_of(*, organization_id: UUID, topic: str | None = None, limit: int = 50) -> list[OutboxFact]:
    """Return the organization's latest kept facts: for tests and for whoever looks into a trouble, not for pages."""
    found = OutboxFact.objects.filter(organization_id=organization_id)
    if topic is not None:
        found = found.filter(topic=topic)
    return list(found.order_by("-id")[: min(limit, PAGE_MAX)])


def scheduled_tasks(*, organization_id: UUID) -> list[ScheduledTask]:
    """Return the organization's tasks: when each is due next and how it went last."""
    return list(ScheduledTask.objects.filter(organization_id=organization_id).order_by("task"))


def _age(since: datetime | None, now: datetime) -> float:
    return max((now - since).total_seconds(), 0.0) if since else 0.0
