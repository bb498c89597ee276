"""The worker: jobs are done once, errors are tried again, what cannot succeed is shown, the schedule keeps its times."""

import threading
import time
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time

import pytest

from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Rejected, Unavailable
from phakdi.platform.outbox import operations, queries
from phakdi.platform.outbox.core import TRIES_MAX, Consumer, Daily, Every, Task
from phakdi.worker.worker import Pace, Worker
from tests.integration.platform.owner import as_owner

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
TOPIC = "test.happened"


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, now=NOW):
        self.now = now

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def happened(organization_id):
    """Return a function that publishes a numbered fact."""

    def publish(n=0, member_id=None):
        with organization_scope(organization_id):
            return operations.publish(organization_id=organization_id, topic=TOPIC, member_id=member_id, data={"n": n}, at=NOW)

    return publish


def worker(handle=None, *, tasks=(), send=lambda: 0, clock=None, **more):
    consumers = [Consumer("test", frozenset({TOPIC}), handle, **more)] if handle else []
    pace = Pace(lease=timedelta(seconds=3), longest_pause=0.05, stop_seconds=5)
    made = {"consumers": consumers, "tasks": tasks, "send": send, "pace": pace}
    return Worker(**made, **({"clock": clock} if clock else {}))


def dead(organization_id):
    with organization_scope(organization_id):
        return [(job.last_error, job.tries) for job in queries.dead_jobs(organization_id=organization_id)]


def waiting(organization_id):
    with organization_scope(organization_id):
        return queries.waiting_jobs(organization_id=organization_id)


def running(made):
    """Return a started worker's stop function."""
    stop = threading.Event()
    thread = threading.Thread(target=made.run, args=[stop])
    thread.start()

    def end():
        stop.set()
        thread.join(20)
        assert not thread.is_alive()

    return end


def wait_until(holds, seconds=15):
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.02)


def test_what_is_published_is_done_once(organization_id, happened, clock):
    done = []
    made = worker(lambda fact, now: done.append((fact.data["n"], fact.organization_id, now)), clock=clock)
    for n in range(25):
        happened(n)
    made.drain()
    made.drain()

    assert done == [(n, organization_id, NOW) for n in range(25)]
    assert (waiting(organization_id), dead(organization_id)) == (0, [])


def test_what_a_consumer_publishes_is_drained_too(organization_id, happened, clock):
    done = []

    def handle(fact, now):
        done.append(fact.data["n"])
        if fact.data["n"] < 3:
            happened(fact.data["n"] + 1)

    happened(1)
    worker(handle, clock=clock).drain()

    assert done == [1, 2, 3]


@pytest.mark.parametrize(("error", "told"), [(Unavailable("x", code="busy"), "busy"), (KeyError("0812345678"), "KeyError")])
def test_an_error_is_tried_again_later_and_at_last_shown(organization_id, happened, clock, caplog, error, told):
    tried = []

    def handle(fact, now):
        tried.append(now)
        raise error

    made = worker(handle, clock=clock)
    happened()
    made.drain()
    assert (len(tried), waiting(organization_id), dead(organization_id)) == (1, 1, [])

    for _ in range(TRIES_MAX + 2):
        clock.now += timedelta(hours=4)
        made.drain()
    assert (len(tried), waiting(organization_id), dead(organization_id)) == (TRIES_MAX, 0, [(told, TRIES_MAX)])
    assert "0812345678" not in caplog.text


def test_the_delays_grow(happened, clock):
    waits = []

    def handle(fact, now):
        raise Unavailable("busy")

    made = worker(handle, clock=clock)
    happened()
    for _ in range(4):
        made.drain()
        ((due_at,),) = as_owner("SELECT due_at FROM job")
        waits.append((due_at - clock.now).total_seconds())
        clock.now = due_at

    assert all(low <= wait <= high for wait, (low, high) in zip(waits, [(1.5, 2.5), (3, 5), (6, 10), (12, 20)], strict=True))


