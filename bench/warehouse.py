"""What building the warehouse takes, what merging one row in a hundred takes, and how much memory: in one run, on one machine.

    python bench/warehouse.py [--purchases 1000000]
    python bench/warehouse.py --files 10000000

The first works in a database of its own: the one in DATABASE_URL and DATABASE_OWNER_URL, which may be thrown away, else an embedded server in a
temporary folder. Each purchase has two lines, an entry and a lot; one in fifty came back in part. Every ten purchases have a member.
At the end the tables are compared with those of a warehouse built anew. The second writes files as they come out of the database and times
what a refresh works out from all of them, and opening them. What figures take on 10,000,000 purchases is timed by kpis.py (beside
hand-written SQL and pandas), products.py and lifetime.py.
"""

import argparse
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

LOADED = """
    CREATE TEMPORARY TABLE drawn AS SELECT n, m.id AS member_id, gen_random_uuid() AS id, gen_random_uuid() AS back_id,
        5000 + (random() * 20000)::integer AS amount, now() - interval '1 day' * (%(days)s * random()) AS at
        FROM generate_series(%(first)s::bigint, %(last)s) AS n
        JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM member WHERE organization_id = %(shop)s) AS m
          ON m.place = (n * 7919) %% %(members)s;
    INSERT INTO activity (organization_id, member_id, id, kind, ref, origin, store, channel, amount_minor, occurred_at, recorded_at, data)
        SELECT %(shop)s, member_id, id, 'purchase', n::text, 'till', 'S' || n %% 20, 'pos', amount, at, at, jsonb_build_object('lines', jsonb_build_array(
            jsonb_build_object('product', 'P' || n %% 500, 'category', 'C' || n %% 20, 'amount', amount - 3000, 'quantity', 1000),
            jsonb_build_object('product', 'P' || n %% 333, 'category', 'C' || n %% 9, 'amount', 3000, 'quantity', 1000)))
        FROM drawn;
    INSERT INTO activity (organization_id, member_id, id, kind, ref, of, origin, store, channel, amount_minor, occurred_at, recorded_at, outcome)
        SELECT %(shop)s, member_id, back_id, 'refund', 'back' || n, n::text, 'till', 'S' || n %% 20, 'pos', 3000, at, at, '{"returned": 3000}'
        FROM drawn WHERE n %% 50 = 0;
    INSERT INTO lot (organization_id, member_id, id, activity_id, unit, granted, remaining, earned_at, available_at, expires_at, is_open)
        SELECT %(shop)s, member_id, id, id, 'points', amount / 2500, amount / 2500, at, at, at + interval '400 days', true FROM drawn;
    INSERT INTO entry (organization_id, member_id, id, activity_id, seq, kind, unit, points, source, target, rule, uses, effective_at, recorded_at)
        SELECT %(shop)s, member_id, id, id, 0, 'EARN', 'points', amount / 2500, 'ISSUED', 'ACTIVE', 'base',
            jsonb_build_array(jsonb_build_array(id, amount / 2500)), at, at FROM drawn;
    DROP TABLE drawn
"""
DRAWN = """CREATE TABLE drawn AS SELECT n, 1 + (n * 7919) %% {members} AS member_key, 5000 + (hash(n) %% 20000)::BIGINT AS amount,
    DATE '2026-11-01' - (hash(n + 1) %% 700)::INTEGER AS day FROM range(1, {purchases} + 1) AS r (n)""".replace("%%", "%")
