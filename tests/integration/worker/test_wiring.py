"""What the product does about its own facts: joins, caused activities, notices; and what it does by the clock."""

from datetime import UTC, datetime, timedelta

import pytest

from phakdi.adapters.channels.console import ConsoleChannel
from phakdi.adapters.channels.sending import send_due
from phakdi.config.wiring import CONSUMERS
from phakdi.engagement.messaging import queries as messaging
from phakdi.flows.apply_program import apply_program
from phakdi.flows.enroll_member import Enrollment, enroll_by_staff
from phakdi.flows.record_activity import Actor, record_activity
from phakdi.flows.tell_member import remind_of_expiry
from phakdi.flows.update_member import update_member
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.ids import nth
from phakdi.loyalty.ledger import queries as ledger
from phakdi.platform.audit.queries import verify_chain
from phakdi.platform.outbox import operations, queries
from phakdi.worker.tasks import REMINDED_DAYS_BEFORE, TASKS
from phakdi.worker.worker import Worker

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
CLERK = Actor("staff", "7")
PROGRAM = """
phakdi: 1
key: shop
name: {th: ร้านทดสอบ, en: Test shop}
units:
  points:
    name: {th: แต้ม, en: points}
    expires: {after: 1 year}
earning:
  - key: base
    on: purchase
    give: {points: 1, per: 1}
  - key: welcome
    on: join
    give: {points: 50}
spending:
  - key: pay
    pays: 1
"""


@pytest.fixture
def clock():
    class Clock:
        now = NOW

        def __call__(self):
            return self.now

    return Clock()


@pytest.fixture
def worker(clock):
    send = lambda: send_due(clock=clock, find=lambda *_: ConsoleChannel())
    return Worker(consumers=CONSUMERS, tasks=TASKS, send=send, clock=clock)


@pytest.fixture
def begin(organization_id):
    """Put the program in force."""
    since = datetime(2020, 1, 1, tzinfo=UTC)
    return lambda: apply_program(organization_id=organization_id, text=PROGRAM, now=since, effective_from=since)


def active(organization_id, member_id):
    with organization_scope(organization_id):
        wallets = ledger.wallets_of(organization_id=organization_id, member_id=member_id)
    return {wallet.unit: wallet.active for wallet in wallets}


def sent(organization_id, member_id):
    with organization_scope(organization_id):
        messages = messaging.messages_of(organization_id=organization_id, member_id=member_id)
    return [(message.template, message.channel, message.state, message.kind) for message in messages]


def dead(organization_id):
    with organization_scope(organization_id):
        return [(job.consumer, job.last_error) for job in queries.dead_jobs(organization_id=organization_id)]


def enroll(organization_id, **profile):
    enrollment = Enrollment({"given_name": "นก", "phone": "0812345678", **profile})
    return enroll_by_staff(organization_id=organization_id, enrollment=enrollment, actor=CLERK, now=NOW).member.id


def test_a_join_that_had_to_wait_for_the_program_is_recorded_once(organization_id, begin, worker, clock):
    member_id = enroll(organization_id)
    worker.drain()
    assert active(organization_id, member_id) == {}

    begin()
    for _ in range(3):
        clock.now += timedelta(minutes=1)
        worker.drain()
    assert (active(organization_id, member_id), dead(organization_id)) == ({"points": 50}, [])


def test_a_join_recorded_at_once_is_not_recorded_again(organization_id, begin, worker):
    begin()
    member_id = enroll(organization_id)
    assert active(organization_id, member_id) == {"points": 50}
    worker.drain()

    assert active(organization_id, member_id) == {"points": 50}


def test_a_caused_activity_is_recorded_once_however_often_its_fact_is_told(organization_id, begin, worker, member_id):
    begin()
    data = {"kind": "purchase", "at": NOW.isoformat(), "fields": {"amount": 100}, "of": "", "depth": 1}
    with organization_scope(organization_id):
        operations.publish(organization_id=organization_id, topic="activity.caused", member_id=member_id, data=data, at=NOW)
    worker.drain()
    operations.restart_relay(now=NOW)
    worker.drain()

    assert (active(organization_id, member_id), dead(organization_id)) == ({"points": 100}, [])


