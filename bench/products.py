"""What the products and paths rooms take on 10,000,000 lines: seconds of each figure, and memory.

    python bench/products.py [--lines 10000000] [--folder /tmp/phakdi-bench-products]

Makes a warehouse of Parquet files in the folder once (members, bills of 1 to 4 lines over two years, points, activities), then times
every figure that the refresh keeps, on DuckDB with the memory it is given. No database is needed.
"""

import argparse
import resource
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import ibis

from phakdi.insight.paths import looking as paths
from phakdi.insight.paths.core.funnels import Funnel
from phakdi.insight.products import looking as products
from phakdi.insight.products.core.figures import Rates, Span
from phakdi.insight.products.expressions import Scope
from phakdi.insight.warehouse.core.tables import TABLES
from phakdi.insight.warehouse.reading import Warehouse

TODAY = date(2026, 11, 1)
SQL = {
    "purchase": """
        WITH drawn AS MATERIALIZED (
            SELECT range AS n, DATE '2024-11-01' + (sqrt(random()) * 729)::INT AS day, (random() * 39600)::INT AS second,
                (random() * random() * {members})::BIGINT AS member_key, 'S' || (random() * 20)::INT AS store FROM range({bills}))
        SELECT n AS purchase_key, n::VARCHAR AS activity_id, member_key, day, day + to_seconds(32400 + second) AS local_at,
            day + to_seconds(7200 + second) AS "at", store, 'pos' AS channel, '' AS tender, 1 + (n % 4)::INT AS lines
        FROM drawn""",
    "purchase_line": """
        WITH drawn AS MATERIALIZED (
            SELECT *, (random() * random() * random() * 5000)::INT AS n, (random() * 20000)::BIGINT AS extra
            FROM purchase, range(1, 5) AS numbers (line) WHERE line <= lines)
        SELECT purchase_key, line::INT AS line, member_key, day, store, channel, 'P' || lpad(n::VARCHAR, 4, '0') AS product,
            'C' || (n % 40) AS category, 1000 AS quantity_milli, 2500 + extra AS amount_minor, 0 AS returned_minor
        FROM drawn""",
    "points_movement": """
        SELECT purchase_key AS entry_key, '' AS entry_id, activity_id, purchase_key, member_key, day, 'points' AS unit, 'earn' AS kind,
            1 + (net_minor // 2500) AS points, 'ISSUED' AS source, 'ACTIVE' AS target, 'base' AS rule, store, channel FROM purchase
        UNION ALL SELECT -purchase_key, '', 'r' || purchase_key, NULL, member_key, day, 'points', 'spend', 100, 'ACTIVE', 'REDEEMED',
            'reward:r' || (purchase_key % 30), store, channel FROM purchase WHERE purchase_key % 50 = 0""",
    "voucher": """
        SELECT purchase_key AS voucher_key, member_key, 'v' || (purchase_key % 30) AS definition, 'USED' AS state, day AS issued_on,
            day + 60 AS expires_on, 100 AS value_minor, 'reward:r' || (purchase_key % 30) AS rule, day + 5 AS used_on
        FROM purchase WHERE purchase_key % 50 = 0""",
    "member": """
        SELECT range AS member_key, range::VARCHAR AS member_id, 'ACTIVE' AS status, true AS is_enrolled,
            DATE '2024-11-01' + (random() * 700)::INT AS joined_on, 'S1' AS home_store, 'L' || (range % 4) AS level
        FROM range({members} + 1)""",
    "activity": """
        SELECT purchase_key AS activity_key, activity_id, member_key, 'purchase' AS kind, day, "at", store, channel,
            net_minor AS amount_minor, true AS is_engaged FROM purchase
        UNION ALL SELECT -purchase_key, 'v' || purchase_key, member_key, CASE purchase_key % 3 WHEN 0 THEN 'visit' WHEN 1 THEN 'review'
            ELSE 'redeem' END, day, "at" - to_seconds((random() * 2400)::INT), store, channel, NULL, true FROM purchase""",
    "message": """
        SELECT purchase_key AS message_key, member_key, day, "at" - to_seconds(18000) AS "at", 'LINE' AS channel, 'news' AS template,
            'DELIVERED' AS state, 1 AS parts FROM purchase WHERE purchase_key % 10 = 0""",
}  # fmt: skip


