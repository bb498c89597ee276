"""The sender: claims due messages, hands each over outside any transaction, and writes down what came of it."""

import logging
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from phakdi.adapters.channels.http import WrongHost
from phakdi.adapters.channels.registry import channel_for
from phakdi.engagement.messaging import operations
from phakdi.engagement.messaging.core import MessageChannel, MessageState
from phakdi.engagement.messaging.operations import Claim
from phakdi.engagement.messaging.ports import Channel
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope

log = logging.getLogger("phakdi.channels")

BATCH = 4  # few, so that those that wait behind a slow provider do not outlive their lease
Finder = Callable[[UUID, MessageChannel], Channel | None]


def find_channel(organization_id: UUID, channel: MessageChannel) -> Channel | None:
    """Return what carries the channel for the organization; a connection that points elsewhere carries nothing."""
    try:
        return channel_for(organization_id=organization_id, channel=channel)
    except WrongHost:
        log.warning("connection of %s for %s points at a wrong host", organization_id, channel.value)
        return None


def send_due(*, most: int = 100, clock: Callable[[], datetime] = utc_now, find: Finder = find_channel) -> int:
    """Send up to ``most`` messages that are due, a few at a time, and return how many were taken up.

    Any number of senders may run. One that is killed leaves its messages to others when its lease ends.
    """
    taken = 0
    while taken < most:
        claims = operations.claim(now=clock(), most=min(BATCH, most - taken))
        for claim in claims:
            send_one(claim, clock=clock, find=find)
        taken += len(claims)
        if len(claims) < BATCH:
            break
    return taken


def send_one(claim: Claim, *, clock: Callable[[], datetime], find: Finder) -> MessageState | None:
    """Hand one claimed message over and return where it is then; None where it was not to be sent."""
    organization_id = claim.organization_id
    channel = find(organization_id, claim.channel)
    with organization_scope(organization_id):
        if channel is None:
            operations.fail_unconnected(claim=claim, now=clock())
            return None
        keeps = channel.keeps_secrets
        outgoing = operations.prepare(claim=claim, provider=channel.provider, keeps_secrets=keeps, now=clock())
    if outgoing is None:
        return None
    outcome = channel.send(outgoing)
    with organization_scope(organization_id):
        state = operations.settle(claim=claim, attempt_id=outgoing.attempt_id, outcome=outcome, keeps_secrets=keeps, now=clock())
    log.info("message %s: %s %s", claim.message_id, state.value, outcome.code)
    return state
