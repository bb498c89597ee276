"""Facts: every committed one is told once, in order, however transactions overlap."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from phakdi.kit.db.scope import NoScope, organization_scope
from phakdi.kit.errors import NotFound
from phakdi.platform.outbox import operations, queries
from phakdi.platform.outbox.core import Consumer, JobState
from phakdi.platform.outbox.models import Job
from tests.integration.platform.owner import as_owner

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
SOON = NOW + timedelta(minutes=1)


def consumer(name="notices", *topics, **more):
    return Consumer(name, frozenset(topics or ("points.earned",)), lambda fact, now: None, **more)


def publish(organization_id, topic="points.earned", at=NOW, member_id=None, **data):
    with organization_scope(organization_id):
        return operations.publish(organization_id=organization_id, topic=topic, member_id=member_id, data=data, at=at)


def relay(*consumers, now=NOW, most=1000):
    return operations.relay(consumers=consumers or (consumer(),), now=now, most=most)


def claim(*names, now=NOW, until=SOON, most=100):
    return operations.claim_jobs(consumers=names or ("notices",), now=now, until=until, most=most)


def told(organization_id):
    """Return the facts of the organization's jobs, in the order in which they are done."""
    with organization_scope(organization_id):
        return [job.data["n"] for job in Job.objects.order_by("id")]


class Elsewhere:
    """A transaction on another connection, held open for as long as the test wants."""

    def __init__(self, organization_id, **data):
        self._written, self._go_on, self._data = threading.Event(), threading.Event(), data
        self._thread = threading.Thread(target=self._run, args=[organization_id], daemon=True)
        self.commits = True

    def _run(self, organization_id):
        try:
            with organization_scope(organization_id):
                operations.publish(organization_id=organization_id, topic="points.earned", data=self._data, at=NOW)
                self._written.set()
                assert self._go_on.wait(20)
                if not self.commits:
                    transaction.set_rollback(True)
        finally:
            connection.close()

    def begin(self):
        self._thread.start()
        assert self._written.wait(20)
        return self

    def end(self, *, commits=True):
        self.commits = commits
        self._go_on.set()
        self._thread.join(20)


def test_publishing_needs_a_transaction(organization_id):
    with pytest.raises(NoScope):
        operations.publish(organization_id=organization_id, topic="x", at=NOW)


def test_a_fact_becomes_a_job_of_each_consumer_that_wants_it(organization_id, member_id):
    fact_id = publish(organization_id, member_id=member_id, n=1)
    publish(organization_id, "nobody.cares")

    assert relay(consumer("one"), consumer("two"), consumer("three", "other.topic")) > 0
    jobs = claim("one", "two", "three")

    assert sorted(job.consumer for job in jobs) == ["one", "two"]
    assert {(job.fact.id, job.fact.organization_id, job.fact.member_id, job.tries) for job in jobs} == {
        (fact_id, organization_id, member_id, 1)
    }
    assert [(job.fact.topic, job.fact.data, job.fact.at) for job in jobs] == [("points.earned", {"n": 1}, NOW)] * 2
    assert relay(consumer("one"), consumer("two")) == 0


def test_a_rolled_back_fact_is_never_told(organization_id):
    Elsewhere(organization_id, n=1).begin().end(commits=False)
    publish(organization_id, n=2)
    relay()

    assert told(organization_id) == [2]


def test_a_long_transaction_holds_up_nobody_and_is_not_missed(organization_id):
    long = Elsewhere(organization_id, n=1).begin()
    publish(organization_id, n=2)
    relay()
    assert told(organization_id) == [2]

    publish(organization_id, n=3)
    relay()
    long.end()
    publish(organization_id, n=4)
    relay()
    assert told(organization_id) == [2, 3, 1, 4]
    assert relay() == 0


def test_control_a_reader_that_remembers_the_last_number_misses_the_late_commit(organization_id):
    def numbers_after(last):
        rows = as_owner("SELECT written_by::text::bigint, data ->> 'n' FROM outbox_fact WHERE data ? 'n' ORDER BY written_by")
        return [(number, n) for number, n in rows if number > last]

    long = Elsewhere(organization_id, n=1).begin()
    publish(organization_id, n=2)
    seen = numbers_after(0)
    long.end()

    assert [n for _, n in seen + numbers_after(seen[-1][0])] == ["2"]


def test_many_facts_are_told_in_portions_and_in_order(organization_id):
    relay()
    for number in range(1, 11):
        publish(organization_id, n=number)
    with organization_scope(organization_id):  # one transaction is one portion
        for number in range(11, 21):
            operations.publish(organization_id=organization_id, topic="points.earned", data={"n": number}, at=NOW)
    publish(organization_id, n=21)

    portions = []
    while read := relay(most=4):
        portions.append(read)

    assert told(organization_id) == list(range(1, 22))
    assert portions == [4, 4, 12, 1]


