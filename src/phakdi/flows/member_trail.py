"""What every change of a member leaves behind: a fact for others, a line in the audit, a notice to the member."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from phakdi.engagement.messaging.core import MessageChannel, MessageClass
from phakdi.engagement.messaging.operations import NewMessage, queue_message
from phakdi.loyalty.engine.recording import Actor
from phakdi.people.members.models import Member
from phakdi.platform.audit.operations import write_entry
from phakdi.platform.outbox.operations import publish


@dataclass(frozen=True, slots=True)
class Cause:
    """In whose organization, at whose hand and when something happens. Without an actor it is the member's own doing."""

    organization_id: UUID
    now: datetime
    actor: Actor | None = None

    @property
    def is_member(self) -> bool:
        """Whether the member does it, not somebody of the organization."""
        return self.actor is None or self.actor.kind == "member"

    @property
    def who(self) -> dict[str, str] | None:
        """The actor as it is kept with consents."""
        return {"kind": self.actor.kind, "id": self.actor.id, "store": self.actor.store} if self.actor else None


def tell(cause: Cause, topic: str, member_id: UUID, data: Mapping[str, Any] | None = None) -> None:
    """Put a fact about a member in the outbox. It carries ids and codes, nothing personal."""
    publish(organization_id=cause.organization_id, topic=topic, member_id=member_id, data=dict(data or {}), at=cause.now)


def audit(cause: Cause, action: str, member_id: UUID, data: Mapping[str, Any] | None = None) -> None:
    """Note who did what to which member; which fields, never their values."""
    write_entry(
        organization_id=cause.organization_id,
        action=action,
        actor_kind=cause.actor.kind if cause.actor else "member",
        actor_id=cause.actor.id if cause.actor else str(member_id),
        subject_kind="member",
        subject_id=str(member_id),
        data=dict(data or {}),
        at=cause.now,
    )


def notify(cause: Cause, member: Member, template: str, params: Mapping[str, Any]) -> None:
    """Queue a security notice to the member: by e-mail where there is one, else by SMS; without either, none."""
    if member.email:
        send_notice(cause, member, template, params, MessageChannel.EMAIL, member.email)
    elif member.phone:
        send_notice(cause, member, template, params, MessageChannel.SMS, member.phone)


def send_notice(
    cause: Cause, member: Member, template: str, params: Mapping[str, Any], channel: MessageChannel, destination: str
) -> None:
    """Queue a security notice to this destination, which may be one that the member has just left."""
    message = NewMessage(
        kind=MessageClass.SECURITY,
        template=template,
        channel=channel,
        destination=destination,
        language=member.language,
        params={"number": member.number, **params},
        member_id=member.id,
    )
    queue_message(organization_id=cause.organization_id, message=message, now=cause.now)
