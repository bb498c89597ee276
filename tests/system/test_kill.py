"""Web and worker are killed under load: nothing that was acknowledged is lost, nothing is there twice."""

import os
import random
import signal
import threading
import time
from collections import Counter
from contextlib import suppress

import httpx
import pytest

from tests.system.installation import Installation

pytestmark = [pytest.mark.long, pytest.mark.timeout(1500)]

KILLS, CLIENTS, MEMBERS = 50, 8, 40
PROGRAM = """
phakdi: 1
key: shop
name: Shop
earning:
  - {key: base, on: purchase, give: {points: 1, per: 1}}
  - {key: friend, on: purchase, to: referrer, give: {points: 1}}
referral: {}
"""


class Till(threading.Thread):
    """Reports one bill after the other and repeats each until it is acknowledged."""

    def __init__(self, number: int, installation: Installation, stopping: threading.Event) -> None:
        super().__init__()
        self.number, self.installation, self.stopping = number, installation, stopping
        self.acknowledged: dict[str, tuple[str, int]] = {}
        self.surprises: Counter[str] = Counter()

    def run(self) -> None:
        dice = random.Random(self.number)
        headers = {"Authorization": f"Bearer {self.installation.told['key']}"}
        client = httpx.Client(base_url=self.installation.url, headers=headers, timeout=10)
        count = 0
        while not self.stopping.is_set():
            count += 1
            ref, amount, member = (
                f"{self.number}-{count}",
                dice.randint(1, 500),
                dice.choice(self.installation.told["members"][1:]),
            )
            report = {"member": {"id": member}, "kind": "purchase", "ref": ref, "origin": "till", "amount": amount}
            if self._report(client, report):
                self.acknowledged[ref] = (member, amount)
        client.close()

    def _report(self, client: httpx.Client, report: dict[str, object]) -> bool:
        for _ in range(600):
            with suppress(httpx.HTTPError):
                answer = client.post("/api/v1/activities", json=report)
                if answer.status_code in {200, 201}:
                    return True
                if answer.status_code != 503:
                    self.surprises[f"{answer.status_code} {answer.text[:200]}"] += 1
                    return False
            time.sleep(0.05)
        self.surprises["never acknowledged"] += 1
        return False


@pytest.fixture(scope="module")
def installation(tmp_path_factory):
    """Yield an installation whose members were all brought by the first one."""
    made = Installation(tmp_path_factory.mktemp("kill"))
    made.prepare(PROGRAM, MEMBERS)
    made.start()
    headers = {"Authorization": f"Bearer {made.told['key']}"}
    first, *friends = made.told["members"]
    for friend in friends:
        join = {"member": {"id": friend}, "kind": "join", "ref": f"join-{friend}", "origin": "till", "referred_by": first}
        assert httpx.post(f"{made.url}/api/v1/activities", json=join, headers=headers, timeout=30).status_code == 201
    yield made
    made.stop()


def lost_and_doubled(installation: Installation, acknowledged: dict[str, tuple[str, int]]) -> tuple[set[str], set[str]]:
    """Return the acknowledged bills that are not kept as they were reported, and those that are kept or paid more than once."""
    rows = installation.ask(
        """SELECT a.ref, a.member_id::text, a.amount_minor, (SELECT coalesce(sum(e.points), 0) FROM entry AS e
               WHERE e.member_id = a.member_id AND e.activity_id = a.id AND e.rule = 'base')
           FROM activity AS a WHERE a.kind = 'purchase'"""
    )
    kept = Counter(ref for ref, *_ in rows)
    right = {(ref, member, amount, points) for ref, member, amount, points in rows}
    lost = {ref for ref, (member, amount) in acknowledged.items() if (ref, member, amount * 100, amount) not in right}
    return lost, {ref for ref, count in kept.items() if count > 1}


def test_fifty_kills_lose_and_double_nothing(installation):
    stopping = threading.Event()
    tills = [Till(number, installation, stopping) for number in range(CLIENTS)]
    for till in tills:
        till.start()
    dice, killed = random.Random(50), Counter()
    while sum(killed.values()) < KILLS:
        time.sleep(0.1 + dice.random() * 0.9)
        running = installation.processes()
        wanted = dice.choice(["web", "worker"])
        if victims := [pid for pid, name in running.items() if name == wanted]:
            with suppress(ProcessLookupError):
                os.kill(dice.choice(victims), signal.SIGKILL)
                killed[wanted] += 1
    installation.wait()
    time.sleep(2)
    stopping.set()
    for till in tills:
        till.join()
    acknowledged = {ref: bill for till in tills for ref, bill in till.acknowledged.items()}
    print(f"{killed['web']} web and {killed['worker']} worker processes killed, {len(acknowledged)} bills acknowledged")

    assert sum((till.surprises for till in tills), Counter()) == Counter()
    assert len(acknowledged) > 200
    assert killed["web"] > 5
    assert killed["worker"] > 5
    assert lost_and_doubled(installation, acknowledged) == (set(), set())
    _wait_until_told(installation)
    ((gifts, gifted),) = installation.ask("SELECT count(*), sum(points) FROM entry WHERE rule = 'friend'")
    ((bills,),) = installation.ask("SELECT count(*) FROM activity WHERE kind = 'purchase'")
    assert (gifts, gifted) == (bills, bills)  # each bill brought the friend one point, once
    verified = installation.run("verify")
    assert verified.returncode == 0, verified.stdout


def _wait_until_told(installation: Installation) -> None:
    """Wait until every fact had its consequences: leases of killed workers end."""
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        waiting = installation.ask("SELECT count(*) FROM job WHERE state = 'READY'")[0][0]
        if not waiting:
            return
        time.sleep(1)
    raise AssertionError(installation.ask("SELECT * FROM job LIMIT 5"))


def test_a_lost_and_a_doubled_bill_would_be_seen(installation):
    """The control: what the test above looks for is found when it is there."""
    ref, member, minor = installation.ask(
        "SELECT ref, member_id::text, amount_minor FROM activity WHERE kind = 'purchase' LIMIT 1"
    )[0]
    bill = (member, minor // 100)

    assert lost_and_doubled(installation, {ref: bill}) == (set(), set())
    assert lost_and_doubled(installation, {ref: (member, minor // 100 + 1), "never": bill}) == ({ref, "never"}, set())
