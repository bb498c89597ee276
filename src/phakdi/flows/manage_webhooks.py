"""Say who outside is told of what: endpoints, their secrets, tests and replays."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from phakdi.flows.organization_trail import note
from phakdi.flows.tell_webhooks import LISTENER, payload
from phakdi.flows.webhook_kinds import EVENT_KINDS, OFTEN, PING_KIND
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Invalid
from phakdi.kit.ids import new_id
from phakdi.platform.audit.core import Actor
from phakdi.platform.outbox.operations import ask
from phakdi.platform.webhooks import operations, queries
from phakdi.platform.webhooks.core import EVERYTHING, PING, EndpointState
from phakdi.platform.webhooks.models import Delivery, Endpoint
from phakdi.platform.webhooks.operations import REPLAY_SLICE, EndpointNotActive, NewEvent

__all__ = ["Delivery", "Endpoint", "EndpointNotActive", "NewEndpoint", "Wish"]


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants an endpoint to be. ``trusted`` lists host:port pairs that the installation vouches for."""

    name: str
    url: str
    topics: Collection[str]
    trusted: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class NewEndpoint:
    """An endpoint and its secret, which is shown now and never again."""

    endpoint: Endpoint
    secret: str

    def __repr__(self) -> str:
        return f"NewEndpoint({self.endpoint})"


def add_webhook(*, organization_id: UUID, wish: Wish, now: datetime, actor: Actor | None = None) -> NewEndpoint:
    """Tell an address outside of some kinds of events from now on.

    Raises:
        Invalid: no name, no address that may be called, no or an unknown kind of event.
        Rejected: there are too many endpoints.
    """
    with organization_scope(organization_id):
        endpoint, secret = operations.add_endpoint(
            organization_id=organization_id,
            name=wish.name,
            url=wish.url.strip(),
            topics=wish.topics,
            known=EVENT_KINDS,
            trusted=wish.trusted,
            now=now,
        )
        _listen(organization_id)
        _note("webhook.added", endpoint, now, actor)
    return NewEndpoint(endpoint, secret)


def change_webhook(
    *, organization_id: UUID, endpoint_id: UUID, wish: Wish, now: datetime, actor: Actor | None = None
) -> Endpoint:
    """Give an endpoint another name, address or kinds of events. Raises UnknownEndpoint, Invalid."""
    with organization_scope(organization_id):
        endpoint = operations.change_endpoint(
            organization_id=organization_id,
            endpoint_id=endpoint_id,
            name=wish.name,
            url=wish.url.strip(),
            topics=wish.topics,
            known=EVENT_KINDS,
            trusted=wish.trusted,
        )
        _listen(organization_id)
        _note("webhook.changed", endpoint, now, actor)
    return endpoint


def pause_webhook(*, organization_id: UUID, endpoint_id: UUID, now: datetime, actor: Actor | None = None) -> Endpoint:
    """Tell an endpoint nothing for the time being; what happens meanwhile waits. Safe to repeat. Raises UnknownEndpoint."""
    with organization_scope(organization_id):
        endpoint = operations.set_state(organization_id=organization_id, endpoint_id=endpoint_id, is_active=False)
        _note("webhook.paused", endpoint, now, actor)
    return endpoint


def resume_webhook(*, organization_id: UUID, endpoint_id: UUID, now: datetime, actor: Actor | None = None) -> Endpoint:
    """Tell an endpoint again, what has been waiting first. Safe to repeat. Raises UnknownEndpoint."""
    with organization_scope(organization_id):
        endpoint = operations.set_state(organization_id=organization_id, endpoint_id=endpoint_id, is_active=True)
        _note("webhook.resumed", endpoint, now, actor)
    return endpoint


def rotate_webhook_secret(*, organization_id: UUID, endpoint_id: UUID, now: datetime, actor: Actor | None = None) -> NewEndpoint:
    """Give an endpoint a new secret; for a day the one before signs as well. Raises UnknownEndpoint."""
    with organization_scope(organization_id):
        endpoint, secret = operations.rotate_secret(organization_id=organization_id, endpoint_id=endpoint_id, now=now)
        _note("webhook.secret_rotated", endpoint, now, actor)
    return NewEndpoint(endpoint, secret)


