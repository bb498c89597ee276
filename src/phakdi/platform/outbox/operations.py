"""Every write of facts, jobs and the schedule. What workers call knows no organization beforehand and runs in autocommit."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection, transaction

from phakdi.kit.db.scope import in_transaction
from phakdi.kit.errors import NotFound
from phakdi.kit.ids import new_id
from phakdi.platform.outbox.core import ClaimedJob, ClaimedTask, Consumer, Fact, JobState
from phakdi.platform.outbox.models import Interest, Job, OutboxFact

PURGE_BATCH = 5000

RELAY = """
SELECT outbox_relay(%s::text[], %s::text[], %s::boolean[], %s::timestamptz[], %s::boolean[], %s::boolean[], %s::timestamptz, %s::integer)
"""
CLAIM = "SELECT * FROM job_claim(%s::timestamptz, %s::timestamptz, %s::text[], %s::integer)"
EXTEND = "SELECT * FROM job_extend(%s::bigint[], %s::uuid[], %s::timestamptz)"
RETURN = "SELECT job_return(%s::bigint[], %s::uuid[], %s::timestamptz)"
DONE = "SELECT job_done(%s::bigint[], %s::uuid[])"
FAILED = "SELECT job_failed(%s::bigint, %s::uuid, %s::timestamptz, %s::timestamptz, %s::text, %s::boolean)"
ENSURE = "SELECT schedule_ensure(%s::uuid[], %s::text[], %s::timestamptz[])"
CLAIM_TASKS = "SELECT * FROM schedule_claim(%s::timestamptz, %s::timestamptz, %s::text[], %s::integer)"
EXTEND_TASK = "SELECT schedule_extend(%s::uuid, %s::text, %s::uuid, %s::timestamptz)"
SETTLE_TASK = "SELECT schedule_settle(%s::uuid, %s::text, %s::uuid, %s::timestamptz, %s::timestamptz, %s::text)"
PURGE = "SELECT outbox_purge(%s::timestamptz, %s::integer)"
RESTART = "SELECT outbox_restart_relay(%s::timestamptz)"


class UnknownJob(NotFound):
    """No such job failed in this organization."""

    code = "dead_letter_not_found"


@in_transaction
def publish(
    *, organization_id: UUID, topic: str, at: datetime, member_id: UUID | None = None, data: Mapping[str, Any] | None = None
) -> UUID:
    """Tell a fact, if and when the caller's transaction commits, and return its id. ``data`` carries nothing personal."""
    fact = OutboxFact(
        organization_id=organization_id, id=new_id(), member_id=member_id, topic=topic, data=dict(data or {}), at=at
    )
    fact.save(force_insert=True)
    return fact.id


@in_transaction
def ask(*, organization_id: UUID, consumer: str, topics: Collection[str]) -> None:
    """Say of which topics that happen often an organization wants to be told from now on; ``*`` is all of them. Safe to repeat."""
    mine = Interest.objects.filter(organization_id=organization_id, consumer=consumer)
    mine.exclude(topic__in=topics).delete()
    rows = [Interest(organization_id=organization_id, consumer=consumer, topic=topic) for topic in sorted(set(topics))]
    Interest.objects.bulk_create(rows, ignore_conflicts=True)


def relay(*, consumers: Sequence[Consumer], now: datetime, most: int) -> int:
    """Make jobs of about ``most`` facts that are new and return how many facts were read; -1 where another relay is at it.

    Every committed fact is read once, in the order of transactions; a fact that nobody wants makes no job.
    """
    wanted = [(topic, consumer) for consumer in consumers for topic in sorted(consumer.topics)]
    since = [now - consumer.max_age if consumer.max_age else None for _, consumer in wanted]
    topics, names = [topic for topic, _ in wanted], [consumer.name for _, consumer in wanted]
    ordered, live = [consumer.is_ordered for _, consumer in wanted], [consumer.is_live for _, consumer in wanted]
    asked = [topic in consumer.asked for topic, consumer in wanted]
    read: int = _value(RELAY, [topics, names, ordered, since, live, asked, now, most])
    return read


def claim_jobs(*, consumers: Sequence[str], now: datetime, until: datetime, most: int) -> list[ClaimedJob]:
    """Take up to ``most`` due jobs of the named consumers, in order; nobody else takes them before ``until``.

    Jobs that keep a member's order come with those behind them, up to five times ``most``: whoever cannot do one gives the ones
    behind it back.
    """
    rows = _rows(CLAIM, [now, until, list(consumers), most])
    return sorted((_claimed(row) for row in rows), key=lambda job: job.id)


