"""Webhooks from fact to receiver: told once each, in numbered order, again after every failure, and never lost."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import orjson
import pytest
from django.db import connections

from phakdi.adapters.webhooks.sending import WebhookSender
from phakdi.flows import manage_webhooks as flow
from phakdi.flows.deliver_webhooks import settle, take_due
from phakdi.flows.manage_webhooks import Wish
from phakdi.flows.tell_webhooks import tell_webhooks
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Invalid
from phakdi.platform.audit.queries import entries
from phakdi.platform.outbox.operations import publish
from phakdi.platform.webhooks import core, queries
from phakdi.platform.webhooks.core import Answer, signature
from phakdi.platform.webhooks.operations import NewEvent
from tests.fakes.receiver import receiving
from tests.integration.platform.owner import as_owner

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
OK, FAILED = Answer(status=204), Answer(status=500, body="broken")


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def receiver():
    with receiving() as outside:
        yield outside


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def endpoint(organization_id, receiver):
    """Return an endpoint that wants everything, and its secret."""
    wish = Wish("ERP", receiver.url, ["*"], receiver.trusted)
    return flow.add_webhook(organization_id=organization_id, wish=wish, now=NOW)


@pytest.fixture
def sender(receiver, clock):
    return WebhookSender(trusted=receiver.trusted, clock=clock)


def tell(organization_id, topic="member.changed", member_id=None, event_id=None, at=NOW):
    event = NewEvent(event_id or uuid4(), topic, member_id, at)
    tell_webhooks(organization_id=organization_id, event=event, data={"fields": ["email"]}, now=at)
    return event.id


def drain(sender, rounds=200):
    for _ in range(rounds):
        if not sender.step():
            return
    raise AssertionError("it never ends")


def deliveries(organization_id):
    with organization_scope(organization_id):
        return queries.deliveries_of(organization_id=organization_id, limit=200)


def states(organization_id):
    return sorted((each.state, each.tries) for each in deliveries(organization_id))


def the_endpoint(organization_id):
    with organization_scope(organization_id):
        return queries.endpoints_of(organization_id=organization_id)[0]


def test_event_arrives_signed_with_its_number(organization_id, endpoint, sender, receiver):
    member = uuid4()
    first, second = tell(organization_id, member_id=member), tell(organization_id, member_id=member)
    drain(sender)
    bodies = {orjson.loads(body)["id"]: orjson.loads(body) for _, body in receiver.calls}
    assert [bodies[core.webhook_id(each)]["sequence"] for each in (first, second)] == [1, 2]
    headers, body = receiver.calls[0]
    told = signature(
        secret=endpoint.secret, webhook_id=headers["webhook-id"], timestamp=int(headers["webhook-timestamp"]), body=body
    )
    assert headers["webhook-signature"] == told
    assert bodies[core.webhook_id(first)] == {
        "id": core.webhook_id(first),
        "type": "member.changed",
        "timestamp": "2026-11-24T05:00:00Z",
        "organization_id": str(organization_id),
        "member_id": str(member),
        "sequence": 1,
        "data": {"fields": ["email"]},
    }
    assert states(organization_id) == [("DONE", 1), ("DONE", 1)]


def test_same_fact_twice_is_one_event(organization_id, endpoint, sender, receiver):
    event = tell(organization_id)
    tell(organization_id, event_id=event)
    drain(sender)
    assert receiver.ids == [core.webhook_id(event)]


def test_endpoint_hears_only_what_it_wants(organization_id, receiver, sender):
    wish = Wish("ERP", receiver.url, ["store.added"], receiver.trusted)
    flow.add_webhook(organization_id=organization_id, wish=wish, now=NOW)
    tell(organization_id)
    wanted = tell(organization_id, "store.added")
    drain(sender)
    assert receiver.ids == [core.webhook_id(wanted)]


def test_failed_try_comes_again_under_the_same_id_until_it_is_taken(organization_id, endpoint, sender, receiver, clock):
    receiver.answer = lambda number: (500, {}, b"no") if number < 3 else (200, {}, b"ok")
    tell(organization_id)
    drain(sender)
    assert states(organization_id) == [("WAITING", 1)]
    for wait in (6, 331):
        clock.now += timedelta(seconds=wait)
        drain(sender)
    assert states(organization_id) == [("DONE", 3)]
    assert len(set(receiver.ids)) == 1
    with organization_scope(organization_id):
        tries = queries.attempts_of(organization_id=organization_id, delivery_id=deliveries(organization_id)[0].id)
    assert [(each.state, each.status, each.answer) for each in tries] == [
        ("ACCEPTED", 200, "ok"), ("REFUSED", 500, "no"), ("REFUSED", 500, "no"),
    ]  # fmt: skip


def test_sender_that_dies_after_sending_is_followed_by_another_try_of_the_same_event(organization_id, endpoint, receiver, clock):
    """The receiver may hear twice of one event, under one id; it never misses one."""
    event = tell(organization_id)
    (outgoing,) = take_due(most=5, trusted=receiver.trusted, now=clock())
    WebhookSender(trusted=receiver.trusted, clock=clock)._caller(outgoing)  # sent, and nobody wrote down how it went
    assert take_due(most=5, trusted=receiver.trusted, now=clock()) == []  # in other hands
    clock.now += core.LEASE + timedelta(seconds=1)
    drain(WebhookSender(trusted=receiver.trusted, clock=clock))
    assert receiver.ids == [core.webhook_id(event)] * 2
    with organization_scope(organization_id):
        tries = queries.attempts_of(organization_id=organization_id, delivery_id=deliveries(organization_id)[0].id)
    assert [each.state for each in tries] == ["ACCEPTED", "LOST"]


def test_control_what_is_finished_before_it_is_sent_is_lost_with_its_sender(organization_id, endpoint, receiver, clock):
    """With the delivery done before the call, the same death loses the event: the test above would see it."""
    tell(organization_id)
    (outgoing,) = take_due(most=5, trusted=receiver.trusted, now=clock())
    settle(outgoing=outgoing, answer=OK, now=clock(), chance=0.5)  # and then it dies
    clock.now += core.LEASE + timedelta(seconds=1)
    drain(WebhookSender(trusted=receiver.trusted, clock=clock))
    assert receiver.ids == []


def test_late_answer_does_not_disturb_whoever_has_it_in_hand(organization_id, endpoint, receiver, clock):
    tell(organization_id)
    (first,) = take_due(most=5, trusted=receiver.trusted, now=clock())
    clock.now += core.LEASE + timedelta(seconds=1)
    (second,) = take_due(most=5, trusted=receiver.trusted, now=clock())
    settle(outgoing=first, answer=FAILED, now=clock(), chance=0.5)
    assert states(organization_id) == [("WAITING", 2)]
    settle(outgoing=second, answer=OK, now=clock(), chance=0.5)
    assert states(organization_id) == [("DONE", 2)]


def test_at_most_four_at_once_however_many_send(organization_id, endpoint, receiver, clock):
    for _ in range(20):
        tell(organization_id)

    def take(_):
        try:
            return take_due(most=16, trusted=receiver.trusted, now=clock())
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as threads:
        taken = [each for some in threads.map(take, range(8)) for each in some]
    assert len(taken) == 4


def test_control_with_a_higher_limit_more_go_at_once(organization_id, endpoint, receiver, clock, monkeypatch):
    monkeypatch.setattr(core, "CONCURRENCY", 100)
    for _ in range(20):
        tell(organization_id)
    assert len(take_due(most=16, trusted=receiver.trusted, now=clock())) == 16


def test_dead_endpoint_does_not_starve_another(organization_id, endpoint, receiver, clock):
    """A backlog of hundreds for an endpoint that never answers, and one that does: its events go at once."""
    with receiving() as dead:
        dead.hold.clear()
        trusted = receiver.trusted | dead.trusted
        wish = Wish("Dead", dead.url, ["member.frozen"], trusted)
        flow.add_webhook(organization_id=organization_id, wish=wish, now=NOW)
        flow.change_webhook(
            organization_id=organization_id,
            endpoint_id=endpoint.endpoint.id,
            wish=Wish("ERP", receiver.url, ["member.changed"], trusted),
            now=NOW,
        )
        for _ in range(60):
            tell(organization_id, "member.frozen")
        sender = WebhookSender(trusted=trusted, clock=clock)
        for _ in range(3):
            sender.step()
        wanted = [tell(organization_id) for _ in range(10)]
        for _ in range(100):
            sender.step()
            if len(receiver.calls) == 10:
                break
        assert sorted(receiver.ids) == sorted(core.webhook_id(each) for each in wanted)
        assert dead.most_at_once == 4
        dead.hold.set()
        for _ in range(50):
            sender.step()


def fail_in_a_row(organization_id, receiver, clock, times):
    for _ in range(times):
        tell(organization_id, at=clock())
        (outgoing,) = take_due(most=1, trusted=receiver.trusted, now=clock())
        settle(outgoing=outgoing, answer=FAILED, now=clock(), chance=0.5)


def test_twenty_failures_shut_off_until_a_probe_succeeds(organization_id, endpoint, receiver, clock, sender):
    fail_in_a_row(organization_id, receiver, clock, 20)
    tell(organization_id)
    assert take_due(most=16, trusted=receiver.trusted, now=clock()) == []
    clock.now += timedelta(minutes=5)
    (probe,) = take_due(most=16, trusted=receiver.trusted, now=clock())  # one only
    settle(outgoing=probe, answer=FAILED, now=clock(), chance=0.5)
    assert take_due(most=16, trusted=receiver.trusted, now=clock()) == []
    clock.now += timedelta(minutes=5)
    drain(sender)
    assert the_endpoint(organization_id).fails == 0
    assert len(receiver.calls) == 21


def test_gone_endpoint_is_switched_off_and_its_owners_are_told(organization_id, endpoint, sender, receiver):
    from phakdi.flows.manage_staff import Person, add_staff

    add_staff(
        organization_id=organization_id, person=Person("o@shop.example", "Nida", "a long enough word"), role="OWNER", now=NOW
    )
    receiver.answer = lambda _: (410, {}, b"")
    tell(organization_id)
    drain(sender)
    tell(organization_id)
    drain(sender)
    assert (len(receiver.calls), the_endpoint(organization_id).state_reason) == (1, "gone")
    assert sorted(each.state for each in deliveries(organization_id)) == ["FAILED", "WAITING"]
    from phakdi.engagement.messaging.models import Message

    with organization_scope(organization_id):
        (message,) = Message.objects.all()
        actions = [each.action for each in entries(organization_id=organization_id)]
    assert (message.destination, message.template) == ("o@shop.example", "webhook_gone")
    assert "webhook.disabled" in actions


def test_endpoint_that_fails_for_five_days_is_switched_off_and_what_waits_goes_when_it_is_on_again(
    organization_id, endpoint, sender, receiver, clock
):
    fail_in_a_row(organization_id, receiver, clock, 1)
    clock.now += timedelta(days=5)
    receiver.answer = lambda _: (500, {}, b"")
    drain(sender)
    assert the_endpoint(organization_id).state_reason == "failing"
    receiver.answer = lambda _: (204, {}, b"")
    flow.resume_webhook(organization_id=organization_id, endpoint_id=endpoint.endpoint.id, now=clock())
    clock.now += timedelta(days=1)
    drain(sender)
    assert states(organization_id) == [("DONE", 3)]


def test_receiver_that_is_busy_is_left_alone_for_as_long_as_it_asks(organization_id, endpoint, sender, receiver, clock):
    receiver.answer = lambda _: (429, {"retry-after": "900"}, b"")
    tell(organization_id)
    drain(sender)
    assert deliveries(organization_id)[0].due_at == NOW + timedelta(seconds=900)


def test_replay_sends_the_same_event_again_and_a_period_also_what_was_never_told(
    organization_id, endpoint, sender, receiver, clock
):
    first = tell(organization_id, "member.changed")
    flow.change_webhook(
        organization_id=organization_id,
        endpoint_id=endpoint.endpoint.id,
        wish=Wish("ERP", receiver.url, ["store.added"], receiver.trusted),
        now=NOW,
    )
    missed = tell(organization_id, "member.frozen", at=NOW + timedelta(minutes=1))
    drain(sender)
    flow.replay_webhook(organization_id=organization_id, delivery_id=deliveries(organization_id)[0].id, now=NOW)
    drain(sender)
    assert receiver.ids == [core.webhook_id(first)] * 2
    flow.change_webhook(
        organization_id=organization_id,
        endpoint_id=endpoint.endpoint.id,
        wish=Wish("ERP", receiver.url, ["*"], receiver.trusted),
        now=NOW,
    )
    told = flow.replay_webhook_period(
        organization_id=organization_id,
        endpoint_id=endpoint.endpoint.id,
        since=NOW + timedelta(seconds=1),
        until=NOW + timedelta(hours=1),
        now=NOW,
    )
    drain(sender)
    assert (told, receiver.ids[2:]) == (1, [core.webhook_id(missed)])


def test_rotated_secrets_sign_together_for_a_day(organization_id, endpoint, sender, receiver, clock):
    rotated = flow.rotate_webhook_secret(organization_id=organization_id, endpoint_id=endpoint.endpoint.id, now=NOW)
    tell(organization_id)
    drain(sender)
    clock.now += timedelta(hours=25)
    tell(organization_id, at=clock())
    drain(sender)
    expected = []
    for (headers, body), used in zip(receiver.calls, [[rotated.secret, endpoint.secret], [rotated.secret]], strict=True):
        stamp = int(headers["webhook-timestamp"])
        expected.append(
            " ".join(signature(secret=each, webhook_id=headers["webhook-id"], timestamp=stamp, body=body) for each in used)
        )
    assert [headers["webhook-signature"] for headers, _ in receiver.calls] == expected


def test_ping_reaches_its_endpoint_and_no_other(organization_id, endpoint, sender, receiver):
    flow.add_webhook(
        organization_id=organization_id, wish=Wish("Other", receiver.url, ["*"], receiver.trusted), now=NOW + timedelta(seconds=1)
    )
    flow.ping_webhook(organization_id=organization_id, endpoint_id=endpoint.endpoint.id, now=NOW)
    drain(sender)
    assert [orjson.loads(body)["type"] for _, body in receiver.calls] == ["webhook.ping"]


def test_address_inside_is_refused_when_it_is_given(organization_id):
    with pytest.raises(Invalid):
        flow.add_webhook(organization_id=organization_id, wish=Wish("X", "http://127.0.0.1:1/", ["*"]), now=NOW)
    with organization_scope(organization_id):
        assert queries.endpoints_of(organization_id=organization_id) == []


def test_events_of_one_member_are_numbered_without_a_gap_however_many_tell(organization_id, endpoint):
    member = uuid4()
    barrier = threading.Barrier(8)

    def work(_):
        try:
            barrier.wait()
            tell(organization_id, member_id=member)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(8)))
    assert as_owner("SELECT sequence FROM webhook_event ORDER BY sequence") == [(number,) for number in range(1, 9)]


def test_fact_comes_through_the_worker(organization_id, endpoint, receiver, settings):
    from phakdi.config.wiring import make_worker

    settings.WEBHOOK_TRUSTED = receiver.trusted
    with organization_scope(organization_id):
        fact = publish(organization_id=organization_id, topic="store.added", data={"code": "S1"}, at=datetime.now(UTC))
    make_worker().drain()
    assert receiver.ids == [core.webhook_id(fact)]


def test_points_that_come_are_told_where_somebody_listens(shop, member_id, receiver, sender):
    from phakdi.flows.record_activity import record_activity
    from phakdi.platform.outbox.models import Job
    from phakdi.platform.outbox.operations import relay
    from phakdi.worker import consumers

    def buy(ref):
        activity = {"kind": "purchase", "amount": 100, "at": NOW, "ref": ref, "origin": "pos"}
        record_activity(organization_id=shop, member_id=member_id, now=NOW, activity=activity)
        while relay(consumers=[consumers.WEBHOOKS], now=NOW, most=100) > 0:
            pass
        with organization_scope(shop):
            return Job.objects.filter(organization_id=shop, topic="points.earned").count()

    assert buy("R1") == 0
    wish = Wish("ERP", receiver.url, ["points.earned"], receiver.trusted)
    made = flow.add_webhook(organization_id=shop, wish=wish, now=NOW)
    assert buy("R2") == 1
    flow.remove_webhook(organization_id=shop, endpoint_id=made.endpoint.id, now=NOW)
    assert buy("R3") == 1
