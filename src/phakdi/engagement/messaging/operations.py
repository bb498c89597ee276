"""Every write of messages. All but `claim` run in the caller's transaction; none of them calls a provider."""

import hashlib
import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from django.db import connection
from django.db.models import Q

from phakdi.engagement.messaging.core import (
    TEMPLATES,
    MessageChannel,
    MessageClass,
    MessageState,
    Outcome,
    OutcomeKind,
    render,
    settle_outcome,
    sms_parts,
)
from phakdi.engagement.messaging.core.kinds import PRIORITIES, AttemptState
from phakdi.engagement.messaging.models import ChannelConnection, DeliveryAttempt, Message
from phakdi.engagement.messaging.ports import Outgoing
from phakdi.kit.db.scope import in_transaction
from phakdi.kit.errors import NotFound
from phakdi.kit.ids import new_id
from phakdi.kit.vault import seal, unseal
from phakdi.people.consents.core import ConsentChannel, Purpose
from phakdi.people.consents.queries import has_consent

LEASE = timedelta(seconds=60)  # longer than any provider may take


@dataclass(frozen=True, slots=True)
class NewMessage:
    """What to send: one of the product's templates with its parameters, to whom, and until when it makes sense.

    ``key`` makes it safe to ask twice: the same key is the same message.
    """

    kind: MessageClass
    template: str
    channel: MessageChannel
    destination: str
    language: str = "th"
    params: Mapping[str, Any] = field(default_factory=dict)
    member_id: UUID | None = None
    key: str | None = None
    expires_at: datetime | None = None
    unsubscribe_url: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """A message that this sender may hand over until its lease ends."""

    message_id: UUID
    organization_id: UUID
    token: UUID
    channel: MessageChannel


@in_transaction
def queue_message(*, organization_id: UUID, message: NewMessage, now: datetime) -> UUID:
    """Queue a message and return its id; with a ``key`` that was used before, the id of that message."""
    rendered = render(message.template, channel=message.channel, language=message.language, params=message.params)
    is_secret = bool(TEMPLATES[message.template].secret)
    row = Message(
        organization_id=organization_id,
        member_id=message.member_id,
        kind=message.kind.value,
        priority=PRIORITIES[message.kind],
        template=message.template,
        language=message.language,
        channel=message.channel.value,
        destination=message.destination,
        subject=rendered.subject,
        body=rendered.kept_body,
        sealed=seal(rendered.body) if is_secret else "",
        unsubscribe_url=message.unsubscribe_url,
        parts=sms_parts(rendered.body).parts if message.channel is MessageChannel.SMS else 1,
        state=MessageState.QUEUED.value,
        key=message.key,
        created_at=now,
        due_at=now,
        expires_at=message.expires_at,
    )
    if message.key is None:
        row.save(force_insert=True)
        return row.id
    Message.objects.bulk_create([row], ignore_conflicts=True)
    return Message.objects.values_list("id", flat=True).get(organization_id=organization_id, key=message.key)


def claim(*, now: datetime, most: int) -> list[Claim]:
    """Take up to ``most`` due messages of all organizations for a minute; nobody else takes the same ones meanwhile."""
    with connection.cursor() as db:
        db.execute("SELECT * FROM message_claim(%s::timestamptz, %s::timestamptz, %s)", [now, now + LEASE, most])
        return [Claim(id_, organization, token, MessageChannel(name)) for id_, organization, token, name in db.fetchall()]