def test_what_a_rule_refuses_is_shown_at_once(organization_id, happened, clock):
    def handle(fact, now):
        raise Rejected("no", code="member_frozen")

    happened()
    worker(handle, clock=clock).drain()

    assert dead(organization_id) == [("member_frozen", 1)]


def test_one_failing_job_stops_no_other(organization_id, happened, clock):
    done = []

    def handle(fact, now):
        if fact.data["n"] == 0:
            raise ValueError
        done.append(fact.data["n"])

    for n in range(3):
        happened(n)
    worker(handle, clock=clock).drain()

    assert (done, waiting(organization_id)) == ([1, 2], 1)


def test_a_failing_job_holds_up_its_members_later_ones_only(organization_id, happened, clock, member_id, other_member_id):
    done, fails = [], {2}

    def handle(fact, _):
        if fact.data["n"] in fails:
            raise Unavailable("Not now.")
        done.append(fact.data["n"])

    made = worker(handle, clock=clock, is_ordered=True)
    for n in range(5):
        happened(n, member_id)
    happened(5, other_member_id)
    made.drain()
    assert sorted(done) == [0, 1, 5]
    fails.clear()
    clock.now += timedelta(seconds=5)
    made.drain()

    assert [n for n in done if n != 5] == [0, 1, 2, 3, 4]
    assert waiting(organization_id) == 0


def test_control_without_order_a_failing_job_lets_later_ones_pass(organization_id, happened, clock, member_id):
    done = []

    def handle(fact, _):
        if fact.data["n"] == 0:
            raise Unavailable("Not now.")
        done.append(fact.data["n"])

    for n in range(3):
        happened(n, member_id)
    worker(handle, clock=clock).drain()

    assert done == [1, 2]


def test_a_job_whose_worker_died_every_time_is_shown(organization_id, happened, clock):
    done = []
    made = worker(lambda fact, now: done.append(fact), clock=clock)
    happened()
    operations.relay(consumers=[Consumer("test", frozenset({TOPIC}), print)], now=NOW, most=100)
    for _ in range(TRIES_MAX):
        assert len(operations.claim_jobs(consumers=["test"], now=clock.now, until=clock.now, most=1)) == 1
    made.drain()

    assert (done, dead(organization_id)) == ([], [("worker_died", TRIES_MAX + 1)])


def test_a_running_worker_does_jobs_sends_and_keeps_the_schedule(organization_id, happened):
    done, sent, ran = [], [], []
    task = Task("tick", Every(timedelta(hours=1)), lambda run: ran.append(run.organization_id) or True)
    end = running(worker(lambda fact, now: done.append(fact.data["n"]), send=lambda: sent.append(1) or 0, tasks=[task]))
    try:
        for n in range(50):
            happened(n)
        wait_until(lambda: len(done) == 50 and sent and ran)
        wait_until(lambda: waiting(organization_id) == 0)
    finally:
        end()

    assert (sorted(done), ran) == (list(range(50)), [organization_id])


def test_a_long_job_is_kept_by_the_heartbeat(organization_id, happened):
    began, done, go_on = [], [], threading.Event()

    def handle(fact, now):
        began.append(fact.id)
        go_on.wait(15)
        done.append(fact.id)

    ends = [running(worker(handle)), running(worker(handle))]
    try:
        happened()
        wait_until(lambda: began)
        time.sleep(4.5)  # longer than the lease
        go_on.set()
        wait_until(lambda: waiting(organization_id) == 0)
    finally:
        go_on.set()
        for end in ends:
            end()

    assert (len(began), len(done)) == (1, 1)