FILES = {
    "member_key": "SELECT m::VARCHAR AS member_id, m AS member_key FROM range(1, {members} + 1) AS r (m)",
    "person": """SELECT m::VARCHAR AS member_id, 'ACTIVE' AS status, DATE '2024-11-01' AS joined_on, NULL::DATE AS left_on, NULL::INTEGER AS birth_year,
        '' AS gender, 'th' AS language, 'S1' AS home_store, '' AS source, NULL::VARCHAR AS referred_by, NULL::VARCHAR AS merged_into,
        '' AS segments, true AS has_phone, false AS has_email FROM range(1, {members} + 1) AS r (m)""",
    "standing": """SELECT m::VARCHAR AS member_id, 'Gold' AS level, '' AS plan, DATE '2026-01-01' AS since FROM range(1, {members} + 1, 9) AS r (m)""",
    "consent": """SELECT m::VARCHAR AS consent_id, m::VARCHAR AS member_id, 'MARKETING' AS purpose, 'SMS' AS channel, true AS granted,
        TIMESTAMP '2026-01-01' AS "at" FROM range(1, {members} + 1) AS r (m)""",
    "linked": "SELECT m::VARCHAR AS member_id FROM range(1, {members} + 1, 3) AS r (m)",
    "wallet": """SELECT m::VARCHAR AS wallet_id, m::VARCHAR AS member_id, 'points' AS unit, 9::BIGINT AS active, 0::BIGINT AS pending,
        0::BIGINT AS held, 0::BIGINT AS debt FROM range(1, {members} + 1) AS r (m)""",
    "bill": """SELECT n AS purchase_key, md5(n::VARCHAR) AS activity_id, member_key, day, day + INTERVAL 9 HOUR AS "at", day + INTERVAL 16 HOUR AS local_at,
        'S' || n % 20 AS store, 'pos' AS channel, '' AS tender, amount AS gross_minor, amount AS paid_minor, 0::BIGINT AS points_minor, 2 AS lines,
        n::VARCHAR AS ref, NULL::VARCHAR AS import_id, n AS written FROM drawn""",
    "line": """SELECT n AS purchase_key, l::INTEGER AS line, member_key, day, 'S' || n % 20 AS store, 'pos' AS channel, '' AS name,
        'P' || (n * l) % 500 AS product, 'C' || (n * l) % 20 AS category, 1000::BIGINT AS quantity_milli, amount // 2 AS gross_minor,
        CASE l WHEN 1 THEN amount // 2 ELSE amount - amount // 2 END AS amount_minor FROM drawn, range(1, 3) AS r (l)""",
    "return": """SELECT -n AS activity_key, '' AS activity_id, member_key, n::VARCHAR AS "of", 3000::BIGINT AS returned_minor,
        NULL::VARCHAR AS import_id, n AS written FROM drawn WHERE n % 50 = 0""",
    "lot": """SELECT md5(n::VARCHAR) AS lot_id, member_key::VARCHAR AS member_id, 'points' AS unit,
        amount // 2500 AS granted, amount // 2500 AS remaining, day AS earned_on, day AS available_on, day + 400 AS expires_on,
        false AS is_pending, 'base' AS rule FROM drawn""",
    "lot_key": "SELECT md5(n::VARCHAR) AS lot_id, n AS lot_key FROM drawn",
    "use": """SELECT n AS lot_key, member_key, 'points' AS unit, day AS earned_on, day + 9 AS day, 1::BIGINT AS points, false AS is_expiry
        FROM drawn WHERE n % 4 = 0""",
}
SUMS = {
    "purchase": ("net_minor", "returned_minor", "lines"),
    "purchase_line": ("amount_minor", "quantity_milli", "line"),
    "points_movement": ("points",),
    "lot": ("granted", "remaining"),
    "activity": ("amount_minor",),
    "member": (),
}


