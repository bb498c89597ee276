"""The worker: one supervised object that does all background work of a process. Run as many processes as you like."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from phakdi.kit.clock import utc_now
from phakdi.platform.outbox import operations
from phakdi.platform.outbox.core import Consumer, Task
from phakdi.worker.jobs import JobRunner
from phakdi.worker.leases import Leases
from phakdi.worker.loops import Loop
from phakdi.worker.schedule import TaskRunner

log = logging.getLogger("phakdi.worker")


@dataclass(frozen=True, slots=True)
class Pace:
    """How much is done at once and how long is waited for what."""

    job_threads: int = 2
    job_batch: int = 10
    relay_most: int = 2000
    lease: timedelta = timedelta(seconds=30)
    longest_job: timedelta = timedelta(minutes=15)
    longest_pause: float = 1.0  # seconds between looks at an empty queue
    stop_seconds: float = 15.0  # what does not end by then comes back when its lease ends


class Worker:
    """Relays facts, does jobs, hands messages and webhooks over and runs the schedule, each in its own thread.

    ``send`` hands due messages over and returns how many it took up; ``call`` tells endpoints outside and returns whether there
    was anything to tell. A worker that is killed loses nothing: what it had in
    hand is due again when the lease ends, and consumers know what they did.
    """

    def __init__(
        self,
        *,
        consumers: Sequence[Consumer],
        tasks: Sequence[Task],
        send: Callable[[], int],
        call: Callable[[], bool] = lambda: False,
        pace: Pace | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._consumers, self._send, self._clock = tuple(consumers), send, clock
        self._call = call
        self._pace = pace or Pace()
        self._stop = threading.Event()
        self._leases = Leases(lease=self._pace.lease, longest=self._pace.longest_job, clock=clock)
        self._jobs = JobRunner(consumers=consumers, leases=self._leases, clock=clock, stop=self._stop, batch=self._pace.job_batch)
        self._tasks = TaskRunner(tasks=tasks, leases=self._leases, clock=clock, stop=self._stop)
        self._doers: list[Loop] = []

    def run(self, stop: threading.Event) -> None:
        """Work until ``stop`` is set; what is being done then is finished first.

        Raises:
            RuntimeError: a loop ended by itself; whoever supervises the process starts it anew.
        """
        self._stop.clear()
        resting = threading.Event()
        heartbeat = self._loop("heartbeat", self._beat, resting, longest_pause=self._pace.lease.total_seconds() / 3)
        loops = self._start(heartbeat)
        log.info("the worker is at work with %s", ", ".join(loop.name for loop in loops))
        try:
            while not stop.wait(1.0):
                if ended := [loop.name for loop in loops if not loop.is_alive()]:
                    raise RuntimeError(f"ended by themselves: {', '.join(ended)}")
        finally:
            self._end(loops, heartbeat, resting)

    def drain(self, *, rounds_max: int = 1000) -> None:
        """Do in this thread all that is to be done now: facts, jobs and messages, and what they bring about."""
        for _ in range(rounds_max):
            found = [self._relay(), self._jobs.step(), self._send() > 0, self._call()]
            if not any(found):
                return
        raise RuntimeError(f"there was still something to do after {rounds_max} rounds")

    def run_tasks(self, *, runs_max: int = 10_000) -> None:
        """Run in this thread all tasks that are due now, once each."""
        self._tasks.look_around()
        for _ in range(runs_max):
            if not self._tasks.step():
                return
        raise RuntimeError(f"there was still something to do after {runs_max} tasks")

    def _start(self, heartbeat: Loop) -> list[Loop]:
        pause = self._pace.longest_pause
        self._doers = [
            self._loop(f"jobs-{number + 1}", self._jobs.step, self._stop, longest_pause=pause)
            for number in range(self._pace.job_threads)
        ]
        loops = [
            heartbeat,
            *self._doers,
            self._loop("relay", self._relay, self._stop, longest_pause=pause),
            self._loop("messages", lambda: self._send() > 0, self._stop, longest_pause=pause),
            self._loop("webhooks", self._call, self._stop, longest_pause=pause),
            self._loop("schedule", self._tasks.step, self._stop, longest_pause=pause),
        ]
        for loop in loops:
            loop.start()
        return loops

    def _end(self, loops: Sequence[Loop], heartbeat: Loop, resting: threading.Event) -> None:
        """Stop the loops, the heartbeat last: what is being finished is still in hand."""
        self._stop.set()
        deadline = time.monotonic() + self._pace.stop_seconds
        for loop in loops:
            loop.wake()
        for loop in loops:
            if loop is not heartbeat:
                loop.join(max(deadline - time.monotonic(), 0.1))
        resting.set()
        heartbeat.wake()
        heartbeat.join(5)
        if late := [loop.name for loop in loops if loop.is_alive()]:
            log.warning("left behind at work: %s", ", ".join(late))

    def _loop(self, name: str, step: Callable[[], bool], stop: threading.Event, *, longest_pause: float) -> Loop:
        return Loop(name, step, stop=stop, longest_pause=longest_pause)

    def _relay(self) -> bool:
        read = operations.relay(consumers=self._consumers, now=self._clock(), most=self._pace.relay_most)
        if read > 0:
            for loop in self._doers:
                loop.wake()
        return read > 0

    def _beat(self) -> bool:
        self._leases.beat()
        return False
