"""The database's clock: all workers agree on it, however their machines' clocks differ."""

import time
from datetime import datetime, timedelta

from django.db import connection

from phakdi.kit.clock import utc_now

ASKED_EVERY_SECONDS = 30.0


class DatabaseClock:
    """Tells the time of the database, asking it now and then how far it is from ours."""

    def __init__(self) -> None:
        self._difference = timedelta()
        self._asked_at: float | None = None

    def __call__(self) -> datetime:
        """Return the present instant by the database's clock."""
        if self._asked_at is None or time.monotonic() - self._asked_at > ASKED_EVERY_SECONDS:
            with connection.cursor() as cursor:
                cursor.execute("SELECT clock_timestamp()")
                self._difference = cursor.fetchone()[0] - utc_now()
            self._asked_at = time.monotonic()
        return utc_now() + self._difference
