"""kill -9 of workers under load: nothing told is lost, nothing is done twice."""

import os
import random
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection

from phakdi.engagement.messaging.models import Message
from phakdi.kit.db.scope import organization_scope
from phakdi.loyalty.engine.verification import differences_of
from phakdi.loyalty.ledger import queries as ledger
from phakdi.platform.outbox import operations, queries
from tests.integration.platform.owner import as_owner
from tests.integration.worker.processes import addresses

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

VICTIM = Path(__file__).with_name("victim.py")
START_SECONDS, END_SECONDS = 120, 240


class Victims:
    """Worker processes of this test; all of them are gone at its end."""

    def __init__(self, mode):
        self._mode, self._all = mode, []

    def start(self):
        environment = {**os.environ, **addresses()}
        process = subprocess.Popen([sys.executable, str(VICTIM), self._mode], env=environment, stdout=subprocess.PIPE, text=True)
        self._all.append(process)
        timer = threading.Timer(START_SECONDS, process.kill)
        timer.start()
        assert process.stdout.readline() == "at work\n"
        timer.cancel()
        return process

    def kill(self, process):
        process.kill()
        process.wait(10)
        process.stdout.close()

    def end(self):
        for process in self._all:
            if process.poll() is None:
                self.kill(process)


class Load:
    """Tells of purchases that others caused, a few a moment, from a thread of its own."""

    def __init__(self, organization_id, member_ids, *, pause=0.06):
        self._organization_id, self._member_ids, self._pause = organization_id, member_ids, pause
        self._stop = threading.Event()
        self.expected = dict.fromkeys(member_ids, 0)
        self.told = 0
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self):
        chance = random.Random(1)
        try:
            while not self._stop.is_set():
                self.tell(chance)
                time.sleep(self._pause)
        finally:
            connection.close()

    def tell(self, chance):
        with organization_scope(self._organization_id):
            added = []
            for _ in range(chance.randint(1, 3)):
                member_id, baht = chance.choice(self._member_ids), chance.randint(1, 99)
                data = {"kind": "purchase", "at": datetime.now(UTC).isoformat(), "fields": {"amount": baht}, "of": "", "depth": 1}
                operations.publish(
                    organization_id=self._organization_id,
                    topic="activity.caused",
                    member_id=member_id,
                    data=data,
                    at=datetime.now(UTC),
                )
                added.append((member_id, baht))
        for member_id, baht in added:  # acknowledged
            self.expected[member_id] += baht
            self.told += 1

    def end(self):
        self._stop.set()
        self._thread.join(20)


def balances(organization_id, member_ids):
    with organization_scope(organization_id):
        found = {
            member_id: sum(
                wallet.active
                for wallet in ledger.wallets_of(organization_id=organization_id, member_id=member_id)
                if wallet.unit == "points"
            )
            for member_id in member_ids
        }
        assert [str(difference) for difference in differences_of(organization_id=organization_id)] == []
        return found


def wait_until_done(victims):
    deadline = time.monotonic() + END_SECONDS
    calm = 0
    while calm < 3:
        assert time.monotonic() < deadline, "the rest was not done in time"
        (waiting,) = as_owner(
            "SELECT (SELECT count(*) FROM job WHERE state = 'READY') + (SELECT count(*) FROM message WHERE state = 'QUEUED')"
        )
        calm = calm + 1 if waiting[0] == 0 else 0
        time.sleep(0.2)
    assert queries.health(now=datetime.now(UTC)).outbox_age_seconds == 0
    victims.end()


def run_and_kill(mode, organization_id, member_ids, *, kills, seed):
    """Kill workers at random points while facts are told, let a last one finish, and return the load."""
    chance, victims = random.Random(seed), Victims(mode)
    load = Load(organization_id, member_ids)
    try:
        for _ in range(kills):
            process = victims.start()
            time.sleep(chance.uniform(0.05, 0.7))
            victims.kill(process)
        load.end()
        victims.start()
        wait_until_done(victims)
    finally:
        load.end()
        victims.end()
    return load


def check_nothing_lost_or_doubled(shop, new_member, kills):
    member_ids = [new_member() for _ in range(8)]
    load = run_and_kill("real", shop, member_ids, kills=kills, seed=kills)

    assert load.told > 10 * kills
    assert balances(shop, member_ids) == load.expected
    assert as_owner("SELECT count(*) FROM receipt WHERE origin = 'phakdi'") == [(load.told,)]
    assert queries.health(now=datetime.now(UTC)).dead_jobs == 0
    with organization_scope(shop):
        assert Message.objects.exclude(state__in=["SENT", "AMBIGUOUS"]).count() == 0


@pytest.mark.slow
def test_killed_workers_lose_and_double_nothing(shop, new_member):
    check_nothing_lost_or_doubled(shop, new_member, kills=3)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_workers_killed_at_fifty_points_lose_and_double_nothing(shop, new_member):
    check_nothing_lost_or_doubled(shop, new_member, kills=50)


def differences(kind, shop, new_member):
    """Yield how far what is kept is from what was asked for, for several loads: a kill may hit at a harmless moment."""
    for seed in range(5, 13):
        member_ids = [new_member() for _ in range(8)]
        load = run_and_kill(kind, shop, member_ids, kills=2, seed=seed)
        yield sum(balances(shop, member_ids).values()) - sum(load.expected.values())


@pytest.mark.slow
def test_control_a_worker_that_forgets_loses(shop, new_member):
    assert any(difference < 0 for difference in differences("forgetful", shop, new_member))


@pytest.mark.slow
def test_control_a_careless_consumer_doubles(shop, new_member):
    assert any(difference > 0 for difference in differences("careless", shop, new_member))
