"""kill -9 of the web server under load: what a till was told is kept, and what it asks again is not done again."""

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest

from phakdi.flows.issue_api_key import issue_api_key
from phakdi.kit.db.scope import organization_scope
from phakdi.loyalty.engine.verification import differences_of
from phakdi.loyalty.ledger import queries as ledger
from tests.integration.platform.owner import as_owner
from tests.integration.worker.processes import addresses

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

TILLS, START_SECONDS, ANSWER_SECONDS = 4, 120, 10


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Web:
    """The web server of this test: started, killed with all its processes, started again on the same port."""

    def __init__(self):
        self.port, self._process = free_port(), None

    def start(self):
        limits = {"PHAKDI_API_CALLS_PER_SECOND": "100000", "PHAKDI_API_CALLS_AT_ONCE": "100000"}
        command = [
            sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port), "--workers", "1",
            "--blocking-threads", str(TILLS), "--no-ws", "--no-access-log", "--log-level", "critical", "phakdi.config.wsgi:application",
        ]  # fmt: skip
        self._process = subprocess.Popen(command, env={**os.environ, **addresses(), **limits}, start_new_session=True)
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                if httpx.get(f"http://127.0.0.1:{self.port}/readyz", timeout=ANSWER_SECONDS).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            assert time.monotonic() < deadline, "the web server did not start"
            time.sleep(0.05)

    def kill(self):
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(10)
            self._process = None


class Till(threading.Thread):
    """Reports purchases one after the other; asks again until it is answered, a careful one under the same name."""

    def __init__(self, port, token, member_ids, *, careful, seed):
        super().__init__()
        self._url, self._headers = f"http://127.0.0.1:{port}/api/v1/activities", {"Authorization": f"Bearer {token}"}
        self._members, self._careful, self._chance = member_ids, careful, random.Random(seed)
        self._stop_event = threading.Event()
        self.expected = dict.fromkeys(member_ids, 0)
        self.told = 0
        self.refused = []

    def run(self):
        with httpx.Client(timeout=ANSWER_SECONDS) as client:
            while not self._stop_event.is_set():
                self._report(client)

    def end(self):
        self._stop_event.set()
        self.join(60)
        assert not self.is_alive()

    def _report(self, client):
        member_id, baht = self._chance.choice(self._members), self._chance.randint(1, 99)
        ref = uuid4().hex if self.told % 2 and self._careful else None  # every other one has a key in place of a receipt
        key = uuid4().hex
        body = {"member": str(member_id), "kind": "purchase", "amount": str(baht)} | ({"ref": ref} if ref else {})
        body["at"] = datetime.now(UTC).isoformat()
        while True:
            try:
                headers = self._headers if ref else {**self._headers, "Idempotency-Key": key}
                answer = client.post(self._url, json=body, headers=headers)
            except httpx.HTTPError:
                time.sleep(0.05)
                key = key if self._careful else uuid4().hex
                continue
            if answer.status_code in {200, 201}:
                break
            if answer.status_code != 503:
                self.refused.append(answer.text)
                return
            time.sleep(0.05)
        self.expected[member_id] += baht
        self.told += 1


def run_and_kill(shop, new_member, *, kills, careful=True):
    """Kill the web server at random points while tills report, let them finish, and return members and tills."""
    token = issue_api_key(
        organization_id=shop, name="till", scopes=["activities:write"], now=datetime(2020, 1, 1, tzinfo=UTC)
    ).token
    member_ids, chance, web = [new_member() for _ in range(8)], random.Random(kills), Web()
    tills = [Till(web.port, token, member_ids, careful=careful, seed=seed) for seed in range(TILLS)]
    try:
        web.start()
        for till in tills:
            till.start()
        for _ in range(kills):
            time.sleep(chance.uniform(0.05, 0.5))
            web.kill()
            web.start()
        time.sleep(0.3)
        for till in tills:
            till.end()
    finally:
        web.kill()
    return member_ids, tills


def balances(shop, member_ids):
    with organization_scope(shop):
        found = {
            member_id: sum(w.active for w in ledger.wallets_of(organization_id=shop, member_id=member_id) if w.unit == "points")
            for member_id in member_ids
        }
        assert [str(difference) for difference in differences_of(organization_id=shop)] == []
        return found


def check_nothing_lost_or_doubled(shop, new_member, *, kills):
    member_ids, tills = run_and_kill(shop, new_member, kills=kills)

    assert [till.refused for till in tills] == [[]] * TILLS
    told = sum(till.told for till in tills)
    assert told > 5 * kills
    assert balances(shop, member_ids) == {member: sum(till.expected[member] for till in tills) for member in member_ids}
    assert as_owner("SELECT count(*) FROM activity") == [(told,)]


@pytest.mark.slow
def test_a_killed_web_server_loses_and_doubles_nothing(shop, new_member):
    check_nothing_lost_or_doubled(shop, new_member, kills=2)


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_a_web_server_killed_at_fifty_points_loses_and_doubles_nothing(shop, new_member):
    check_nothing_lost_or_doubled(shop, new_member, kills=50)


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_control_tills_that_ask_anew_are_doubled(shop, new_member):
    member_ids, tills = run_and_kill(shop, new_member, kills=40, careful=False)

    assert sum(balances(shop, member_ids).values()) > sum(sum(till.expected.values()) for till in tills)
