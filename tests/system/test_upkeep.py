"""The operator's commands on a whole installation: check, serve, verify, back up, destroy, restore."""

import signal
import subprocess
import sys
import time

import httpx
import pytest

from tests.system.installation import Installation

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

PROGRAM = """
phakdi: 1
key: shop
name: Shop
earning:
  - {key: base, on: purchase, give: {points: 1, per: 1}}
"""
EVERYTHING = """
    SELECT md5(string_agg(line, E'\\n' ORDER BY line)) FROM (
        SELECT to_jsonb(e)::text AS line FROM entry AS e UNION ALL SELECT to_jsonb(m)::text FROM member AS m
        UNION ALL SELECT to_jsonb(a)::text FROM activity AS a UNION ALL SELECT to_jsonb(w)::text FROM wallet AS w) AS everything
"""


@pytest.fixture(scope="module")
def installation(tmp_path_factory):
    """Yield an installation that serves a shop with some bills."""
    made = Installation(tmp_path_factory.mktemp("upkeep"))
    made.prepare(PROGRAM, 3)
    made.start()
    for number, member in enumerate(made.told["members"]):
        assert buy(made, member, f"B{number}") == 201
    yield made
    made.stop()


def buy(installation: Installation, member: str, ref: str) -> int:
    """Report a bill of a hundred baht and return the status."""
    report = {"member": {"id": member}, "kind": "purchase", "ref": ref, "origin": "till", "amount": "100.00"}
    headers = {"Authorization": f"Bearer {installation.told['key']}"}
    return httpx.post(f"{installation.url}/api/v1/activities", json=report, headers=headers, timeout=30).status_code


def test_check_finds_nothing_wrong_while_it_serves(installation):
    checked = installation.run("check")

    assert checked.returncode == 0, checked.stdout
    assert httpx.get(f"{installation.url}/healthz").json() == {"status": "ok"}


def test_check_says_when_one_role_does_everything(installation):
    from phakdi.kit.db.embedded import EmbeddedPostgres

    owner = EmbeddedPostgres(installation.folder / "postgres").addresses().owner
    installation.environment |= {"DATABASE_URL": owner, "DATABASE_OWNER_URL": owner}
    try:
        checked = installation.run("check")
    finally:
        del installation.environment["DATABASE_URL"], installation.environment["DATABASE_OWNER_URL"]

    assert checked.returncode == 1
    assert "error   roles: DATABASE_URL and DATABASE_OWNER_URL sign in as one role" in checked.stdout


def test_verify_replays_and_sees_a_balance_that_was_changed(installation):
    from phakdi.kit.db.embedded import EmbeddedPostgres

    assert installation.run("verify").returncode == 0
    address = EmbeddedPostgres(installation.folder / "postgres").superuser_address("phakdi")
    import psycopg

    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("UPDATE wallet SET active = active + 1")
        seen = installation.run("verify")
        connection.execute("UPDATE wallet SET active = active - 1")

    assert seen.returncode == 1
    assert seen.stdout.count("DIFFERS shop:") >= 3
    assert installation.run("verify").returncode == 0


def test_a_backup_brings_everything_back(installation):
    file = installation.folder / "backups" / "today.phakdi"
    before = installation.ask(EVERYTHING)
    written = installation.run("backup", str(file))
    assert written.returncode == 0, written.stderr
    assert buy(installation, installation.told["members"][0], "after") == 201
    assert installation.ask(EVERYTHING) != before
    installation.stop()

    unasked = installation.run("restore", str(file))
    restored = installation.run("restore", str(file), "--yes")

    assert unasked.returncode == 1
    assert restored.returncode == 0, restored.stderr
    installation.start()
    assert installation.ask(EVERYTHING) == before
    assert buy(installation, installation.told["members"][0], "after") == 201  # rights and policies are there again
    assert installation.run("check").returncode == 0


ERASE = """
import sys
from datetime import UTC, datetime
from uuid import UUID
from phakdi.cli import setup
with setup.at_work():
    from phakdi.flows.erase_member import erase_member
    erase_member(organization_id=UUID(sys.argv[1]), member_id=UUID(sys.argv[2]), now=datetime.now(UTC))
"""


def test_who_was_erased_after_a_backup_is_erased_again_by_its_restore(installation):
    file = installation.folder / "backups" / "before.phakdi"
    assert installation.run("backup", str(file)).returncode == 0
    member = installation.told["members"][2]
    known = f"SELECT count(*) FROM identity WHERE member_id = '{member}'"
    assert installation.ask(known) == [(1,)]
    command = [sys.executable, "-c", ERASE, installation.told["organization"], member]
    erased = subprocess.run(command, env=installation.environment, capture_output=True, text=True, check=False, timeout=120)
    assert erased.returncode == 0, erased.stderr
    installation.stop()

    restored = installation.run("restore", str(file), "--yes")

    assert restored.returncode == 0, restored.stderr
    assert "Erased 1 members again" in restored.stdout
    installation.start()
    assert installation.ask(known) == [(0,)]
    assert installation.ask(f"SELECT status FROM member WHERE id = '{member}'") == [("CLOSED",)]
    assert installation.run("verify").returncode == 0


def test_what_is_no_backup_is_refused_and_changes_nothing(installation):
    file = installation.folder / "other.txt"
    file.write_text("hello")
    before = installation.ask(EVERYTHING)

    refused = installation.run("restore", str(file), "--yes")

    assert refused.returncode == 1
    assert "is no backup that can be read" in refused.stderr
    assert installation.ask(EVERYTHING) == before


def test_ctrl_c_stops_everything(installation):
    installation.process.send_signal(signal.SIGINT)
    began = time.monotonic()
    assert installation.process.wait(60) == 0

    assert time.monotonic() - began < 30
    assert installation.processes() == {}
    assert not (installation.folder / "postgres" / "data" / "postmaster.pid").exists()
    installation.start()
    assert buy(installation, installation.told["members"][1], "again") == 201
