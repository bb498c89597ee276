"""Record what a member did."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from phakdi.loyalty.engine import recording
from phakdi.loyalty.engine.recording import Actor, Receipt

__all__ = ["Actor", "Receipt", "record_activity"]


def record_activity(
    *,
    organization_id: UUID,
    member_id: UUID,
    activity: Mapping[str, Any],
    now: datetime,
    actor: Actor | None = None,
    import_id: UUID | None = None,
    late: bool = False,
) -> Receipt:
    """Record ``activity`` and everything the program causes by it, and return what the till is told.

    Runs in autocommit: two calls to the database, again where the member moved meanwhile. An activity with a ``ref`` is
    recorded once: reported again it is answered with the first answer (``is_replay``). One that happened longer ago than
    the program allows waits for review (``status`` REVIEW) unless ``late`` says that it was looked at.

    Raises:
        Invalid: the activity cannot be read, or lies in the future (``future_date``).
        NotFound: no such member, or no program.
        Conflict: the reference was used for another member or with other content (``receipt_conflict``).
        Rejected: a rule said no.
        Unavailable: somebody else kept changing the same member.
    """
    context = recording.Context(organization_id, now, late, import_id, recording.actor_values(actor))
    return recording.record(member_id=member_id, report=recording.read(activity, context), context=context)
