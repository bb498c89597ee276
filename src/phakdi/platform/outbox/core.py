"""What facts, consumers and scheduled tasks are, and when a job that failed is tried again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

TRIES_MAX = 12  # with the delays below: about nine hours
FIRST_DELAY_SECONDS = 2.0
LONGEST_DELAY_SECONDS = 3 * 3600.0
INSTALLATION = UUID(int=0)  # whom tasks of the whole installation belong to


class JobState(StrEnum):
    """Where a job is; one that is done is gone."""

    READY = "READY"
    DEAD = "DEAD"  # it failed for good: somebody has to look at it


@dataclass(frozen=True, slots=True)
class Fact:
    """What happened, as consumers are told. ``data`` carries ids, codes and figures, nothing personal."""

    id: UUID
    organization_id: UUID
    topic: str
    member_id: UUID | None
    data: Mapping[str, Any]
    at: datetime


Handler = Callable[[Fact, datetime], None]


@dataclass(frozen=True, slots=True)
class Consumer:
    """Who acts on facts of some topics. ``handle`` opens its own transactions and is safe to repeat for the same fact.

    With ``is_ordered`` the facts of one member come one after the other, in the order in which they were committed; one that
    waits for another try holds up the member's later ones, one that is dead does not. Facts that happened longer ago than
    ``max_age`` before they are relayed are left out, and so is for a consumer that ``is_live`` what an import brought about.
    Facts of ``asked`` topics, which happen often, make jobs only for organizations that asked for them (`operations.ask`).
    """

    name: str
    topics: frozenset[str]
    handle: Handler
    is_ordered: bool = False
    max_age: timedelta | None = None
    is_live: bool = False
    asked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ClaimedJob:
    """A job in hand until its lease ends. ``tries`` counts this one."""

    id: int
    token: UUID
    consumer: str
    tries: int
    fact: Fact


@dataclass(frozen=True, slots=True)
class Every:
    """A task that is due again so long after it was done."""

    interval: timedelta

    def next_after(self, now: datetime, time_zone: str) -> datetime:
        """Return when it is due after it was done at ``now``."""
        del time_zone
        return now + self.interval


@dataclass(frozen=True, slots=True)
class Daily:
    """A task that is due once on each of the organization's days, at ``at`` on its clocks."""

    at: time

    def next_after(self, now: datetime, time_zone: str) -> datetime:
        """Return the first instant after ``now`` at which the organization's clocks show ``at``."""
        zone = ZoneInfo(time_zone)
        local = now.astimezone(zone)
        today = datetime.combine(local.date(), self.at, tzinfo=zone)
        return today if today > now else datetime.combine(local.date() + timedelta(days=1), self.at, tzinfo=zone)


@dataclass(frozen=True, slots=True)
class TaskRun:
    """For whom and when a task runs. A long task asks now and then whether the process ``is_stopping``, and returns early."""

    organization_id: UUID
    now: datetime
    is_stopping: Callable[[], bool] = field(default=lambda: False)


@dataclass(frozen=True, slots=True)
class Task:
    """Something done by the clock, for each organization or once for the installation; safe to repeat.

    ``run`` returns whether it is done: False makes it due again at once.
    """

    name: str
    rhythm: Every | Daily
    run: Callable[[TaskRun], bool]
    is_per_organization: bool = True


@dataclass(frozen=True, slots=True)
class ClaimedTask:
    """A task in hand until its lease ends."""

    organization_id: UUID
    name: str
    token: UUID
    tries: int


def retry_delay(tries: int, *, chance: float) -> timedelta:
    """Return how long a job waits after its try number ``tries`` (1 is the first) failed.

    Two seconds doubling to three hours, more or less a quarter by ``chance`` (0 to 1), so that what failed together does not
    come back together.
    """
    doubled = min(FIRST_DELAY_SECONDS * 2 ** (tries - 1), LONGEST_DELAY_SECONDS)
    return timedelta(seconds=doubled * (0.75 + chance / 2))
