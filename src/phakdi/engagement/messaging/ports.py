"""What messaging needs of a channel: something that hands one message over and says what came of it."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from phakdi.engagement.messaging.core import MessageChannel, MessageClass, Outcome


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to hand over. ``attempt_id`` is new for every try."""

    message_id: UUID
    attempt_id: UUID
    organization_id: UUID
    channel: MessageChannel
    kind: MessageClass
    language: str
    destination: str
    subject: str
    body: str
    unsubscribe_url: str = ""

    def __repr__(self) -> str:
        return f"Outgoing({self.message_id})"  # neither the text nor the destination reaches a log by accident


class Channel(Protocol):
    """A connection to a provider. ``send`` has time limits, runs outside any transaction and never raises."""

    provider: str
    keeps_secrets: bool  # a development inbox, which may show codes after they were "sent"

    def send(self, message: Outgoing) -> Outcome:
        """Hand the message over and return what came of it."""
        ...
