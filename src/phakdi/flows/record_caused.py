"""Record an activity that another one brought about: a friend's first purchase, a transfer received."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from phakdi.loyalty.engine import recording
from phakdi.loyalty.engine.recording import Receipt

ORIGIN = "phakdi"


def record_caused(*, organization_id: UUID, fact_id: UUID, member_id: UUID, data: Mapping[str, Any], now: datetime) -> Receipt:
    """Record what the fact ``activity.caused`` tells, once however often it is told, and return the answer.

    Raises:
        NotFound, Conflict, Rejected, Unavailable: as for any activity.
    """
    raw = {**data["fields"], "kind": data["kind"], "at": data["at"], "ref": f"caused:{fact_id}", "origin": ORIGIN}
    if data.get("of"):
        raw["of"] = data["of"]
    context = recording.Context(organization_id, now, accepts_late=True)
    report = recording.read(raw, context, depth=data["depth"])
    return recording.record(member_id=member_id, report=report, context=context)
