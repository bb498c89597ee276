"""Doing jobs: take some, do each, and say how it went."""

import logging
import random
from collections.abc import Callable, Sequence
from datetime import datetime
from threading import Event
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection

from phakdi.kit.errors import Forbidden, Invalid, Refusal, Rejected
from phakdi.platform.outbox import operations
from phakdi.platform.outbox.core import TRIES_MAX, ClaimedJob, Consumer, JobState, retry_delay
from phakdi.worker.errors import stack, summary
from phakdi.worker.leases import Leases

log = logging.getLogger("phakdi.worker")

FOR_GOOD = (Rejected, Invalid, Forbidden)  # asking again would be answered the same
WORKER_DIED = "worker_died"


class JobRunner:
    """Does jobs for consumers, a few at a time. Any number may run in any number of processes."""

    def __init__(
        self, *, consumers: Sequence[Consumer], leases: Leases, clock: Callable[[], datetime], stop: Event, batch: int
    ) -> None:
        self._consumers = {consumer.name: consumer for consumer in consumers}
        assert len(self._consumers) == len(consumers), "two consumers have one name"
        self._leases, self._clock, self._stop, self._batch = leases, clock, stop, batch

    def step(self) -> bool:
        """Do the next few jobs and return whether there were any.

        Given back are, on a stop, the rest of them, and behind a job that waits for another try those that keep its order.
        """
        now = self._clock()
        jobs = operations.claim_jobs(consumers=[*self._consumers], now=now, until=self._leases.until(), most=self._batch)
        if not jobs:
            return False
        self._leases.hold(*jobs)
        try:
            self._do_in_order(jobs)
        finally:
            self._leases.drop(*jobs)
        return True

    def _do_in_order(self, jobs: Sequence[ClaimedJob]) -> None:
        held_up: set[tuple[str, UUID | None]] = set()
        back: list[ClaimedJob] = []
        for number, job in enumerate(jobs):
            if self._stop.is_set():
                back += jobs[number:]
                break
            queue = (job.consumer, job.fact.member_id)
            if queue in held_up:
                back.append(job)
            elif not self._do(job) and self._consumers[job.consumer].is_ordered and job.fact.member_id:
                held_up.add(queue)
            else:
                self._leases.drop(job)
        if back:
            operations.return_jobs(jobs=back, now=self._clock())

    def _do(self, job: ClaimedJob) -> bool:
        """Do one job and return whether it is settled: done, or dead; else it waits for another try."""
        if job.tries > TRIES_MAX:  # nobody said that the last try failed: it took its worker with it
            return self._give_up(job, WORKER_DIED)
        try:
            self._consumers[job.consumer].handle(job.fact, self._clock())
        except FOR_GOOD as refusal:
            return self._give_up(job, refusal.code)
        except Refusal as refusal:
            return self._retry(job, refusal.code)
        except (OperationalError, InterfaceError) as error:
            if connection.connection is None or connection.connection.closed:
                raise  # the database is gone, and so is the lease soon: nothing is wrong with the job
            return self._retry(job, summary(error))
        except Exception as error:  # noqa: BLE001 - the job says so
            log.error("job %s of %s failed:\n%s", job.id, job.consumer, stack(error))  # noqa: TRY400 - without the message
            return self._retry(job, summary(error))
        operations.finish_jobs(jobs=[job])
        return True

    def _retry(self, job: ClaimedJob, error: str) -> bool:
        if job.tries >= TRIES_MAX:
            return self._give_up(job, error)
        now = self._clock()
        due_at = now + retry_delay(job.tries, chance=random.random())
        operations.fail_job(job=job, now=now, due_at=due_at, error=error, state=JobState.READY)
        return False

    def _give_up(self, job: ClaimedJob, error: str) -> bool:
        now = self._clock()
        log.warning("job %s of %s is given up after %s tries: %s", job.id, job.consumer, job.tries, error)
        operations.fail_job(job=job, now=now, due_at=now, error=error, state=JobState.DEAD)
        return True
