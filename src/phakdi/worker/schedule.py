"""Doing what is due by the clock, for each organization or once for the installation."""

import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from threading import Event
from uuid import UUID

from phakdi.platform.organizations.core import TIME_ZONE
from phakdi.platform.organizations.queries import all_organizations
from phakdi.platform.outbox import operations
from phakdi.platform.outbox.core import INSTALLATION, ClaimedTask, Task, TaskRun, retry_delay
from phakdi.worker.errors import stack, summary
from phakdi.worker.leases import Leases

log = logging.getLogger("phakdi.worker")

LOOK_AROUND_SECONDS = 20.0  # so soon does a new organization get its tasks
CHANCE = 0.5


class TaskRunner:
    """Runs tasks that are due, one at a time. Any number may run in any number of processes."""

    def __init__(self, *, tasks: Sequence[Task], leases: Leases, clock: Callable[[], datetime], stop: Event) -> None:
        self._tasks = {task.name: task for task in tasks}
        assert len(self._tasks) == len(tasks), "two tasks have one name"
        self._leases, self._clock, self._stop = leases, clock, stop
        self._time_zones: dict[UUID, str] = {INSTALLATION: TIME_ZONE}
        self._looked_at: float | None = None

    def step(self) -> bool:
        """Run one task that is due and return whether there was one."""
        if self._looked_at is None or time.monotonic() - self._looked_at > LOOK_AROUND_SECONDS:
            self.look_around()
        claimed = operations.claim_tasks(tasks=[*self._tasks], now=self._clock(), until=self._leases.until(), most=1)
        for task in claimed:
            self._run(task)
        return bool(claimed)

    def look_around(self) -> None:
        """Schedule the tasks of organizations that are new."""
        now = self._clock()
        self._time_zones.update({organization.id: organization.time_zone for organization in all_organizations()})
        rows = [
            (owner, task.name, task.rhythm.next_after(now - timedelta(days=1), zone))
            for owner, zone in self._time_zones.items()
            for task in self._tasks.values()
            if task.is_per_organization == (owner != INSTALLATION)
        ]
        operations.ensure_tasks(rows=rows)
        self._looked_at = time.monotonic()

    def _run(self, claimed: ClaimedTask) -> None:
        task = self._tasks[claimed.name]
        self._leases.hold(claimed)
        began = self._clock()
        try:
            is_done = task.run(TaskRun(claimed.organization_id, began, is_stopping=self._stop.is_set))
        except Exception as error:  # noqa: BLE001 - the task says so
            log.error("task %s of %s failed:\n%s", claimed.name, claimed.organization_id, stack(error))  # noqa: TRY400 - as in jobs
            now = self._clock()
            due_at = now + retry_delay(min(claimed.tries, 10), chance=CHANCE)
            operations.settle_task(task=claimed, now=now, due_at=due_at, error=summary(error))
        else:
            zone = self._time_zones.get(claimed.organization_id, TIME_ZONE)
            now = self._clock()
            due_at = task.rhythm.next_after(began, zone) if is_done else now
            operations.settle_task(task=claimed, now=now, due_at=due_at)
        finally:
            self._leases.drop(claimed)