def extend_jobs(*, jobs: Sequence[ClaimedJob], until: datetime) -> set[int]:
    """Hold jobs until ``until`` and return the ids of those that are still in hand."""
    return {id_ for (id_,) in _rows(EXTEND, [[job.id for job in jobs], [job.token for job in jobs], until])}


def return_jobs(*, jobs: Sequence[ClaimedJob], now: datetime) -> int:
    """Give back jobs that were not begun, due again at once, and return how many were still in hand."""
    back: int = _value(RETURN, [[job.id for job in jobs], [job.token for job in jobs], now])
    return back


def finish_jobs(*, jobs: Sequence[ClaimedJob]) -> int:
    """Remove jobs that are done and return how many were still in hand."""
    gone: int = _value(DONE, [[job.id for job in jobs], [job.token for job in jobs]])
    return gone


def fail_job(*, job: ClaimedJob, now: datetime, due_at: datetime, error: str, state: JobState) -> bool:
    """Let go of a job that failed, to be tried again at ``due_at`` or, DEAD, to be looked at; False if it was lost before."""
    held: bool = _value(FAILED, [job.id, job.token, now, due_at, error, state is JobState.DEAD])
    return held


def ensure_tasks(*, rows: Sequence[tuple[UUID, str, datetime]]) -> None:
    """Schedule (organization, task, first due at) where it is not scheduled yet."""
    if rows:
        _value(ENSURE, [[row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows]])


def claim_tasks(*, tasks: Sequence[str], now: datetime, until: datetime, most: int) -> list[ClaimedTask]:
    """Take up to ``most`` due tasks of these names; nobody else takes them before ``until``."""
    return [ClaimedTask(*row) for row in _rows(CLAIM_TASKS, [now, until, list(tasks), most])]


def extend_task(*, task: ClaimedTask, until: datetime) -> bool:
    """Hold a task until ``until``; False if it was lost before."""
    held: bool = _value(EXTEND_TASK, [task.organization_id, task.name, task.token, until])
    return held


def settle_task(*, task: ClaimedTask, now: datetime, due_at: datetime, error: str = "") -> bool:
    """Let go of a task until ``due_at``; without an error it counts as done at ``now``; False if it was lost before."""
    held: bool = _value(SETTLE_TASK, [task.organization_id, task.name, task.token, now, due_at, error])
    return held


@in_transaction
def retry_dead_job(*, organization_id: UUID, job_id: int, now: datetime) -> None:
    """Make a job that failed for good due again, with all its tries before it.

    Raises:
        UnknownJob: no such job failed.
    """
    dead = Job.objects.filter(organization_id=organization_id, id=job_id, state=JobState.DEAD.value)
    if dead.update(state=JobState.READY.value, due_at=now, tries=0, lease_token=None) == 0:
        raise UnknownJob("There is no such failed job.", job_id=job_id)


@in_transaction
def discard_dead_job(*, organization_id: UUID, job_id: int) -> None:
    """Give up on a job that failed.

    Raises:
        UnknownJob: no such job failed.
    """
    dead = Job.objects.filter(organization_id=organization_id, id=job_id, state=JobState.DEAD.value)
    if dead.delete()[0] == 0:
        raise UnknownJob("There is no such failed job.", job_id=job_id)


def purge_facts(*, before: datetime, most: int = PURGE_BATCH) -> int:
    """Delete up to ``most`` relayed facts that were written before ``before`` and return how many."""
    gone: int = _value(PURGE, [before, most])
    return gone


def restart_relay(*, now: datetime) -> None:
    """Tell every kept fact again. A restore calls it: another server numbers its transactions anew."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")  # weeks of facts take longer than a page may
        cursor.execute(RESTART, [now])


def _claimed(row: Sequence[Any]) -> ClaimedJob:
    id_, token, consumer, tries, organization_id, fact_id, member_id, topic, data, at = row
    return ClaimedJob(id_, token, consumer, tries, Fact(fact_id, organization_id, topic, member_id, orjson.loads(data), at))


def _rows(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def _value(sql: str, params: Sequence[Any]) -> Any:
    return _rows(sql, params)[0][0]


@in_transaction
def forget_facts(*, organization_id: UUID, member_ids: Collection[UUID]) -> int:
    """Delete facts about members who are forgotten, and jobs that were made of them, done or not; return how many facts."""
    Job.objects.filter(organization_id=organization_id, member_id__in=member_ids).delete()
    count, _ = OutboxFact.objects.filter(organization_id=organization_id, member_id__in=member_ids).delete()
    return count
