"""Hand webhooks out to whoever sends them, and write down what came of it; the sending itself is not done here."""

from collections.abc import Collection
from datetime import datetime

from phakdi.flows.organization_trail import note
from phakdi.flows.tell_staff import tell_owners
from phakdi.kit.db.scope import organization_scope
from phakdi.platform.audit.core import Actor
from phakdi.platform.webhooks import operations
from phakdi.platform.webhooks.core import Answer
from phakdi.platform.webhooks.models import Endpoint
from phakdi.platform.webhooks.operations import Outgoing

BY_ITSELF = Actor("job")


def take_due(*, most: int, trusted: Collection[str], now: datetime) -> list[Outgoing]:
    """Take up to ``most`` tries that are due, each written down before it is made; nobody else makes them meanwhile."""
    taken = []
    for claim in operations.claim(now=now, most=most):
        with organization_scope(claim.organization_id):
            outgoing = operations.prepare(claim=claim, trusted=trusted, now=now)
        if outgoing is not None:
            taken.append(outgoing)
    return taken


def settle(*, outgoing: Outgoing, answer: Answer, now: datetime, chance: float) -> None:
    """Write down what came of a try; where an endpoint is given up by it, tell the owners."""
    organization_id = outgoing.claim.organization_id
    with organization_scope(organization_id):
        given_up = operations.settle(outgoing=outgoing, answer=answer, now=now, chance=chance)
        if given_up is not None:
            _tell(given_up, now)


def _tell(endpoint: Endpoint, now: datetime) -> None:
    organization_id, reason = endpoint.organization_id, endpoint.state_reason
    note(
        organization_id=organization_id,
        action="webhook.disabled",
        subject=("webhook", str(endpoint.id)),
        now=now,
        actor=BY_ITSELF,
        data={"name": endpoint.name, "reason": reason},
    )
    template = f"webhook_{reason}"
    tell_owners(organization_id=organization_id, template=template, params={"name": endpoint.name, "url": endpoint.url}, now=now)
