"""Every read of webhooks. All run in a scope of the organization."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q

from phakdi.kit.errors import NotFound
from phakdi.platform.webhooks.core import EVERYTHING, DeliveryState, EndpointState
from phakdi.platform.webhooks.models import Attempt, Delivery, Endpoint, Event

PAGE_MAX = 200


class UnknownEndpoint(NotFound):
    """The organization has no such endpoint."""

    code = "webhook_not_found"


class UnknownDelivery(NotFound):
    """The organization has no such delivery."""

    code = "webhook_delivery_not_found"


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many deliveries of an endpoint wait, and how many failed for good."""

    waiting: int = 0
    failed: int = 0


def endpoints_of(*, organization_id: UUID) -> list[Endpoint]:
    """Return the organization's endpoints by name."""
    return list(Endpoint.objects.filter(organization_id=organization_id).order_by("name", "id"))


def endpoints_for(*, organization_id: UUID, topic: str) -> list[Endpoint]:
    """Return the endpoints that are to be told of events of this kind, those that are paused or given up included."""
    wants = Q(topics__contains=[topic]) | Q(topics__contains=[EVERYTHING])
    return list(Endpoint.objects.filter(wants, organization_id=organization_id).order_by("id"))


def has_endpoints(*, organization_id: UUID) -> bool:
    """Tell whether anybody outside is told anything."""
    return Endpoint.objects.filter(organization_id=organization_id).exists()


def get_endpoint(*, organization_id: UUID, endpoint_id: UUID) -> Endpoint:
    """Return one endpoint, or raise UnknownEndpoint."""
    found = Endpoint.objects.filter(organization_id=organization_id, id=endpoint_id).first()
    if found is None:
        raise UnknownEndpoint("There is no such endpoint.", endpoint_id=str(endpoint_id))
    return found


def waiting_of(*, organization_id: UUID) -> dict[UUID, Waiting]:
    """Return for each endpoint how many deliveries wait or failed, where there are any."""
    open_ones = Delivery.objects.filter(organization_id=organization_id).exclude(state=DeliveryState.DONE.value)
    counted = open_ones.values("endpoint_id", "state").annotate(how_many=Count("id")).order_by()
    found: dict[UUID, Waiting] = {}
    for row in counted:
        before = found.get(row["endpoint_id"], Waiting())
        is_waiting = row["state"] == DeliveryState.WAITING.value
        found[row["endpoint_id"]] = Waiting(
            row["how_many"] if is_waiting else before.waiting, before.failed if is_waiting else row["how_many"]
        )
    return found


def deliveries_of(
    *, organization_id: UUID, endpoint_id: UUID | None = None, state: str = "", before: UUID | None = None, limit: int = 50
) -> list[Delivery]:
    """Return deliveries with their events and endpoints, newest first; ``before`` is the last id of the page before."""
    found = Delivery.objects.filter(organization_id=organization_id).select_related("event", "endpoint")
    if endpoint_id is not None:
        found = found.filter(endpoint_id=endpoint_id)
    if state:
        found = found.filter(state=state)
    if before is not None:
        found = found.filter(id__lt=before)
    return list(found.order_by("-id")[: min(limit, PAGE_MAX)])


def get_delivery(*, organization_id: UUID, delivery_id: UUID) -> Delivery:
    """Return one delivery with its event and endpoint, or raise UnknownDelivery."""
    found = Delivery.objects.filter(organization_id=organization_id, id=delivery_id).select_related("event", "endpoint").first()
    if found is None:
        raise UnknownDelivery("There is no such delivery.", delivery_id=str(delivery_id))
    return found


def attempts_of(*, organization_id: UUID, delivery_id: UUID) -> list[Attempt]:
    """Return the tries of a delivery, newest first."""
    return list(Attempt.objects.filter(organization_id=organization_id, delivery_id=delivery_id).order_by("-id")[:PAGE_MAX])


def events_between(
    *, organization_id: UUID, topics: list[str], since: datetime, until: datetime, after: UUID | None, limit: int
) -> list[Event]:
    """Return kept events of these kinds that happened in the period, by id; ``after`` is the last id of the slice before."""
    found = Event.objects.filter(organization_id=organization_id, at__gte=since, at__lt=until)
    if EVERYTHING not in topics:
        found = found.filter(topic__in=topics)
    if after is not None:
        found = found.filter(id__gt=after)
    return list(found.order_by("id")[:limit])


def failing_endpoints(*, organization_id: UUID) -> list[Endpoint]:
    """Return endpoints that were given up."""
    found = Endpoint.objects.filter(organization_id=organization_id, state=EndpointState.DISABLED.value)
    return list(found.order_by("name", "id"))
