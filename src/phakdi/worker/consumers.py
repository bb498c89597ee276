"""Who acts on which facts. Each hands its fact to a flow that knows what it did about it before."""

from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from phakdi.flows.enroll_member import record_join
from phakdi.flows.record_caused import record_caused
from phakdi.flows.record_survey import record_survey
from phakdi.flows.refresh_insight import Refreshing, refresh_insight
from phakdi.flows.tell_member import tell_level, tell_points_left
from phakdi.flows.tell_webhooks import LISTENER, tell_webhooks
from phakdi.flows.webhook_kinds import EVENT_KINDS, OFTEN
from phakdi.platform.outbox.core import Consumer, Fact
from phakdi.platform.webhooks.operations import NewEvent

NEWS = timedelta(hours=24)  # what happened longer ago than that is no news


def _member(fact: Fact) -> UUID:
    assert fact.member_id is not None, f"{fact.topic} is about a member"
    return fact.member_id


def _caused(fact: Fact, now: datetime) -> None:
    told_at = max(now, fact.at)  # the clock of whoever recorded the cause may be ahead of ours
    record_caused(organization_id=fact.organization_id, fact_id=fact.id, member_id=_member(fact), data=fact.data, now=told_at)


def _joined(fact: Fact, _: datetime) -> None:
    record_join(organization_id=fact.organization_id, member_id=_member(fact), at=fact.at, data=fact.data)


def _points_left(fact: Fact, now: datetime) -> None:
    tell_points_left(organization_id=fact.organization_id, fact_id=fact.id, member_id=_member(fact), data=fact.data, now=now)


def _level_reached(fact: Fact, now: datetime) -> None:
    tell_level(organization_id=fact.organization_id, fact_id=fact.id, member_id=_member(fact), data=fact.data, now=now)


def _surveyed(fact: Fact, now: datetime) -> None:
    if fact.member_id is not None:
        told_at = max(now, fact.at)
        record_survey(organization_id=fact.organization_id, member_id=fact.member_id, data=fact.data, at=fact.at, now=told_at)


def _outside(fact: Fact, now: datetime) -> None:
    event = NewEvent(fact.id, fact.topic, fact.member_id, fact.at)
    tell_webhooks(organization_id=fact.organization_id, event=event, data=fact.data, now=now)


def _refresh(fact: Fact, now: datetime) -> None:
    """Refresh the figures because somebody asked; who is at it already does it for them as well."""
    with suppress(Refreshing):
        refresh_insight(organization_id=fact.organization_id, now=now)


CAUSED = Consumer("record_caused", frozenset({"activity.caused"}), _caused, is_ordered=True)
JOINED = Consumer("record_join", frozenset({"member.joined"}), _joined, is_ordered=True)
SURVEYED = Consumer("record_survey", frozenset({"survey.answered"}), _surveyed, is_ordered=True)
POINTS_LEFT = Consumer("tell_points_left", frozenset({"points.left"}), _points_left, max_age=NEWS, is_live=True)
REFRESH = Consumer("refresh_insight", frozenset({"insight.refresh_requested"}), _refresh)
WEBHOOKS = Consumer(LISTENER, frozenset(EVENT_KINDS), _outside, is_ordered=True, asked=OFTEN)
LEVEL_REACHED = Consumer("tell_level", frozenset({"level.upgraded"}), _level_reached, max_age=NEWS, is_live=True)
