"""Show what an activity would cause, and change nothing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from phakdi.loyalty.engine import recording
from phakdi.loyalty.engine.recording import Receipt

__all__ = ["Receipt", "dry_run"]


def dry_run(*, organization_id: UUID, member_id: UUID, activity: Mapping[str, Any], now: datetime) -> Receipt:
    """Return what `record_activity` would answer at ``now``, which may lie in the future; nothing is kept.

    Raises:
        Invalid, NotFound, Conflict, Rejected: as recording it would.
    """
    context = recording.Context(organization_id, now)
    return recording.rehearse(member_id=member_id, report=recording.read(activity, context), context=context)
