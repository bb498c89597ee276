"""What the API takes over HTTP: purchases recorded one by one and in batches, beside pgbench doing the same writes.

    python bench/api.py [--members 100000] [--seconds 10] [--connections 16] [--workers 2] [--rounds 3]

Works in a database of its own: an embedded server in a temporary folder (or what DATABASE_URL and DATABASE_OWNER_URL name, which may be
thrown away). Starts the web server itself, on loopback. The program has 20 rules, levels and one cap; row-level security and the outbox
are on. Load generator, web server and database share the machine: ratios count, the machine's speed does not. Each round measures
pgbench and the API in turns; the best of each is printed at the end.
"""

import argparse
import itertools
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import orjson
import psycopg
from api_client import Result, drive, request

PRODUCTS = [("latte", "drinks"), ("mocha", "drinks"), ("cake", "bakery"), ("beans", "retail"), ("mug", "retail")]
STORES = [f"S{number}" for number in range(1, 13)]
MEMBERS = """
INSERT INTO member (organization_id, id, number, status, given_name, joined_at, created_at, updated_at)
SELECT %(shop)s, gen_random_uuid(), 'M' || n, 'ACTIVE', 'Member ' || n, now() - interval '1 year', now(), now()
FROM generate_series(1, %(count)s) AS n
"""
BATCH = 1000


def program() -> str:
    """Return a program with 20 rules, of which those that always apply give points and status; levels; one cap."""
    special = [
        f"  - {{key: rule_{number}, on: purchase, when: {condition}, give: {{points: 5}}}}"
        for number, condition in enumerate(itertools.islice(itertools.cycle(_CONDITIONS), 18), 3)
    ]
    return _PROGRAM.format(special="\n".join(special))


_PROGRAM = """
phakdi: 1
key: bench
name: Bench
units:
  points: {{expires: {{after: 1 year}}}}
  status: {{kind: status, expires: {{after: 1 year}}}}
limits:
  daily: {{max: 100000, of: points, per: day}}
earning:
  - {{key: base, on: purchase, give: {{points: 1, per: 25}}, limits: [daily]}}
  - {{key: status, on: purchase, give: {{points: 1, per: 100, unit: status}}}}
{special}
tiers:
  levels:
    - {{key: member}}
    - {{key: gold, reach: {{meter: spend, window: rolling_12_months, at_least: 5000000}}, lasts: {{after: 1 year}}}}
"""
_CONDITIONS = [
    "{all: [{store: S99}, {amount: {at_least: 50}}]}",
    "{member.level: gold}",
    "{all: [{tender: wallet}, {amount: {at_least: 500}}]}",
    "{any: [{channel: kiosk}, {channel: phone}]}",
    "{amount: {at_least: 90000}}",
    "{all: [{member.level: gold}, {hour: {at_least: 14, at_most: 15}}]}",
]


def main() -> int:
    """Prepare, measure in turns, print."""
    given = _options()
    with tempfile.TemporaryDirectory(prefix="phakdi-api-") as folder:
        os.environ.setdefault("PHAKDI_DATA_DIR", folder)
        os.environ["PHAKDI_API_CALLS_PER_SECOND"] = os.environ["PHAKDI_API_CALLS_AT_ONCE"] = "10000000"
        Path(folder).chmod(0o755)
        from phakdi.cli import setup

        with setup.at_work(statement_timeout_ms="0"):
            token, members = _prepare(given.members)
            with _web(given.workers) as port:
                _measure(given, port, token, members)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def _prepare(count: int) -> tuple[str, list[UUID]]:
    """Make an organization with a program, a key and so many members; return the token and the members."""
    from phakdi.flows.apply_program import apply_program
    from phakdi.flows.create_organization import create_organization
    from phakdi.flows.issue_api_key import issue_api_key

    since = datetime(2025, 1, 1, tzinfo=UTC)
    shop = create_organization(slug=f"bench-{int(time.time())}", name="Bench", now=since).id
    apply_program(organization_id=shop, text=program(), now=since)
    token = issue_api_key(organization_id=shop, name="till", scopes=["activities:write"], now=since).token
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute("SELECT set_config('app.organization_id', %s, false)", [str(shop)])
        owner.execute(MEMBERS, {"shop": shop, "count": count})
        owner.execute("VACUUM ANALYZE member")
        return token, [row[0] for row in owner.execute("SELECT id FROM member WHERE organization_id = %s", [shop])]


