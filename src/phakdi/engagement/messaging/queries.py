"""Every read of messages. All but `claimed` run in a scope of the organization."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson

from phakdi.engagement.messaging.core import MessageChannel
from phakdi.engagement.messaging.models import ChannelConnection, DeliveryAttempt, Message
from phakdi.kit.errors import NotFound
from phakdi.kit.vault import unseal

PAGE_MAX = 200


@dataclass(frozen=True, slots=True)
class Connection:
    """How a channel is reached: the provider, its settings, and its secrets in the clear."""

    provider: str
    settings: dict[str, str]

    def __repr__(self) -> str:
        return f"Connection({self.provider})"


@dataclass(frozen=True, slots=True)
class InboxItem:
    """A message as the development inbox shows it, with what is secret in it."""

    id: UUID
    channel: str
    destination: str
    subject: str
    body: str
    state: str
    created_at: datetime


def get_message(*, organization_id: UUID, message_id: UUID) -> Message:
    """Return one message, or raise NotFound."""
    found = Message.objects.filter(organization_id=organization_id, id=message_id).first()
    if found is None:
        raise NotFound("There is no such message.", code="message_not_found", message_id=str(message_id))
    return found


def messages_of(*, organization_id: UUID, member_id: UUID, limit: int = 50) -> list[Message]:
    """Return a member's messages, newest first."""
    found = Message.objects.filter(organization_id=organization_id, member_id=member_id)
    return list(found.order_by("-id")[: min(limit, PAGE_MAX)])


def latest_messages(*, organization_id: UUID, limit: int = 50, before: UUID | None = None) -> list[Message]:
    """Return the organization's messages, newest first; ``before`` is the last of the page before."""
    found = Message.objects.filter(organization_id=organization_id)
    if before is not None:
        found = found.filter(id__lt=before)
    return list(found.order_by("-id")[: min(limit, PAGE_MAX)])


def attempts_of(*, organization_id: UUID, message_id: UUID) -> list[DeliveryAttempt]:
    """Return the tries to hand a message over, in order."""
    found = DeliveryAttempt.objects.filter(organization_id=organization_id, message_id=message_id)
    return list(found.order_by("number"))


def development_inbox(*, organization_id: UUID, limit: int = 50) -> list[InboxItem]:
    """Return what the console channel "sent", newest first, with codes readable: for development and demonstrations."""
    found = Message.objects.filter(organization_id=organization_id, provider="console").order_by("-id")
    return [
        InboxItem(
            id=row.id,
            channel=row.channel,
            destination=row.destination,
            subject=row.subject,
            body=unseal(row.sealed) if row.sealed else row.body,
            state=row.state,
            created_at=row.created_at,
        )
        for row in found[: min(limit, PAGE_MAX)]
    ]


def find_connection(*, organization_id: UUID, channel: MessageChannel) -> Connection | None:
    """Return the organization's own connection for the channel, or None where it has none in use."""
    row = ChannelConnection.objects.filter(organization_id=organization_id, channel=channel, is_enabled=True).first()
    if row is None:
        return None
    secrets = orjson.loads(unseal(row.sealed_secrets)) if row.sealed_secrets else {}
    return Connection(row.provider, {**row.settings, **secrets})


def connections_of(*, organization_id: UUID) -> list[ChannelConnection]:
    """Return the organization's connections with their health; secrets stay sealed."""
    return list(ChannelConnection.objects.filter(organization_id=organization_id).order_by("channel"))
