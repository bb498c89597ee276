"""Webhook endpoints, and what was told to them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from phakdi.api.schemas.paging import NextCursor
from phakdi.api.schemas.values import Flag, In, Instant, Out

Topics = Annotated[
    list[Annotated[str, Field(max_length=60)]],
    Field(max_length=100, description="Kinds of events, or `*` for all.", examples=[["points.earned", "voucher.used"]]),
]
Name = Annotated[str, Field(min_length=1, max_length=80)]
Url = Annotated[str, Field(min_length=1, max_length=500, examples=["https://erp.example.com/phakdi"])]


class NewWebhookIn(In):
    """A new endpoint."""

    name: Name
    url: Url
    topics: Topics


class WebhookIn(In):
    """What is to change. What is left out stays as it is."""

    name: Name | None = None
    url: Url | None = None
    topics: Topics | None = None
    is_active: Flag | None = Field(None, description="False: told nothing for the time being; what happens meanwhile waits.")


class WebhookOut(Out):
    """An endpoint that is told of events."""

    id: UUID
    name: str
    url: str
    topics: list[str]
    state: str = Field(description="ACTIVE, PAUSED by somebody, or DISABLED: given up.")
    waiting: int = Field(description="Deliveries that wait.")
    failed: int = Field(description="Deliveries that failed for good.")
    last_ok_at: datetime | None
    created_at: datetime


class WebhookWithSecretOut(WebhookOut):
    """An endpoint with its secret, which is shown now and never again."""

    secret: str = Field(examples=["whsec_…"])


class WebhooksOut(Out):
    """All endpoints, by name."""

    items: list[WebhookOut]


class DeliveryOut(Out):
    """The telling of one event to one endpoint."""

    id: UUID
    webhook_id: str = Field(description="What the receiver knows the event by.")
    topic: str
    at: datetime = Field(description="When it happened.")
    state: str
    tries: int
    last_status: int | None
    last_error: str
    finished_at: datetime | None


class DeliveriesOut(Out):
    """A page of deliveries, the newest first."""

    items: list[DeliveryOut]
    next_cursor: NextCursor


class PeriodIn(In):
    """A time whose events are told again, or for the first time: at or after `since`, before `until`."""

    since: Instant
    until: Instant


class ReplayedOut(Out):
    """How many events were queued."""

    events: int