@contextmanager
def _web(workers: int) -> Iterator[int]:
    """Run the web server on a free port of loopback."""
    from phakdi.cli.server import Listening, _web_command

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(_web_command(Listening(port=port, workers=workers)), start_new_session=True)
    try:
        _wait(port)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _wait(port: int) -> None:
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/health", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the web server does not answer")


def _measure(given: argparse.Namespace, port: int, token: str, members: list[UUID]) -> None:
    chance = random.Random(7)
    refs = itertools.count(1)
    singles = (request("/api/v1/activities", token, orjson.dumps(_purchase(chance, members, refs))) for _ in itertools.count())
    drive(port, singles, connections=given.connections, seconds=2)  # connections, plans and caches become warm
    best = {"statement": 0.0, "single": 0.0, "batch": 0.0, "p50": 1e9, "p99": 1e9}
    for number in range(1, given.rounds + 1):
        statement = _pgbench(given)
        ready = [next(singles) for _ in range(int(given.seconds * 4000))]
        single = drive(port, iter(ready), connections=given.connections, seconds=given.seconds)
        _expect(single, 201)
        batches = (
            request(
                "/api/v1/activities/batch",
                token,
                orjson.dumps({"items": [_purchase(chance, members, refs) for _ in range(BATCH)]}),
            )
            for _ in range(24)
        )
        batch = drive(port, iter(list(batches)), connections=4, seconds=given.seconds, keep_bodies=1)
        _expect(batch, 200)
        assert orjson.loads(batch.bodies[0])["recorded"] == BATCH
        rate, many = len(single.seconds) / single.took, BATCH * len(batch.seconds) / batch.took
        print(
            f"round {number}: statement {statement:,.0f}/s · single {rate:,.0f}/s (p50 {single.quantile(0.5):.1f} ms, p99"
            f" {single.quantile(0.99):.1f} ms, ratio {rate / statement:.2f}) · batch {many:,.0f}/s",
            flush=True,
        )
        best = {
            "statement": max(best["statement"], statement),
            "single": max(best["single"], rate),
            "batch": max(best["batch"], many),
            "p50": min(best["p50"], single.quantile(0.5)),
            "p99": min(best["p99"], single.quantile(0.99)),
        }
    print(
        f"best: single {best['single']:,.0f} activities/s (aim 1,200), p50 {best['p50']:.1f} ms, p99 {best['p99']:.1f} ms (aim 50),"
        f" {best['single'] / best['statement']:.2f} of pgbench's {best['statement']:,.0f}/s (aim 0.25);"
        f" batch {best['batch']:,.0f}/s (aim 6,000)"
    )


def _purchase(chance: random.Random, members: list[UUID], refs: Iterator[int]) -> dict[str, object]:
    first, second = chance.choices(PRODUCTS, k=2)
    lines = [
        {"product": product, "category": category, "amount": f"{chance.randrange(4000, 60000) / 100:.2f}"}
        for product, category in (first, second)
    ]
    return {
        "member": str(chance.choice(members)),
        "kind": "purchase",
        "ref": f"R{next(refs):08}",
        "origin": "pos",
        "channel": "store",
        "store": chance.choice(STORES),
        "tender": chance.choice(("cash", "card")),
        "lines": lines,
    }


def _expect(result: Result, status: int) -> None:
    assert set(result.statuses) == {status}, f"other answers than {status}: {dict(result.statuses)} {result.refusals[:1]}"


def _pgbench(given: argparse.Namespace) -> float:
    """Return how often a second pgbench writes the same rows by one prepared statement, over as many connections."""
    from post import STATEMENT, _rate

    return _rate(os.environ["DATABASE_URL"], STATEMENT, given.connections, max(1, int(given.seconds / 2)))


if __name__ == "__main__":
    sys.exit(main())
