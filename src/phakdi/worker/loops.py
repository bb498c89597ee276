"""A loop in a thread of its own: works while there is work, rests longer and longer while there is none, survives errors."""

import logging
import threading
from collections.abc import Callable

from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connections

from phakdi.worker.errors import stack, summary

log = logging.getLogger("phakdi.worker")

SHORTEST_PAUSE, LONGEST_FAILURE_PAUSE = 0.02, 5.0
PATIENCE = "SET statement_timeout = '60s'"  # background work may ask longer questions than a page


class Loop(threading.Thread):
    """Calls ``step`` again and again until it is stopped; a step returns whether it found anything to do."""

    def __init__(self, name: str, step: Callable[[], bool], *, stop: threading.Event, longest_pause: float) -> None:
        super().__init__(name=f"phakdi-{name}", daemon=True)
        self._step, self._stop_event, self._longest_pause = step, stop, longest_pause
        self._wake = threading.Event()
        self._patient: object = None

    def wake(self) -> None:
        """End the present pause: there is something to do, or it is time to stop."""
        self._wake.set()

    def run(self) -> None:
        """Work until stopped."""
        pause, failures = SHORTEST_PAUSE, 0
        while not self._stop_event.is_set():
            try:
                self._be_patient()
                found = self._step()
            except Exception as error:  # noqa: BLE001 - it is logged, and the loop goes on
                failures += 1
                self._tell(error)
                connections.close_all()
                self._rest(min(0.5 * 2 ** min(failures, 10), LONGEST_FAILURE_PAUSE))
                continue
            failures = 0
            pause = SHORTEST_PAUSE if found else min(pause * 2, self._longest_pause)
            if not found:
                self._rest(pause)
        connections.close_all()

    def _tell(self, error: Exception) -> None:
        if isinstance(error, OperationalError | InterfaceError):  # the database is away: nothing is learned from our lines
            log.warning("%s waits for the database: %s", self.name, summary(error))
        else:
            log.error("%s failed and tries again:\n%s", self.name, stack(error))

    def _rest(self, seconds: float) -> None:
        self._wake.wait(seconds)
        self._wake.clear()

    def _be_patient(self) -> None:
        """Let this thread's connection wait longer than a page's; once for each connection."""
        wrapper = connections[DEFAULT_DB_ALIAS]
        wrapper.ensure_connection()
        if self._patient is not wrapper.connection:
            with wrapper.cursor() as cursor:
                cursor.execute(PATIENCE)
            self._patient = wrapper.connection