def main() -> None:
    """Load, build, merge, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--purchases", type=int, default=1_000_000)
    parser.add_argument("--files", type=int, default=0, help="no database: so many purchases as files")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="phakdi-warehouse-") as folder:
        os.environ.setdefault("PHAKDI_DATA_DIR", folder)
        Path(folder).chmod(0o755)
        from phakdi.cli import setup

        if given.files:
            measure_files(given.files, Path(folder))
            return
        with setup.at_work(statement_timeout_ms="0"):
            measure(given.purchases, Path(folder))


def measure(purchases: int, folder: Path) -> None:
    """Print what each step took."""
    from phakdi.insight.warehouse.operations import refresh

    shop = make_shop(purchases // 10)
    timed(f"load {purchases:,} purchases", lambda: load(shop, 1, purchases, days=700))
    built = timed("full build", lambda: refresh(organization_id=shop, now=now(), root=folder / "kept"))
    nothing = timed("merge of nothing", lambda: refresh(organization_id=shop, now=now(), root=folder / "kept"))
    shares = []
    for turn in range(3):
        first = purchases + turn * purchases // 100
        load(shop, first + 1, first + purchases // 100, days=1)
        shares.append(timed("merge of 1 %", lambda: refresh(organization_id=shop, now=now(), root=folder / "kept")) / built)
    anew = timed("full build again", lambda: refresh(organization_id=shop, now=now(), root=folder / "anew"))
    print(
        f"merge of 1 %: {', '.join(f'{share:.0%}' for share in shares)} of a full build ({built:.1f} s, {anew:.1f} s; nothing new: {nothing:.1f} s)"
    )
    print(f"peak memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")
    kept, other = (summed(shop, folder / name) for name in ("kept", "anew"))
    print("sums of both are the same" if kept == other else f"DIFFERS: {kept} {other}")
    if kept != other:
        sys.exit(1)


def measure_files(purchases: int, folder: Path) -> None:
    """Print what working out takes that every refresh does over everything."""
    import ibis

    from phakdi.insight.warehouse.deriving import derive
    from phakdi.insight.warehouse.extracting import OPTIONS, Extract, open_engine
    from phakdi.insight.warehouse.folder import Folder, Manifest
    from phakdi.insight.warehouse.serving import Tables

    kept = Folder(UUID(int=1), folder)
    kept.path.mkdir()
    manifest, duck, members = Manifest(time_zone="Asia/Bangkok"), open_engine(kept), purchases // 10
    duck.execute(DRAWN.format(members=members, purchases=purchases))
    for name, sql in FILES.items():
        path = kept.new_file(name)
        duck.execute(f"COPY ({sql.format(members=members)}) TO '{path}' {OPTIONS}")
        manifest.files[name] = [path.name]
    duck.execute("DROP TABLE drawn")
    extract = Extract(duck, kept, manifest, {})
    extract.open_keys()
    timed("work out what follows", lambda: derive(extract, today=now().date()))
    duck.close()
    backend = ibis.duckdb.connect(memory_limit="1GB", threads=2)
    tables = timed_value("open the tables", lambda: Tables(backend, kept, manifest))
    timed("sum bills", lambda: backend.execute(tables["purchase"].net_minor.sum()))
    timed("sum lines", lambda: backend.execute(tables["purchase_line"].amount_minor.sum()))
    size = sum(path.stat().st_size for path in kept.path.glob("*.parquet"))
    print(
        f"{size / 1e9:.2f} GB of files, peak memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB"
    )


def make_shop(members: int) -> UUID:
    """Make an organization with so many members."""
    sys.path.insert(0, str(Path(__file__).parent))
    import search

    from phakdi.flows.create_organization import create_organization

    shop = create_organization(slug="shop", name="Shop", now=now() - timedelta(days=800)).id
    search.load(shop, members)
    return shop


def load(shop: UUID, first: int, last: int, *, days: int) -> None:
    """Write purchases with the numbers from ``first`` to ``last``, of the last so many days."""
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM member WHERE organization_id = %s", [shop])
        values = {"shop": shop, "first": first, "last": last, "days": days, "members": cursor.fetchone()[0]}
        for statement in LOADED.split(";\n"):
            cursor.execute(statement, values)
        cursor.execute("VACUUM ANALYZE activity, entry, lot")
    connections["owner"].close()


def summed(shop: UUID, root: Path) -> dict[str, dict[str, object]]:
    """Return rows and sums of the large tables."""
    from phakdi.insight.warehouse.queries import open_warehouse

    warehouse, found = open_warehouse(shop, root=root), {}
    for name, columns in SUMS.items():
        table = warehouse.table(name)
        (found[name],) = warehouse.rows(
            table.aggregate(rows=table.count(), **{column: table[column].sum() for column in columns})
        )
    return found


def timed_value(name: str, do: Callable[[], Any]) -> Any:
    """Run something, print its seconds and return what it gave."""
    found: list[Any] = []
    timed(name, lambda: found.append(do()))
    return found[0]


def timed(name: str, do: Callable[[], object]) -> float:
    """Run something, print and return its seconds."""
    began = time.perf_counter()
    do()
    took = time.perf_counter() - began
    print(f"{name:30} {took:8.2f} s", flush=True)
    return took


def now() -> datetime:
    """Return now."""
    return datetime.now(UTC)


if __name__ == "__main__":
    main()