@in_transaction
def prepare(*, claim: Claim, provider: str, keeps_secrets: bool, now: datetime) -> Outgoing | None:
    """Write down that the message is about to be handed over and return it; None where it must not be (any more).

    It must not when its time has passed, when marketing to the member is no longer agreed to, or when an earlier sender
    died while handing it over: then nobody knows whether it was sent, and it becomes AMBIGUOUS.
    """
    row = _lock(claim)
    if row is None:
        return None
    if row.expires_at is not None and row.expires_at <= now:
        _finish(row, MessageState.CANCELLED, "expired", now)
        return None
    if not _is_allowed(row):
        _finish(row, MessageState.CANCELLED, "no_consent", now)
        return None
    unfinished = DeliveryAttempt.objects.filter(
        organization_id=row.organization_id, message_id=row.id, state=AttemptState.PREPARED.value
    )
    if unfinished.update(state=AttemptState.AMBIGUOUS.value, code="sender_died", finished_at=now):
        row.provider = provider
        _finish(row, MessageState.AMBIGUOUS, "sender_died", now, keeps_secrets=keeps_secrets)
        return None
    outgoing = _outgoing(row)
    row.tries, row.provider, row.lease_until = row.tries + 1, provider, now + LEASE
    row.save(update_fields=["tries", "provider", "lease_until"])
    DeliveryAttempt.objects.create(
        id=outgoing.attempt_id,
        organization_id=row.organization_id,
        message_id=row.id,
        number=row.tries,
        provider=provider,
        state=AttemptState.PREPARED.value,
        request_hash=hashlib.sha256(f"{row.channel}\x1f{row.destination}\x1f{outgoing.body}".encode()).hexdigest(),
        prepared_at=now,
    )
    return outgoing


@in_transaction
def settle(*, claim: Claim, attempt_id: UUID, outcome: Outcome, keeps_secrets: bool, now: datetime) -> MessageState:
    """Write down what came of a try and return where the message is now. A late answer settles its try all the same."""
    row = Message.objects.select_for_update().get(organization_id=claim.organization_id, id=claim.message_id)
    chance = random.random()
    settled = settle_outcome(outcome, tries=row.tries, now=now, expires_at=row.expires_at, chance=chance)
    tried = DeliveryAttempt.objects.filter(organization_id=claim.organization_id, id=attempt_id)
    tried.update(
        state=settled.attempt.value,
        code=outcome.code,
        status=outcome.status,
        provider_ref=outcome.provider_ref,
        finished_at=now,
    )
    _note_health(row, outcome, now)
    if row.lease_token != claim.token and row.state != MessageState.AMBIGUOUS:
        return MessageState(row.state)
    row.provider_ref = outcome.provider_ref
    if row.state == MessageState.QUEUED and settled.due_at is not None:
        row.due_at, row.lease_until, row.lease_token = settled.due_at, None, None
        row.state_reason = outcome.code
        row.save(update_fields=["due_at", "lease_until", "lease_token", "state_reason"])
        return MessageState.QUEUED
    state = MessageState.FAILED if settled.due_at is not None else settled.message  # too late for another try
    _finish(row, state, outcome.code, now, keeps_secrets=keeps_secrets)
    return state


@in_transaction
def fail_unconnected(*, claim: Claim, now: datetime) -> None:
    """Give up on a message whose channel is not connected to any provider."""
    if row := _lock(claim):
        _finish(row, MessageState.FAILED, "channel_not_connected", now)


@in_transaction
def cancel_message(*, organization_id: UUID, message_id: UUID, reason: str, now: datetime) -> bool:
    """Cancel a message that waits and return True; one that is out already stays as it is."""
    row = Message.objects.select_for_update().filter(organization_id=organization_id, id=message_id).first()
    if row is None:
        raise NotFound("There is no such message.", code="message_not_found", message_id=str(message_id))
    if row.state != MessageState.QUEUED or (row.lease_until is not None and row.lease_until > now):
        return False
    _finish(row, MessageState.CANCELLED, reason, now)
    return True


@in_transaction
def connect_channel(
    *,
    organization_id: UUID,
    channel: MessageChannel,
    provider: str,
    settings: Mapping[str, str],
    secrets: Mapping[str, str],
    now: datetime,
) -> None:
    """Use the organization's own account with a provider from now on. Secrets are sealed; empty ones stay as they are."""
    kept = ChannelConnection.objects.select_for_update().filter(organization_id=organization_id, channel=channel).first()
    before = orjson.loads(unseal(kept.sealed_secrets)) if kept and kept.provider == provider and kept.sealed_secrets else {}
    merged = {**before, **{name: value for name, value in secrets.items() if value}}
    ChannelConnection.objects.update_or_create(
        organization_id=organization_id,
        channel=channel.value,
        defaults={
            "provider": provider,
            "settings": dict(settings),
            "sealed_secrets": seal(orjson.dumps(merged).decode()) if merged else "",
            "is_enabled": True,
            "updated_at": now,
        },
    )


