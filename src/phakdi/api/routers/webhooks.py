"""Webhook endpoints: who outside is told of what, what was told, and telling it again."""

from typing import Annotated
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from ninja import Query, Router, Status

from phakdi.api.paging import read_cursor, write_cursor
from phakdi.api.request import Call, call_of
from phakdi.api.schemas import webhooks as wire
from phakdi.api.schemas.paging import Cursor, Limit
from phakdi.api.terms import Repeats, terms
from phakdi.flows import manage_webhooks as flow
from phakdi.kit.db.scope import organization_scope
from phakdi.platform.keys.core import Scope
from phakdi.platform.webhooks import queries

router = Router(tags=["webhooks"])
State = Annotated[str, Query("", pattern="^(|WAITING|DONE|FAILED)$", description="Only deliveries in this state.")]


@router.get("/webhooks", response=wire.WebhooksOut)
@terms(Scope.WEBHOOKS_WRITE, for_all_stores=True)
def list_webhooks(request: HttpRequest) -> wire.WebhooksOut:
    """List the endpoints by name, with what waits for each."""
    call = call_of(request)
    with organization_scope(call.organization_id):
        found = queries.endpoints_of(organization_id=call.organization_id)
        waiting = queries.waiting_of(organization_id=call.organization_id)
    return wire.WebhooksOut(items=[_show(each, waiting.get(each.id, queries.Waiting())) for each in found])


@router.post("/webhooks", response={201: wire.WebhookWithSecretOut})
@terms(Scope.WEBHOOKS_WRITE, repeats=Repeats.MUST_BE_NAMED, for_all_stores=True, refuses=(409,))
def add_webhook(request: HttpRequest, data: wire.NewWebhookIn) -> Status[wire.WebhookWithSecretOut]:
    """Tell an address of some kinds of events from now on. The secret in the answer is shown once."""
    call = call_of(request)
    wish = flow.Wish(data.name, data.url, data.topics, settings.WEBHOOK_TRUSTED)
    made = flow.add_webhook(organization_id=call.organization_id, wish=wish, now=call.now, actor=call.actor())
    shown = _show(made.endpoint, queries.Waiting()).model_dump()
    return Status(201, wire.WebhookWithSecretOut(**shown, secret=made.secret))


@router.get("/webhooks/{webhook_id}", response=wire.WebhookOut)
@terms(Scope.WEBHOOKS_WRITE, refuses=(404,), for_all_stores=True)
def get_webhook(request: HttpRequest, webhook_id: UUID) -> wire.WebhookOut:
    """Tell one endpoint."""
    return _tell(call_of(request), webhook_id)


@router.patch("/webhooks/{webhook_id}", response=wire.WebhookOut)
@terms(Scope.WEBHOOKS_WRITE, refuses=(404,), for_all_stores=True)
def change_webhook(request: HttpRequest, webhook_id: UUID, data: wire.WebhookIn) -> wire.WebhookOut:
    """Write what is sent: name, address, kinds of events, or whether it is told at present."""
    call = call_of(request)
    with organization_scope(call.organization_id):
        now = queries.get_endpoint(organization_id=call.organization_id, endpoint_id=webhook_id)
    if data.name is not None or data.url is not None or data.topics is not None:
        topics = now.topics if data.topics is None else data.topics
        wish = flow.Wish(data.name or now.name, data.url or now.url, topics, settings.WEBHOOK_TRUSTED)
        flow.change_webhook(
            organization_id=call.organization_id, endpoint_id=webhook_id, wish=wish, now=call.now, actor=call.actor()
        )
    if data.is_active is not None:
        switch = flow.resume_webhook if data.is_active else flow.pause_webhook
        switch(organization_id=call.organization_id, endpoint_id=webhook_id, now=call.now, actor=call.actor())
    return _tell(call, webhook_id)


@router.delete("/webhooks/{webhook_id}", response={204: None})
@terms(Scope.WEBHOOKS_WRITE, refuses=(404,), for_all_stores=True)
def remove_webhook(request: HttpRequest, webhook_id: UUID) -> None:
    """Remove an endpoint with the log of what was told to it."""
    call = call_of(request)
    flow.remove_webhook(organization_id=call.organization_id, endpoint_id=webhook_id, now=call.now, actor=call.actor())