def test_portions_remember_whose_transactions_were_open(organization_id):
    relay()
    long = Elsewhere(organization_id, n=0).begin()
    for number in range(1, 6):
        publish(organization_id, n=number)
    assert relay(most=2) == 2
    long.end()
    while relay(most=2):
        pass

    assert sorted(told(organization_id)) == [0, 1, 2, 3, 4, 5]


def test_one_relays_at_a_time(organization_id):
    publish(organization_id, n=1)
    with transaction.atomic():
        assert relay() > 0
        answers = []
        thread = threading.Thread(target=lambda: (answers.append(relay()), connection.close()))
        thread.start()
        thread.join(20)
    assert (answers, told(organization_id)) == ([-1], [1])


def test_old_facts_are_left_out_by_who_wants_news(organization_id):
    publish(organization_id, at=NOW - timedelta(hours=25), n=1)
    publish(organization_id, at=NOW - timedelta(hours=23), n=2)
    relay(consumer(max_age=timedelta(hours=24)))

    assert told(organization_id) == [2]


def test_what_an_import_brought_about_is_left_out_by_who_lives_in_the_present(organization_id):
    publish(organization_id, n=1, import_id="x")
    publish(organization_id, n=2)
    relay(consumer("live", is_live=True), consumer("all"))

    assert [job.fact.data["n"] for job in claim("live")] == [2]
    assert [job.fact.data["n"] for job in claim("all")] == [1, 2]


def test_after_a_restore_every_kept_fact_is_told_again(organization_id):
    publish(organization_id, n=1)
    relay()
    operations.finish_jobs(jobs=claim())
    as_owner("UPDATE outbox_tick SET snapshot = '999999999999:999999999999:'")  # the server before had counted further
    publish(organization_id, n=2)
    while relay():
        pass

    assert sorted(told(organization_id)) == [1, 2]


def test_facts_are_purged_once_they_are_old_and_relayed(organization_id):
    publish(organization_id, n=1)
    relay()
    publish(organization_id, n=2)
    as_owner("UPDATE outbox_fact SET written_at = %s", [NOW - timedelta(days=15)])

    before = len(as_owner("SELECT 1 FROM outbox_fact WHERE data ? 'n'"))
    operations.purge_facts(before=NOW - timedelta(days=14))

    with organization_scope(organization_id):
        kept = [fact.data.get("n") for fact in queries.facts_of(organization_id=organization_id)]
    assert (before, [n for n in kept if n]) == (2, [2])


# --- jobs ---------------------------------------------------------------------------------------------------------------


def jobs_of(organization_id, *members, **more):
    """Publish a numbered fact for each member and return nothing: the jobs are there to be claimed."""
    for number, member_id in enumerate(members):
        publish(organization_id, member_id=member_id, n=number)
    relay(consumer(**more))


def test_a_claimed_job_is_nobody_elses_until_its_lease_ends(organization_id):
    jobs_of(organization_id, None)

    (first,) = claim()
    assert claim() == []
    (second,) = claim(now=SOON, until=SOON + timedelta(minutes=1))

    assert (first.id, first.tries, second.id, second.tries) == (second.id, 1, first.id, 2)
    assert first.token != second.token
    assert operations.finish_jobs(jobs=[first]) == 0, "who lost the lease finishes nothing"
    assert operations.extend_jobs(jobs=[first, second], until=SOON + timedelta(hours=1)) == {second.id}
    assert operations.finish_jobs(jobs=[second]) == 1


def test_claims_at_once_take_different_jobs(organization_id):
    jobs_of(organization_id, *[None] * 20)
    taken, failures = [], []

    def take():
        try:
            taken.extend(claim(most=5))
        except Exception as error:  # noqa: BLE001 - shown below
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert (failures, len(taken), len({job.id for job in taken})) == ([], 20, 20)


def test_a_members_jobs_come_together_and_in_order_and_hold_up_nobody_else(organization_id, member_id, other_member_id):
    jobs_of(organization_id, member_id, member_id, other_member_id, is_ordered=True)

    first, second, other = claim(most=2)  # what is behind the first comes with it
    assert [job.fact.data["n"] for job in (first, second, other)] == [0, 1, 2]
    operations.finish_jobs(jobs=[other])
    operations.fail_job(job=first, now=NOW, due_at=SOON, error="busy", state=JobState.READY)
    assert operations.return_jobs(jobs=[second], now=NOW) == 1
    assert claim() == [], "the second waits while the first waits for another try"
    again, behind = claim(now=SOON, until=SOON + timedelta(minutes=1))
    assert (again.tries, behind.tries) == (2, 1), "a try that was not begun does not count"
    operations.fail_job(job=again, now=SOON, due_at=SOON, error="no", state=JobState.DEAD)
    operations.return_jobs(jobs=[behind], now=SOON)
    (second,) = claim(now=SOON, until=SOON + timedelta(minutes=1))
    assert second.fact.data["n"] == 1