def test_what_a_machine_ahead_of_ours_recorded_has_its_consequences(organization_id, begin, worker, member_id):
    begin()
    ahead = NOW + timedelta(minutes=10)
    data = {"kind": "purchase", "at": ahead.isoformat(), "fields": {"amount": 100}, "of": "", "depth": 1}
    with organization_scope(organization_id):
        operations.publish(organization_id=organization_id, topic="activity.caused", member_id=member_id, data=data, at=ahead)
    worker.drain()

    assert (active(organization_id, member_id), dead(organization_id)) == ({"points": 100}, [])


def spend(organization_id, member_id, points, **more):
    earned = {"kind": "purchase", "at": NOW, "amount": 5000, "ref": "R1", "origin": "pos"}
    record_activity(organization_id=organization_id, member_id=member_id, activity=earned, now=NOW)
    record_activity(
        organization_id=organization_id,
        member_id=member_id,
        activity={"kind": "redeem", "at": NOW, "points": points},
        now=NOW,
        **more,
    )


@pytest.mark.parametrize(
    ("points", "profile", "expected"),
    [
        (10, {"email": "nok@example.com"}, [("points_spent", "EMAIL", "SENT", "LOYALTY")]),
        (999, {}, []),
        (1000, {}, [("points_spent", "SMS", "SENT", "LOYALTY")]),
    ],
)
def test_members_are_told_once_of_points_that_leave(organization_id, begin, worker, points, profile, expected):
    begin()
    member_id = enroll(organization_id, **profile)
    spend(organization_id, member_id, points)
    worker.drain()
    operations.restart_relay(now=NOW)
    worker.drain()

    assert (sent(organization_id, member_id), dead(organization_id)) == (expected, [])


def test_what_an_import_spends_is_not_told(organization_id, begin, worker):
    begin()
    member_id = enroll(organization_id, email="nok@example.com")
    spend(organization_id, member_id, 10, import_id=nth(organization_id, 1))
    worker.drain()

    assert sent(organization_id, member_id) == []


def test_the_words_are_the_members_own_language(organization_id, begin, worker):
    begin()
    member_id = enroll(organization_id, email="nok@example.com")
    update_member(organization_id=organization_id, member_id=member_id, changes={"language": "en"}, now=NOW, actor=CLERK)
    spend(organization_id, member_id, 1234)
    worker.drain()

    with organization_scope(organization_id):
        (message,) = messaging.messages_of(organization_id=organization_id, member_id=member_id)
    assert message.subject == "You spent 1,234 points at Shop 1"


def test_time_passes_by_itself_and_the_member_is_told(organization_id, begin, worker, clock):
    begin()
    member_id = enroll(organization_id, email="nok@example.com")
    worker.run_tasks()
    clock.now = datetime(2027, 11, 24, 17, 0, tzinfo=UTC)
    worker.run_tasks()
    worker.drain()

    with organization_scope(organization_id):
        (wallet,) = ledger.wallets_of(organization_id=organization_id, member_id=member_id)
    assert (wallet.active, wallet.expired) == (0, 50)
    assert [template for template, *_ in sent(organization_id, member_id)] == ["points_expired"]


@pytest.mark.parametrize(
    ("now", "subjects"),
    [
        (datetime(2027, 10, 25, 3, 0, tzinfo=UTC), ["50 แต้ม ใช้ได้ถึง 24 พ.ย. 2570"]),
        (datetime(2027, 10, 26, 3, 0, tzinfo=UTC), []),
        (datetime(2027, 11, 17, 3, 0, tzinfo=UTC), ["50 แต้ม ใช้ได้ถึง 24 พ.ย. 2570"]),
    ],
)
def test_members_are_reminded_once_before_their_points_expire(organization_id, begin, now, subjects):
    begin()
    member_id = enroll(organization_id, email="nok@example.com")
    for _ in range(2):
        for days in REMINDED_DAYS_BEFORE:
            remind_of_expiry(organization_id=organization_id, now=now, days=days)

    with organization_scope(organization_id):
        assert [
            message.subject for message in messaging.messages_of(organization_id=organization_id, member_id=member_id)
        ] == subjects


def test_the_audit_is_sealed_and_the_ledger_reconciled(organization_id, begin, worker):
    begin()
    enroll(organization_id)
    worker.run_tasks()

    with organization_scope(organization_id):
        chain = verify_chain(organization_id=organization_id)
        done = {task.task: task.last_error for task in queries.scheduled_tasks(organization_id=organization_id)}
    assert (chain.unsealed, chain.is_sound) == (0, True)
    assert done == dict.fromkeys((task.name for task in TASKS if task.is_per_organization), "")
