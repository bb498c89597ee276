"""Doing jobs: take some, do each, and say how it went."""

import logging
import random
from collections.abc import Callable, Sequence
from datetime import datetime
from threading import Event

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
        """Do the next few jobs and return whether there were any. On a stop the rest of them is given back."""
        now = self._clock()
        jobs = operations.claim_jobs(consumers=[*self._consumers], now=now, until=self._leases.until(), most=self._batch)
        if not jobs:
            return False
        self._leases.hold(*jobs)
        try:
            for number, job in enumerate(jobs):
                if self._stop.is_set():
                    operations.extend_jobs(jobs=jobs[number:], until=self._clock())
                    break
                self._do(job)
                self._leases.drop(job)
        finally:
            self._leases.drop(*jobs)
        return True

    def _do(self, job: ClaimedJob) -> None:
        if job.tries > TRIES_MAX:  # nobody said that the last try failed: it took its worker with it
            self._give_up(job, WORKER_DIED)
            return
        try:
            self._consumers[job.consumer].handle(job.fact, self._clock())
        except FOR_GOOD as refusal:
            self._give_up(job, refusal.code)
        except Refusal as refusal:
            self._retry(job, refusal.code)
        except (OperationalError, InterfaceError) as error:
            if connection.connection is None or connection.connection.closed:
                raise  # the database is gone, and so is the lease soon: nothing is wrong with the job
            self._retry(job, summary(error))
        except Exception as error:  # noqa: BLE001 - the job says so
            log.error("job %s of %s failed:\n%s", job.id, job.consumer, stack(error))  # noqa: TRY400 - without the message
            self._retry(job, summary(error))
        else:
            operations.finish_jobs(jobs=[job])

    def _retry(self, job: ClaimedJob, error: str) -> None:
        if job.tries >= TRIES_MAX:
            self._give_up(job, error)
            return
        now = self._clock()
        due_at = now + retry_delay(job.tries, chance=random.random())
        operations.fail_job(job=job, now=now, due_at=due_at, error=error, state=JobState.READY)

    def _give_up(self, job: ClaimedJob, error: str) -> None:
        now = self._clock()
        log.warning("job %s of %s is given up after %s tries: %s", job.id, job.consumer, job.tries, error)
        operations.fail_job(job=job, now=now, due_at=now, error=error, state=JobState.DEAD)
