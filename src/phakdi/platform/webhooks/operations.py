"""Every write of webhooks. All but `claim` run in the caller's transaction; none of them calls anybody outside."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import F, QuerySet

from phakdi.kit.db.scope import in_transaction
from phakdi.kit.errors import Invalid, Rejected
from phakdi.kit.ids import new_id
from phakdi.kit.vault import seal, unseal
from phakdi.platform.webhooks import core, queries
from phakdi.platform.webhooks.core import (
    Address,
    Answer,
    AttemptState,
    DeliveryState,
    EndpointState,
    Health,
    new_secret,
    read_address,
    read_topics,
)
from phakdi.platform.webhooks.models import Attempt, Delivery, Endpoint, Event, MemberSequence

KEPT = timedelta(days=30)
PURGE_BATCH = 1000
REPLAY_SLICE = 500


class TooManyEndpoints(Rejected):
    """An organization has a limited number of endpoints."""

    code = "webhook_endpoints_max"


class EndpointNotActive(Rejected):
    """The endpoint is paused or given up: nothing is sent there."""

    code = "webhook_not_active"


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that this sender may try until its lease ends."""

    delivery_id: UUID
    organization_id: UUID
    token: UUID


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One try, as it is sent."""

    attempt_id: UUID
    claim: Claim
    address: Address
    headers: dict[str, str]
    body: bytes

    def __repr__(self) -> str:
        return f"Outgoing({self.claim.delivery_id})"


@dataclass(frozen=True, slots=True)
class NewEvent:
    """A fact that is to be told."""

    id: UUID
    topic: str
    member_id: UUID | None
    at: datetime


# --- endpoints ------------------------------------------------------------------------------------------------------------


@in_transaction
def add_endpoint(
    *,
    organization_id: UUID,
    name: str,
    url: str,
    topics: Collection[str],
    known: Collection[str],
    trusted: Collection[str],
    now: datetime,
) -> tuple[Endpoint, str]:
    """Keep a new endpoint and return it with its secret, which is shown once.

    Raises:
        Invalid: no name, no address that may be called, no or an unknown kind of event.
        TooManyEndpoints: there are fifty.
    """
    if Endpoint.objects.filter(organization_id=organization_id).count() >= core.ENDPOINTS_MAX:
        raise TooManyEndpoints("There are as many endpoints as an organization can have.", most=core.ENDPOINTS_MAX)
    read_address(url, trusted=trusted)
    secret = new_secret()
    endpoint = Endpoint.objects.create(
        organization_id=organization_id,
        name=_read_name(name),
        url=url,
        topics=read_topics(topics, known=known),
        sealed_secret=seal(secret),
        created_at=now,
    )
    return endpoint, secret


@in_transaction
def change_endpoint(
    *,
    organization_id: UUID,
    endpoint_id: UUID,
    name: str,
    url: str,
    topics: Collection[str],
    known: Collection[str],
    trusted: Collection[str],
) -> Endpoint:
    """Write an endpoint's name, address and kinds of events; another address begins with a clean record.

    Raises:
        UnknownEndpoint, Invalid: nothing was changed.
    """
    endpoint = _lock_endpoint(organization_id, endpoint_id)
    read_address(url, trusted=trusted)
    if url != endpoint.url:
        endpoint.fails, endpoint.failing_since, endpoint.probe_at = 0, None, None
    endpoint.name, endpoint.url, endpoint.topics = _read_name(name), url, read_topics(topics, known=known)
    endpoint.save()
    return endpoint


@in_transaction
def set_state(*, organization_id: UUID, endpoint_id: UUID, is_active: bool) -> Endpoint:
    """Tell an endpoint nothing for the time being, or begin again, with what has been waiting. Raises UnknownEndpoint."""
    endpoint = _lock_endpoint(organization_id, endpoint_id)
    endpoint.state = (EndpointState.ACTIVE if is_active else EndpointState.PAUSED).value
    endpoint.state_reason = ""
    endpoint.fails, endpoint.failing_since, endpoint.probe_at = 0, None, None
    endpoint.save()
    return endpoint


@in_transaction
def rotate_secret(*, organization_id: UUID, endpoint_id: UUID, now: datetime) -> tuple[Endpoint, str]:
    """Give an endpoint a new secret and return it; the one before signs beside it for a day. Raises UnknownEndpoint."""
    endpoint = _lock_endpoint(organization_id, endpoint_id)
    secret = new_secret()
    endpoint.sealed_secret_before, endpoint.secret_before_until = endpoint.sealed_secret, now + core.SECRET_KEPT
    endpoint.sealed_secret = seal(secret)
    endpoint.save()
    return endpoint, secret


@in_transaction
def remove_endpoint(*, organization_id: UUID, endpoint_id: UUID) -> Endpoint:
    """Remove an endpoint with the log of its deliveries. Raises UnknownEndpoint."""
    endpoint = _lock_endpoint(organization_id, endpoint_id)
    Endpoint.objects.filter(organization_id=organization_id, id=endpoint_id).delete()
    return endpoint


# --- events ---------------------------------------------------------------------------------------------------------------


@in_transaction
def next_number(*, organization_id: UUID, member_id: UUID) -> int:
    """Return the next number in the row of a member's events; waits for others who number the same member's."""
    row = MemberSequence(organization_id=organization_id, member_id=member_id)
    MemberSequence.objects.bulk_create([row], ignore_conflicts=True)
    mine = MemberSequence.objects.filter(organization_id=organization_id, member_id=member_id)
    mine.update(latest=F("latest") + 1)
    return mine.values_list("latest", flat=True).get()


@in_transaction
def has_event(*, organization_id: UUID, event_id: UUID) -> bool:
    """Tell whether an event is kept already."""
    return Event.objects.filter(organization_id=organization_id, id=event_id).exists()


@in_transaction
def queue_event(
    *, organization_id: UUID, event: NewEvent, sequence: int | None, body: str, endpoints: Sequence[Endpoint], now: datetime
) -> Event:
    """Keep an event and queue its telling to each of the endpoints; the caller knows that it is not kept yet."""
    kept = Event.objects.create(
        id=event.id,
        organization_id=organization_id,
        topic=event.topic,
        member_id=event.member_id,
        sequence=sequence,
        body=body,
        at=event.at,
        created_at=now,
    )
    _queue(organization_id, [kept], endpoints, now)
    return kept


@in_transaction
def replay_delivery(*, organization_id: UUID, delivery_id: UUID, now: datetime) -> Delivery:
    """Make a delivery due again, with all its tries before it and under the same webhook-id.

    Raises:
        UnknownDelivery: there is none.
        EndpointNotActive: its endpoint is paused or given up.
    """
    delivery = queries.get_delivery(organization_id=organization_id, delivery_id=delivery_id)
    _demand_active(delivery.endpoint)
    _again(Delivery.objects.filter(organization_id=organization_id, id=delivery_id), now)
    return delivery


@in_transaction
def replay_events(*, organization_id: UUID, endpoint_id: UUID, events: Sequence[Event], now: datetime) -> int:
    """Tell an endpoint these events again, or for the first time, and return how many. Raises as `replay_delivery`."""
    endpoint = queries.get_endpoint(organization_id=organization_id, endpoint_id=endpoint_id)
    _demand_active(endpoint)
    _queue(organization_id, events, [endpoint], now)
    told = Delivery.objects.filter(organization_id=organization_id, endpoint=endpoint, event__in=[event.id for event in events])
    return _again(told, now)


@in_transaction
def purge_events(*, organization_id: UUID, now: datetime, most: int = PURGE_BATCH) -> int:
    """Forget up to ``most`` events that are older than thirty days, with their deliveries, and return how many."""
    old = list(
        Event.objects.filter(organization_id=organization_id, at__lt=now - KEPT)
        .order_by("at")
        .values_list("id", flat=True)[:most]
    )
    Event.objects.filter(organization_id=organization_id, id__in=old).delete()
    return len(old)


# --- sending --------------------------------------------------------------------------------------------------------------


@in_transaction
def forget_events(*, organization_id: UUID, member_ids: Collection[UUID]) -> int:
    """Delete what was told, or is to be told, about members who are forgotten, with every try; return how many events."""
    found = Event.objects.filter(organization_id=organization_id, member_id__in=member_ids)
    count = found.count()
    found.delete()
    return count


def claim(*, now: datetime, most: int) -> list[Claim]:
    """Take up to ``most`` due deliveries of all organizations until their lease ends; nobody else takes them meanwhile."""
    with connection.cursor() as db:
        db.execute(
            "SELECT * FROM webhook_claim(%s::timestamptz, %s::timestamptz, %s, %s)",
            [now, now + core.LEASE, most, core.CONCURRENCY],
        )
        return [Claim(*row) for row in db.fetchall()]


@in_transaction
def prepare(*, claim: Claim, trusted: Collection[str], now: datetime) -> Outgoing | None:
    """Write down that a try is about to be made and return it; None where the delivery is in other hands or of no use.

    A try of which nobody said how it went is LOST, and made again: a receiver knows an event by its id.
    """
    delivery = _held(claim)
    if delivery is None:
        return None
    lost = Attempt.objects.filter(
        organization_id=claim.organization_id, delivery_id=delivery.id, state=AttemptState.PREPARED.value
    )
    lost.update(state=AttemptState.LOST.value, finished_at=now)
    if delivery.tries >= core.TRIES_MAX:  # every try took its sender with it
        _finish(delivery, DeliveryState.FAILED, now)
        return None
    endpoint, event = delivery.endpoint, delivery.event
    body = event.body.encode()
    try:
        address = read_address(endpoint.url, trusted=trusted)
    except Invalid:  # what the installation vouched for has changed
        address = Address("https", "", core.HTTPS_PORT, "/")
    headers = core.headers(secrets_used=_secrets(endpoint, now), webhook_id=event.webhook_id, at=now, body=body)
    attempt = Attempt.objects.create(
        id=new_id(),
        organization_id=claim.organization_id,
        delivery_id=delivery.id,
        state=AttemptState.PREPARED.value,
        headers=headers,
        prepared_at=now,
    )
    delivery.tries += 1
    delivery.save(update_fields=["tries"])
    return Outgoing(attempt.id, claim, address, headers, body)


@in_transaction
def settle(*, outgoing: Outgoing, answer: Answer, now: datetime, chance: float) -> Endpoint | None:
    """Write down what came of a try; return the endpoint where this made us give it up.

    A late answer settles its try all the same, but not a delivery that somebody else has in hand.
    """
    claim = outgoing.claim
    tried = Attempt.objects.filter(organization_id=claim.organization_id, id=outgoing.attempt_id)
    tried.update(
        state=answer.state.value,
        status=answer.status,
        answer=answer.body,
        error=answer.error,
        duration_ms=answer.duration_ms,
        finished_at=now,
    )
    found = (
        Delivery.objects.filter(organization_id=claim.organization_id, id=claim.delivery_id).values_list("endpoint_id").first()
    )
    if found is None:  # the endpoint was removed meanwhile
        return None
    endpoint = _lock_endpoint(claim.organization_id, found[0])
    delivery = _held(claim)
    if delivery is not None:
        _settle_delivery(delivery, answer, now, chance)
    return _settle_endpoint(endpoint, answer, now)


def _settle_delivery(delivery: Delivery, answer: Answer, now: datetime, chance: float) -> None:
    delivery.last_status, delivery.last_error = answer.status, answer.error
    if answer.state is AttemptState.ACCEPTED:
        _finish(delivery, DeliveryState.DONE, now)
        return
    due_at = core.next_try(tries=delivery.tries, answer=answer, now=now, chance=chance)
    if due_at is None or answer.status == core.GONE:
        _finish(delivery, DeliveryState.FAILED, now)
        return
    delivery.due_at, delivery.lease_until, delivery.lease_token = due_at, None, None
    delivery.save(update_fields=["due_at", "lease_until", "lease_token", "last_status", "last_error"])


def _settle_endpoint(endpoint: Endpoint, answer: Answer, now: datetime) -> Endpoint | None:
    health = Health(endpoint.fails, endpoint.failing_since, endpoint.probe_at).after(answer, now)
    endpoint.fails, endpoint.failing_since, endpoint.probe_at = health.fails, health.failing_since, health.probe_at
    if answer.state is AttemptState.ACCEPTED:
        endpoint.last_ok_at = now
    reason = health.verdict(answer, now) if endpoint.state == EndpointState.ACTIVE.value else ""
    if reason:
        endpoint.state, endpoint.state_reason = EndpointState.DISABLED.value, reason
    endpoint.save(update_fields=["fails", "failing_since", "probe_at", "last_ok_at", "state", "state_reason"])
    return endpoint if reason else None


def _held(claim: Claim) -> Delivery | None:
    """Return the delivery, locked, if this sender still holds it."""
    found = Delivery.objects.select_for_update(of=("self",)).select_related("event", "endpoint")
    return found.filter(
        organization_id=claim.organization_id,
        id=claim.delivery_id,
        lease_token=claim.token,
        state=DeliveryState.WAITING.value,
    ).first()


def _finish(delivery: Delivery, state: DeliveryState, now: datetime) -> None:
    delivery.state, delivery.finished_at, delivery.lease_until, delivery.lease_token = state.value, now, None, None
    delivery.save(update_fields=["state", "finished_at", "lease_until", "lease_token", "last_status", "last_error"])


def _queue(organization_id: UUID, events: Sequence[Event], endpoints: Sequence[Endpoint], now: datetime) -> None:
    rows = [
        Delivery(id=new_id(), organization_id=organization_id, endpoint=endpoint, event=event, due_at=now, created_at=now)
        for event in events
        for endpoint in endpoints
    ]
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)


def _again(deliveries: QuerySet[Delivery], now: datetime) -> int:
    """Make deliveries due that are not being tried at this moment; return how many are due now."""
    idle = deliveries.exclude(lease_until__gt=now)
    return idle.update(
        state=DeliveryState.WAITING.value, tries=0, due_at=now, finished_at=None, lease_until=None, lease_token=None
    )


def _demand_active(endpoint: Endpoint) -> None:
    if endpoint.state != EndpointState.ACTIVE.value:
        raise EndpointNotActive("Switch the endpoint on first.", endpoint_id=str(endpoint.id))


def _lock_endpoint(organization_id: UUID, endpoint_id: UUID) -> Endpoint:
    found = Endpoint.objects.select_for_update().filter(organization_id=organization_id, id=endpoint_id).first()
    if found is None:
        raise queries.UnknownEndpoint("There is no such endpoint.", endpoint_id=str(endpoint_id))
    return found


def _secrets(endpoint: Endpoint, now: datetime) -> list[str]:
    used = [unseal(endpoint.sealed_secret)]
    if endpoint.sealed_secret_before and endpoint.secret_before_until and endpoint.secret_before_until > now:
        used.append(unseal(endpoint.sealed_secret_before))
    return used


def _read_name(name: str) -> str:
    cleaned = " ".join(name.split())
    if not cleaned or len(cleaned) > core.NAME_MAX:
        raise Invalid("Give the endpoint a name.", code="name_unreadable", field="name")
    return cleaned
