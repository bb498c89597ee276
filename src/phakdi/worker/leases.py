"""What this process has in hand, and the heartbeat that tells the others so."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from phakdi.platform.outbox import operations
from phakdi.platform.outbox.core import ClaimedJob, ClaimedTask

log = logging.getLogger("phakdi.worker")


@dataclass(frozen=True, slots=True)
class _Held:
    item: ClaimedJob | ClaimedTask
    until_at_most: datetime


class Leases:
    """Jobs and tasks in hand. Each is held for ``lease`` at a time, and never longer than ``longest``: what hangs is let go."""

    def __init__(self, *, lease: timedelta, longest: timedelta, clock: Callable[[], datetime]) -> None:
        self.lease, self._longest, self._clock = lease, longest, clock
        self._held: dict[object, _Held] = {}
        self._lock = threading.Lock()

    def until(self) -> datetime:
        """Return the end of a lease that begins now."""
        return self._clock() + self.lease

    def hold(self, *items: ClaimedJob | ClaimedTask) -> None:
        """Keep items until `drop`."""
        end = self._clock() + self._longest
        with self._lock:
            self._held.update({item.token: _Held(item, end) for item in items})

    def drop(self, *items: ClaimedJob | ClaimedTask) -> None:
        """Keep items no longer."""
        with self._lock:
            for item in items:
                self._held.pop(item.token, None)

    def beat(self) -> None:
        """Move the end of every lease in hand."""
        now = self._clock()
        with self._lock:
            held = [entry.item for entry in self._held.values() if entry.until_at_most > now]
        jobs = [item for item in held if isinstance(item, ClaimedJob)]
        if jobs:
            kept = operations.extend_jobs(jobs=jobs, until=now + self.lease)
            self._tell_lost([job for job in jobs if job.id not in kept])
        for task in held:
            if isinstance(task, ClaimedTask) and not operations.extend_task(task=task, until=now + self.lease):
                self._tell_lost([task])

    def _tell_lost(self, items: list[ClaimedJob] | list[ClaimedTask]) -> None:
        with self._lock:
            lost = [item for item in items if item.token in self._held]  # the others were done meanwhile
        for item in lost:
            log.warning("somebody else took %s over: its lease had ended", item)
        self.drop(*lost)