def test_only_so_many_come_with_the_first_and_none_behind_one_that_waits(organization_id, member_id):
    jobs_of(organization_id, *[member_id] * 20, is_ordered=True)

    together = claim(most=2)
    assert [job.fact.data["n"] for job in together] == list(range(11))
    assert claim() == [], "the rest waits for those in hand"
    operations.fail_job(job=together[3], now=NOW, due_at=SOON, error="busy", state=JobState.READY)
    operations.return_jobs(jobs=[*together[:3], *together[4:]], now=NOW)
    assert [job.fact.data["n"] for job in claim(most=2)] == [0, 1, 2]


def test_control_jobs_that_ask_for_no_order_are_taken_at_once(organization_id, member_id):
    jobs_of(organization_id, member_id, member_id)

    assert [job.fact.data["n"] for job in claim()] == [0, 1]


def test_a_dead_job_is_seen_and_retried_or_discarded_by_its_organization_only(organization_id, other_organization_id):
    jobs_of(organization_id, None, None)
    for job in claim():
        operations.fail_job(job=job, now=NOW, due_at=NOW, error="receipt_conflict", state=JobState.DEAD)

    assert claim(now=SOON) == []
    with organization_scope(other_organization_id):
        assert queries.dead_jobs(organization_id=other_organization_id) == []
        with pytest.raises(NotFound):
            operations.retry_dead_job(organization_id=other_organization_id, job_id=1, now=NOW)
    with organization_scope(organization_id):
        newest, oldest = queries.dead_jobs(organization_id=organization_id)
        assert (oldest.last_error, oldest.failed_at, oldest.tries) == ("receipt_conflict", NOW, 1)
        assert queries.dead_jobs(organization_id=organization_id, before=newest.id) == [oldest]
        operations.retry_dead_job(organization_id=organization_id, job_id=oldest.id, now=NOW)
        operations.discard_dead_job(organization_id=organization_id, job_id=newest.id)
        with pytest.raises(NotFound):
            operations.discard_dead_job(organization_id=organization_id, job_id=newest.id)
    assert [(job.id, job.tries) for job in claim()] == [(oldest.id, 1)]


def test_the_application_sees_no_other_organizations_jobs(organization_id, other_organization_id):
    jobs_of(organization_id, None)

    with organization_scope(other_organization_id):
        assert list(Job.objects.all()) == []
    with pytest.raises(NoScope):
        list(Job.objects.all())


# --- health -------------------------------------------------------------------------------------------------------------


def test_health_tells_how_far_work_is_behind(organization_id):
    as_owner("DELETE FROM outbox_fact")
    relay()
    assert queries.health(now=NOW) == queries.Health(0.0, 0.0, 0.0, 0)

    publish(organization_id, n=1)
    as_owner("UPDATE outbox_fact SET written_at = %s", [NOW - timedelta(seconds=90)])
    assert queries.health(now=NOW) == queries.Health(90.0, 0.0, 0.0, 0)

    relay()
    assert queries.health(now=NOW + timedelta(seconds=30)) == queries.Health(0.0, 30.0, 0.0, 0)
    (job,) = claim()
    operations.fail_job(job=job, now=NOW, due_at=NOW, error="no", state=JobState.DEAD)
    operations.ensure_tasks(rows=[(organization_id, "tidy", NOW - timedelta(seconds=5))])
    assert queries.health(now=NOW) == queries.Health(0.0, 0.0, 5.0, 1)


def test_what_happens_often_makes_jobs_only_where_somebody_asked(organization_id, other_organization_id):
    often = Consumer(
        "outside", frozenset({"points.earned", "store.added"}), lambda _fact, _now: None, asked=frozenset({"points.earned"})
    )

    def jobs_of(topic):
        for owner in (organization_id, other_organization_id):
            with organization_scope(owner):
                operations.publish(organization_id=owner, topic=topic, at=NOW)
        while relay(often) > 0:
            pass
        with organization_scope(organization_id):
            mine = Job.objects.filter(organization_id=organization_id, topic=topic, consumer="outside").count()
        with organization_scope(other_organization_id):
            return mine, Job.objects.filter(organization_id=other_organization_id, topic=topic, consumer="outside").count()

    assert jobs_of("points.earned") == (0, 0)
    assert jobs_of("store.added") == (1, 1)
    with organization_scope(organization_id):
        operations.ask(organization_id=organization_id, consumer="outside", topics=["points.earned"])
    assert jobs_of("points.earned") == (1, 0)
    with organization_scope(organization_id):
        operations.ask(organization_id=organization_id, consumer="outside", topics=["*"])
    assert jobs_of("points.earned") == (2, 0)
    with organization_scope(organization_id):
        operations.ask(organization_id=organization_id, consumer="outside", topics=[])
    assert jobs_of("points.earned") == (2, 0)
