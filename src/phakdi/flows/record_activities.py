"""Record what many members did, as files and till batches report it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from phakdi.kit.errors import Refusal
from phakdi.loyalty.engine import recording
from phakdi.loyalty.engine.batches import record_many
from phakdi.loyalty.engine.recording import Actor, Receipt

__all__ = ["Actor", "Receipt", "record_activities"]


def record_activities(
    *,
    organization_id: UUID,
    items: Sequence[tuple[UUID, Mapping[str, Any]]],
    now: datetime,
    actor: Actor | None = None,
    import_id: UUID | None = None,
    late: bool = False,
) -> list[Receipt | Refusal]:
    """Record up to 1,000 activities (member, activity) and return a receipt or a refusal for each, in their order.

    A member's activities take effect in the order given. A refused item changes nothing and stops no other. Safe to
    repeat where the activities carry a ``ref``.

    Raises:
        Invalid: more than 1,000 items.
    """
    context = recording.Context(organization_id, now, late, import_id, recording.actor_values(actor))
    answers: dict[int, Receipt | Refusal] = {}
    readable = []
    for position, (member_id, activity) in enumerate(items):
        try:
            readable.append((position, member_id, recording.read(activity, context)))
        except Refusal as refusal:
            answers[position] = refusal
    recorded = record_many(items=[(member_id, report) for _, member_id, report in readable], context=context)
    answers.update((position, answer) for (position, _, _), answer in zip(readable, recorded, strict=True))
    return [answers[position] for position in range(len(items))]