def main() -> None:
    """Make the files once, then time every figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, default=10_000_000)
    parser.add_argument("--folder", type=Path, default=Path("/tmp/phakdi-bench-products"))
    asked = parser.parse_args()
    folder = asked.folder / str(asked.lines)
    if not folder.exists():
        make(folder, asked.lines)
    warehouse = opened(folder)
    print(f"{asked.lines:,} lines, DuckDB with 1 GB and 2 threads")
    for name, figure in figures(warehouse):
        begun = time.perf_counter()
        figure()
        print(
            f"{name:34} {time.perf_counter() - begun:6.2f} s   peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB"
        )


def make(folder: Path, lines: int) -> None:
    """Write the tables."""
    folder.mkdir(parents=True)
    duck = ibis.duckdb.connect().con
    bills = int(lines / 2.5)
    for name, sql in SQL.items():
        duck.execute(f"CREATE TABLE {name} AS {sql.format(bills=bills, members=bills // 8)}")
        if name == "purchase_line":
            duck.execute("CREATE TABLE sums AS SELECT purchase_key, sum(amount_minor) AS net_minor FROM purchase_line GROUP BY 1")
            duck.execute(
                "CREATE TABLE bill AS SELECT *, 0 AS returned_minor, net_minor AS gross_minor FROM purchase JOIN sums USING (purchase_key)"
            )
            duck.execute("DROP TABLE purchase; ALTER TABLE bill RENAME TO purchase")
    for name in SQL:
        columns = duck.execute(f"SELECT * FROM {name} LIMIT 0").description
        known = {column[0] for column in columns}
        told = ", ".join(
            "CAST({} AS {}) AS {}".format(f'"{column}"' if column in known else "NULL", _type(type_), f'"{column}"')
            for column, type_ in TABLES[name].schema.items()
        )
        duck.execute(f"COPY (SELECT {told} FROM {name}) TO '{folder / name}.parquet' (FORMAT parquet)")


def _type(ibis_type: str) -> str:
    return {
        "string": "VARCHAR",
        "int64": "BIGINT",
        "int32": "INT",
        "boolean": "BOOLEAN",
        "date": "DATE",
        "timestamp": "TIMESTAMP",
    }.get(ibis_type, "TIMESTAMPTZ")


def opened(folder: Path) -> Warehouse:
    """Return the warehouse of a folder."""
    backend = ibis.duckdb.connect(memory_limit="1GB", threads=2)
    empty = Warehouse.of_rows({}, as_of=datetime(2026, 11, 1, tzinfo=UTC))
    tables = {name: empty.table(name) for name in TABLES}
    tables |= {name: backend.read_parquet(folder / f"{name}.parquet") for name in SQL}
    return Warehouse(backend, tables, as_of=datetime(2026, 11, 1, 3, tzinfo=UTC))


def figures(warehouse: Warehouse) -> list[tuple[str, Callable[[], Any]]]:
    """Return what is timed."""
    rates = Rates(Fraction(3, 10), {}, {"points": Fraction(10)})
    year = Span(TODAY - timedelta(days=365), TODAY)
    month = Span(TODAY - timedelta(days=30), TODAY)
    names = [f"P{number:04}" for number in range(200)]
    return [
        ("products, 30 days", lambda: products.sold(warehouse, Scope(month), "product", rates)),
        ("rising and falling, a year", lambda: products.movement(warehouse, Scope(year), year.before, "product", set(names))),
        ("products, a year", lambda: products.sold(warehouse, Scope(year), "product", rates)),
        ("categories, a year", lambda: products.sold(warehouse, Scope(year), "category", rates)),
        ("products of a store, a month", lambda: products.sold(warehouse, Scope(month, store="S1"), "product", rates)),
        ("bought together, a year", lambda: products.pairs(warehouse, Scope(year), names)),
        ("second visits", lambda: products.second_visits(warehouse, "product", today=TODAY)),
        ("not selling", lambda: products.not_selling(warehouse, Scope(year))),
        ("rewards, a year", lambda: products.reward_pull(warehouse, year)),
        ("funnel of five steps, a year", lambda: paths.funnel(warehouse, Funnel(), first=year.first, end=year.end, today=TODAY)),
        ("paths, a month", lambda: paths.paths(warehouse, first=month.first, end=month.end)),
        ("paths, a year", lambda: paths.paths(warehouse, first=year.first, end=year.end)),
        ("first to second purchase", lambda: paths.second_purchase(warehouse, today=TODAY)),
        ("the same by product", lambda: paths.second_purchase_by(warehouse, "product", today=TODAY)),
        ("where members are lost", lambda: paths.lost(warehouse, today=TODAY, lapse_days=90)),
    ]


if __name__ == "__main__":
    main()