def test_a_stopping_worker_finishes_its_job_and_gives_the_others_back(organization_id, happened):
    began, go_on = [], threading.Event()

    def handle(fact, now):
        began.append(fact.data["n"])
        go_on.wait(15)

    made = Worker(
        consumers=[Consumer("test", frozenset({TOPIC}), handle)],
        tasks=[],
        send=lambda: 0,
        pace=Pace(job_threads=1, longest_pause=0.05, stop_seconds=10),
    )
    for n in range(3):
        happened(n)
    stop = threading.Event()
    thread = threading.Thread(target=made.run, args=[stop])
    thread.start()
    wait_until(lambda: began)
    stop.set()
    time.sleep(0.1)
    go_on.set()
    thread.join(20)

    assert (began, waiting(organization_id)) == ([0], 2)
    jobs = operations.claim_jobs(consumers=["test"], now=datetime.now(UTC), until=datetime.now(UTC), most=10)
    assert [job.fact.data["n"] for job in jobs] == [1, 2], "due at once, not when the lease ends"


def test_a_worker_outlives_a_database_that_drops_its_connections(organization_id, happened):
    done = []
    end = running(worker(lambda fact, now: done.append(fact.data["n"])))
    try:
        happened(1)
        wait_until(lambda: done == [1])
        _drop_connections()
        _publish_anew(organization_id, 2)
        wait_until(lambda: done == [1, 2])
    finally:
        end()


def _drop_connections():
    """Drop every connection of the application to this database, this thread's own too."""
    from django.db import connections

    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = current_user AND pid <> pg_backend_pid() AND datname = current_database()"
        )


def _publish_anew(organization_id, n):
    with organization_scope(organization_id):
        operations.publish(organization_id=organization_id, topic=TOPIC, data={"n": n}, at=NOW)


# --- by the clock -------------------------------------------------------------------------------------------------------


def test_tasks_run_for_each_organization_and_once_for_the_installation(organization_id, other_organization_id, clock):
    ran = []
    tasks = [
        Task("each", Every(timedelta(minutes=1)), lambda run: ran.append(("each", run.organization_id)) or True),
        Task("once", Every(timedelta(hours=1)), lambda run: ran.append(("once", None)) or True, is_per_organization=False),
    ]
    made = worker(tasks=tasks, clock=clock)
    made.run_tasks()
    made.run_tasks()
    expected = [("each", organization_id), ("each", other_organization_id), ("once", None)]
    assert sorted(ran, key=str) == sorted(expected, key=str)

    clock.now += timedelta(minutes=1)
    made.run_tasks()
    assert [name for name, _ in ran[3:]] == ["each", "each"]


def test_a_daily_task_runs_once_at_each_of_the_organizations_midnights(make_organization, clock):
    bangkok = make_organization("bangkok")
    berlin = make_organization("berlin", time_zone="Europe/Berlin")
    ran = []
    made = worker(
        tasks=[Task("night", Daily(clock_time(0, 0)), lambda run: ran.append((run.organization_id, run.now)) or True)],
        clock=clock,
    )
    made.run_tasks()
    ran.clear()

    for minutes in range(0, 24 * 60, 30):
        clock.now = NOW + timedelta(minutes=minutes)
        made.run_tasks()

    assert sorted(ran, key=str) == sorted(
        [(bangkok, datetime(2026, 11, 24, 17, 0, tzinfo=UTC)), (berlin, datetime(2026, 11, 24, 23, 0, tzinfo=UTC))], key=str
    )


def test_a_task_that_is_not_done_goes_on_and_one_that_fails_is_tried_again(organization_id, clock):
    left, failures = [3], [1]

    def run(_):
        if failures:
            failures.pop()
            raise RuntimeError
        left[0] -= 1
        return left[0] == 0

    made = worker(tasks=[Task("long", Every(timedelta(hours=1)), run)], clock=clock)
    made.run_tasks()
    with organization_scope(organization_id):
        (task,) = queries.scheduled_tasks(organization_id=organization_id)
        assert (task.last_error, task.last_done_at, left) == ("RuntimeError", None, [3])
    clock.now += timedelta(seconds=5)
    made.run_tasks()

    with organization_scope(organization_id):
        (task,) = queries.scheduled_tasks(organization_id=organization_id)
    assert (task.last_error, task.last_done_at, task.due_at, left) == ("", clock.now, clock.now + timedelta(hours=1), [0])
