"""Book what time has made true, as a job."""

from datetime import datetime
from uuid import UUID

from phakdi.loyalty.engine.passing import TimePassed, pass_time_of_due

__all__ = ["TimePassed", "pass_time"]


def pass_time(*, organization_id: UUID, now: datetime, limit: int = 10_000) -> TimePassed:
    """Book what is due by ``now`` for up to ``limit`` members of the organization and say how it went.

    The night's job (R35): activate what waits, end levels and terms, expire points. The engine books them in this order
    for each member. Safe to repeat; ``is_done`` is false where members are left.
    """
    return pass_time_of_due(organization_id=organization_id, now=now, limit=limit)