@router.post("/webhooks/{webhook_id}/secret", response=wire.WebhookWithSecretOut)
@terms(Scope.WEBHOOKS_WRITE, repeats=Repeats.MUST_BE_NAMED, refuses=(404, 409), for_all_stores=True, requires_body=False)
def rotate_webhook_secret(request: HttpRequest, webhook_id: UUID) -> wire.WebhookWithSecretOut:
    """Give it a new secret; for a day the one before signs as well."""
    call = call_of(request)
    made = flow.rotate_webhook_secret(
        organization_id=call.organization_id, endpoint_id=webhook_id, now=call.now, actor=call.actor()
    )
    return wire.WebhookWithSecretOut(**_tell(call, webhook_id).model_dump(), secret=made.secret)


@router.post("/webhooks/{webhook_id}/test", response=wire.DeliveryOut)
@terms(Scope.WEBHOOKS_WRITE, refuses=(404, 409), for_all_stores=True, requires_body=False)
def test_webhook(request: HttpRequest, webhook_id: UUID) -> wire.DeliveryOut:
    """Queue a `webhook.ping` for it."""
    call = call_of(request)
    return _delivery(flow.ping_webhook(organization_id=call.organization_id, endpoint_id=webhook_id, now=call.now))


@router.post("/webhooks/{webhook_id}/replay", response=wire.ReplayedOut)
@terms(Scope.WEBHOOKS_WRITE, refuses=(404, 409), for_all_stores=True)
def replay_webhook_events(request: HttpRequest, webhook_id: UUID, data: wire.PeriodIn) -> wire.ReplayedOut:
    """Tell it all events of a time again, or for the first time; each keeps its `webhook-id`. Safe to repeat."""
    call = call_of(request)
    told = flow.replay_webhook_period(
        organization_id=call.organization_id,
        endpoint_id=webhook_id,
        since=data.since,
        until=data.until,
        now=call.now,
        actor=call.actor(),
    )
    return wire.ReplayedOut(events=told)


@router.get("/webhooks/{webhook_id}/deliveries", response=wire.DeliveriesOut)
@terms(Scope.WEBHOOKS_WRITE, refuses=(404,), for_all_stores=True)
def list_webhook_deliveries(
    request: HttpRequest, webhook_id: UUID, cursor: Cursor, limit: Limit, state: State
) -> wire.DeliveriesOut:
    """List what was told to it or waits, the newest first."""
    call = call_of(request)
    kind = f"deliveries:{webhook_id}"
    told = read_cursor(kind, cursor)
    with organization_scope(call.organization_id):
        queries.get_endpoint(organization_id=call.organization_id, endpoint_id=webhook_id)
        found = queries.deliveries_of(
            organization_id=call.organization_id,
            endpoint_id=webhook_id,
            state=state,
            before=UUID(told) if told else None,
            limit=limit + 1,
        )
    following = write_cursor(kind, str(found[limit - 1].id)) if len(found) > limit else None
    return wire.DeliveriesOut(items=[_delivery(each) for each in found[:limit]], next_cursor=following)


def _tell(call: Call, webhook_id: UUID) -> wire.WebhookOut:
    with organization_scope(call.organization_id):
        found = queries.get_endpoint(organization_id=call.organization_id, endpoint_id=webhook_id)
        waiting = queries.waiting_of(organization_id=call.organization_id).get(webhook_id, queries.Waiting())
    return _show(found, waiting)


def _show(endpoint: flow.Endpoint, waiting: queries.Waiting) -> wire.WebhookOut:
    own = {name: getattr(endpoint, name) for name in ("id", "name", "url", "topics", "state", "last_ok_at", "created_at")}
    return wire.WebhookOut(**own, waiting=waiting.waiting, failed=waiting.failed)


def _delivery(delivery: flow.Delivery) -> wire.DeliveryOut:
    own = {name: getattr(delivery, name) for name in ("id", "state", "tries", "last_status", "last_error", "finished_at")}
    event = delivery.event
    return wire.DeliveryOut(**own, webhook_id=event.webhook_id, topic=event.topic, at=event.at)
