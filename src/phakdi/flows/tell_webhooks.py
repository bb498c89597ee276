"""Tell endpoints outside of facts: number them for each member, keep what is said, and queue it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

from phakdi.kit.db.scope import organization_scope
from phakdi.platform.webhooks import operations, queries
from phakdi.platform.webhooks.core import webhook_id
from phakdi.platform.webhooks.operations import NewEvent

LISTENER = "tell_webhooks"  # the consumer, as the outbox knows it


def tell_webhooks(*, organization_id: UUID, event: NewEvent, data: Mapping[str, Any], now: datetime) -> int:
    """Queue a fact for every endpoint that wants to hear of its kind, and return how many; safe to repeat.

    The facts of one member must come one after the other: each gets the next number of that member.
    """
    with organization_scope(organization_id):
        if not queries.has_endpoints(organization_id=organization_id):
            return 0
        if operations.has_event(organization_id=organization_id, event_id=event.id):
            return 0
        endpoints = queries.endpoints_for(organization_id=organization_id, topic=event.topic)
        sequence = None
        if event.member_id is not None:
            sequence = operations.next_number(organization_id=organization_id, member_id=event.member_id)
        body = payload(organization_id=organization_id, event=event, data=data, sequence=sequence)
        operations.queue_event(
            organization_id=organization_id, event=event, sequence=sequence, body=body, endpoints=endpoints, now=now
        )
    return len(endpoints)


def payload(*, organization_id: UUID, event: NewEvent, data: Mapping[str, Any], sequence: int | None) -> str:
    """Return the text that receivers get: what happened, to whom, when, and its number among the member's events."""
    told = {
        "id": webhook_id(event.id),
        "type": event.topic,
        "timestamp": event.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "organization_id": str(organization_id),
        "member_id": str(event.member_id) if event.member_id else None,
        "sequence": sequence,
        "data": dict(data),
    }
    return orjson.dumps(told).decode()