def remove_webhook(*, organization_id: UUID, endpoint_id: UUID, now: datetime, actor: Actor | None = None) -> None:
    """Remove an endpoint and its log. Raises UnknownEndpoint."""
    with organization_scope(organization_id):
        endpoint = operations.remove_endpoint(organization_id=organization_id, endpoint_id=endpoint_id)
        _listen(organization_id)
        _note("webhook.removed", endpoint, now, actor)


def ping_webhook(*, organization_id: UUID, endpoint_id: UUID, now: datetime) -> Delivery:
    """Queue a test for one endpoint and return its delivery.

    Raises:
        UnknownEndpoint: there is none.
        EndpointNotActive: it is paused or given up.
    """
    with organization_scope(organization_id):
        endpoint = queries.get_endpoint(organization_id=organization_id, endpoint_id=endpoint_id)
        if endpoint.state != EndpointState.ACTIVE.value:
            raise EndpointNotActive("Switch the endpoint on first.", endpoint_id=str(endpoint_id))
        event = NewEvent(new_id(), PING, None, now)
        body = payload(organization_id=organization_id, event=event, data=PING_KIND.data, sequence=None)
        operations.queue_event(
            organization_id=organization_id, event=event, sequence=None, body=body, endpoints=[endpoint], now=now
        )
        (delivery,) = queries.deliveries_of(organization_id=organization_id, endpoint_id=endpoint_id, limit=1)
    return delivery


def replay_webhook(*, organization_id: UUID, delivery_id: UUID, now: datetime, actor: Actor | None = None) -> Delivery:
    """Tell one event again, under the same webhook-id.

    Raises:
        UnknownDelivery: there is none.
        EndpointNotActive: its endpoint is paused or given up.
    """
    with organization_scope(organization_id):
        delivery = operations.replay_delivery(organization_id=organization_id, delivery_id=delivery_id, now=now)
        _note("webhook.replayed", delivery.endpoint, now, actor, events=1)
    return delivery


def replay_webhook_period(
    *, organization_id: UUID, endpoint_id: UUID, since: datetime, until: datetime, now: datetime, actor: Actor | None = None
) -> int:
    """Tell an endpoint all that happened from ``since`` until before ``until``, again or for the first time; return how much.

    Events are kept for thirty days. Each keeps its webhook-id. Safe to repeat.

    Raises:
        Invalid: the period ends before it begins.
        UnknownEndpoint, EndpointNotActive: as for one event.
    """
    if until <= since:
        raise Invalid("The period ends before it begins.", code="period_unreadable", field="until")
    told, after = 0, None
    while True:
        with organization_scope(organization_id):
            endpoint = queries.get_endpoint(organization_id=organization_id, endpoint_id=endpoint_id)
            events = queries.events_between(
                organization_id=organization_id,
                topics=endpoint.topics,
                since=since,
                until=until,
                after=after,
                limit=REPLAY_SLICE,
            )
            told += operations.replay_events(organization_id=organization_id, endpoint_id=endpoint_id, events=events, now=now)
            if len(events) < REPLAY_SLICE:
                _note("webhook.replayed", endpoint, now, actor, events=told)
                return told
            after = events[-1].id


def _listen(organization_id: UUID) -> None:
    """Let the outbox know who listens to what happens often; a paused endpoint listens too: it hears of it later."""
    wanted = {topic for each in queries.endpoints_of(organization_id=organization_id) for topic in each.topics}
    ask(organization_id=organization_id, consumer=LISTENER, topics=wanted & {*OFTEN, EVERYTHING})


def _note(action: str, endpoint: Endpoint, now: datetime, actor: Actor | None, **data: int) -> None:
    subject = ("webhook", str(endpoint.id))
    told = {"name": endpoint.name, "topics": endpoint.topics, **data}
    note(organization_id=endpoint.organization_id, action=action, subject=subject, now=now, actor=actor, data=told)
