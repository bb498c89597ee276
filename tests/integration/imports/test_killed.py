"""An import that is killed without warning goes on where it stood: nothing is lost, nothing doubled."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

import pytest
from django.db import connections

from phakdi.kit.db.scope import organization_scope
from phakdi.loyalty.engine.verification import differences_of
from phakdi.loyalty.ledger.models import Activity, Wallet
from phakdi.platform.imports.models import Import, ImportSlice

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.timeout(600)]
MEMBERS, ORDERS = 400, 12
MAPPING = """
kind: purchases
columns: {number: no, member: phone, at: date, amount: sum}
identity: PHONE
dates: iso
"""


def address(alias):
    found = connections[alias].get_connection_params()
    more = {name: found[name] for name in ("host", "port") if found.get(name)}
    secret = f":{quote(found['password'])}" if found.get("password") else ""
    return f"postgresql://{quote(found['user'])}{secret}@/{found['dbname']}?{urlencode(more)}"


@pytest.mark.parametrize("processes", [1, 2])
def test_killed_import_goes_on_where_it_stood(shop, tmp_path, processes):
    rows = [f"A{m}-{n},08{10000000 + m},2026-01-{n + 1:02} 10:00,{10 + n}" for n in range(ORDERS) for m in range(MEMBERS)]
    file, mapping = tmp_path / "sales.csv", tmp_path / "sales.yaml"
    file.write_text("no,phone,date,sum\n" + "\n".join(rows), encoding="utf-8")
    mapping.write_text(MAPPING, encoding="utf-8")
    command = [
        sys.executable, "-m", "phakdi.cli", "import", "purchases", str(file), "--mapping", str(mapping), "--yes",
        "--processes", str(processes),
    ]  # fmt: skip
    environment = {**os.environ, "DATABASE_URL": address("default"), "DATABASE_OWNER_URL": address("owner")}
    kills = 0
    while True:
        log = tmp_path / f"log-{kills}"
        with log.open("wb") as out:
            process = subprocess.Popen(command, env=environment, stdout=out, stderr=out, start_new_session=True)
            if kills < 3 and _wait_for_slices(shop, process, more_than=kills):
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                kills += 1
                continue
            assert process.wait(timeout=300) == 0, log.read_text()
            break

    with organization_scope(shop):
        assert Activity.objects.filter(organization_id=shop).count() == MEMBERS * ORDERS
        points = sum(10 + n for n in range(ORDERS))
        assert set(Wallet.objects.filter(organization_id=shop).values_list("active", flat=True)) == {points}
        (done,) = Import.objects.filter(organization_id=shop)
        assert (done.state, done.counts["purchases"], done.counts["rejected"]) == ("DONE", MEMBERS * ORDERS, 0)
        assert differences_of(organization_id=shop) == []
    assert kills > 0


def _wait_for_slices(shop, process, *, more_than):
    """Wait until another slice is written; return whether the import still runs then."""
    deadline = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline:
        with organization_scope(shop):
            if ImportSlice.objects.filter(organization_id=shop).count() > more_than:
                return process.poll() is None
        time.sleep(0.01)
    return False


@pytest.fixture
def shop(organization_id):
    from phakdi.flows.apply_program import apply_program
    from tests.conftest import SHOP_PROGRAM

    since = datetime(2020, 1, 1, tzinfo=UTC)
    apply_program(organization_id=organization_id, text=SHOP_PROGRAM, now=since, effective_from=since)
    return organization_id