@in_transaction
def forget_messages(*, organization_id: UUID, member_ids: Collection[UUID], destinations: Collection[str]) -> int:
    """Destroy words and destinations of messages to members who are forgotten and return how many; what waits is cancelled."""
    found = Message.objects.filter(organization_id=organization_id)
    found = found.filter(Q(member_id__in=member_ids) | Q(destination__in=[each for each in destinations if each]))
    attempts = DeliveryAttempt.objects.filter(organization_id=organization_id, message_id__in=found.values("id"))
    attempts.update(request_hash="", provider_ref="")
    found.filter(state=MessageState.QUEUED.value).update(state=MessageState.CANCELLED.value, state_reason="member_forgotten")
    return found.update(destination="", subject="", body="", sealed="", unsubscribe_url="", provider_ref="", key=None)


@in_transaction
def disconnect_channel(*, organization_id: UUID, channel: MessageChannel, now: datetime) -> None:
    """Stop using the organization's own account; what the installation offers takes its place. Raises NotFound."""
    found = ChannelConnection.objects.filter(organization_id=organization_id, channel=channel, is_enabled=True)
    if found.update(is_enabled=False, updated_at=now) == 0:
        raise NotFound("This channel is not connected.", code="channel_not_connected", channel=channel.value)


def _lock(claim: Claim) -> Message | None:
    """Return the message if this sender still holds it."""
    found = Message.objects.select_for_update().filter(organization_id=claim.organization_id, id=claim.message_id)
    return found.filter(lease_token=claim.token, state=MessageState.QUEUED.value).first()


def _is_allowed(row: Message) -> bool:
    """Tell whether the message may be sent at this moment: marketing needs a consent that was not withdrawn."""
    if row.kind != MessageClass.MARKETING or row.member_id is None:
        return row.kind != MessageClass.MARKETING
    return has_consent(
        organization_id=row.organization_id,
        member_id=row.member_id,
        purpose=Purpose.MARKETING,
        channel=ConsentChannel(row.channel),
    )


def _outgoing(row: Message) -> Outgoing:
    return Outgoing(
        message_id=row.id,
        attempt_id=new_id(),
        organization_id=row.organization_id,
        channel=MessageChannel(row.channel),
        kind=MessageClass(row.kind),
        language=row.language,
        destination=row.destination,
        subject=row.subject,
        body=unseal(row.sealed) if row.sealed else row.body,
        unsubscribe_url=row.unsubscribe_url,
    )


def _finish(row: Message, state: MessageState, reason: str, now: datetime, *, keeps_secrets: bool = False) -> None:
    row.state, row.state_reason, row.finished_at = state.value, reason, now
    row.lease_until = row.lease_token = None
    if not keeps_secrets:
        row.sealed = ""
    columns = ["state", "state_reason", "finished_at", "lease_until", "lease_token", "sealed", "provider", "provider_ref"]
    if row.template in TEMPLATES and TEMPLATES[row.template].forgets:
        row.destination = row.subject = row.body = row.sealed = ""
        columns += ["destination", "subject", "body"]
        DeliveryAttempt.objects.filter(organization_id=row.organization_id, message_id=row.id).update(request_hash="")
    row.save(update_fields=columns)


def _note_health(row: Message, outcome: Outcome, now: datetime) -> None:
    found = ChannelConnection.objects.filter(organization_id=row.organization_id, channel=row.channel, is_enabled=True)
    if outcome.kind is OutcomeKind.ACCEPTED:
        news: dict[str, Any] = {"last_ok_at": now, "last_error": ""}
        if outcome.quota_left is not None:
            news["quota_left"] = outcome.quota_left
    else:
        news = {"last_error_at": now, "last_error": outcome.code}
        if outcome.kind is OutcomeKind.QUOTA:
            news["quota_left"] = 0
    found.update(**news)
