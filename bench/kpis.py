"""All figures of one organization over many purchases, and RFM with monthly cohorts beside a hand-written query and pandas.

Run: ``python bench/kpis.py [purchases]``; 10,000,000 by default. Prints seconds, peak memory and the rows of figures.
"""

import resource
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import ibis
import pandas as pd

from phakdi.insight.kpis import counting, expressions, tabulating
from phakdi.insight.kpis.core.settings import KpiSettings
from phakdi.insight.kpis.core.spans import day_number
from phakdi.insight.warehouse.core.tables import TABLES
from phakdi.insight.warehouse.reading import Warehouse

TODAY = date(2026, 3, 31)
HAND = """
WITH days AS (
    SELECT member_key, day, sum(net_minor) AS net FROM read_parquet('{path}') WHERE net_minor > 0 GROUP BY ALL
), rfm AS (
    SELECT member_key, DATE '2026-03-31' - max(day) AS recency, count(*) AS frequency, sum(net) AS monetary
    FROM days WHERE day > DATE '2026-03-31' - 365 GROUP BY 1
), months AS (
    SELECT member_key, year(day) * 12 + month(day) - 1 AS month, sum(net) AS net FROM days GROUP BY ALL
), firsts AS (SELECT member_key, min(month) AS cohort FROM months GROUP BY 1
), cohorts AS (
    SELECT cohort, month - cohort AS age, count(*) AS members, sum(net) AS net FROM months JOIN firsts USING (member_key) GROUP BY ALL
)
SELECT (SELECT count(*) FROM rfm), (SELECT sum(recency + frequency + monetary) FROM rfm), (SELECT sum(members * (age + 1)) FROM cohorts)
"""


def make(folder: Path, purchases: int) -> None:
    """Write synthetic bills of three years and their members as Parquet; four of five are made in the home store."""
    members = max(purchases // 10, 10)
    con = duckdb.connect()
    con.execute("SET threads = 2")
    con.execute(
        f"""COPY (
        SELECT i AS purchase_key, member_key,
            DATE '2026-03-31' - (random() * 1094)::INTEGER AS day, (random() * 90000)::BIGINT AS net_minor,
            'S' || lpad((CASE WHEN i % 5 = 0 THEN i // 5 ELSE member_key END % 40)::VARCHAR, 2, '0') AS store, CASE i % 3 WHEN 0 THEN 'online' ELSE 'store' END AS channel
        FROM (SELECT i, (random() ** 2 * {members})::BIGINT AS member_key FROM range({purchases}) AS r (i))) TO '{folder}/purchase.parquet' (FORMAT parquet)"""
    )
    con.execute(
        f"""COPY (
        SELECT i AS member_key, uuid()::VARCHAR AS member_id, 'ACTIVE' AS status, true AS is_enrolled,
            DATE '2026-03-31' - (random() * 1094)::INTEGER AS joined_on,
            CASE i % 10 WHEN 0 THEN 'gold' WHEN 1 THEN 'silver' ELSE '' END AS level, 'S' || lpad((i % 40)::VARCHAR, 2, '0') AS home_store
        FROM range({members} + 1) AS r (i)) TO '{folder}/member.parquet' (FORMAT parquet)"""
    )
    con.execute(
        f"""COPY (SELECT i AS member_key, 'group ' || (i % 5) AS segment FROM range(0, {members}, 4) AS r (i))
        TO '{folder}/member_segment.parquet' (FORMAT parquet)"""
    )


def open_(folder: Path) -> Warehouse:
    """Return a warehouse of these files, with the settings of the real one; what was not made is empty."""
    backend = ibis.duckdb.connect()
    backend.raw_sql("SET memory_limit = '1GB'; SET threads = 2; SET TimeZone = 'UTC'")
    tables = {}
    for name, table in TABLES.items():
        path = folder / f"{name}.parquet"
        found = backend.read_parquet(path) if path.exists() else None
        empty = ibis.memtable(
            pd.DataFrame({column: pd.Series([], dtype="object") for column in table.schema}), schema=ibis.schema(table.schema)
        )
        if found is None:
            tables[name] = empty
            continue
        columns = {
            column: found[column].cast(kind) if column in found.columns else ibis.null(kind)
            for column, kind in table.schema.items()
        }
        tables[name] = found.select(**columns)
    return Warehouse(backend, tables, as_of=datetime(2026, 3, 31, 12, tzinfo=UTC))


def timed(name: str, run: object) -> float:
    """Run, print how long it took and return it."""
    began, cpu = time.perf_counter(), time.process_time()
    found = run()  # type: ignore[operator]
    took = time.perf_counter() - began
    print(
        f"{name}: {took:.2f} s, {time.process_time() - cpu:.1f} s of CPU, {found if not isinstance(found, counting.Counted) else ''}",
        flush=True,
    )
    return took


def scores_and_cohorts(folder: Path) -> tuple[int, int]:
    """Return how many rows RFM and cohorts have, by the room's expressions."""
    warehouse = open_(folder)
    days = expressions.kept(warehouse, "bench", expressions.days_of(warehouse))
    rfm = expressions.rfm(days, today=day_number(TODAY))
    cohorts = expressions.cohorts(expressions.months_of(days))
    one = rfm.agg(n=rfm.count(), total=(rfm.recency + rfm.frequency + rfm.monetary_minor).sum())
    two = cohorts.agg(total=(cohorts.members * (cohorts.age + 1)).sum())
    return tuple(warehouse.rows(one)[0].values()) + tuple(warehouse.rows(two)[0].values())


def by_hand(folder: Path) -> object:
    """Return the same by a query written by hand."""
    con = duckdb.connect()
    con.execute("SET threads = 2")
    return con.execute(HAND.format(path=folder / "purchase.parquet")).fetchone()


def by_pandas(folder: Path) -> tuple[int, int]:
    """Return the same by pandas."""
    bills = pd.read_parquet(folder / "purchase.parquet", columns=["member_key", "day", "net_minor"])
    bills = bills[bills.net_minor > 0]
    bills["day"] = pd.to_datetime(bills.day)
    days = bills.groupby(["member_key", "day"], as_index=False, sort=False).net_minor.sum()
    today = pd.Timestamp(TODAY)
    year = days[days.day > today - pd.Timedelta(days=365)]
    rfm = year.groupby("member_key").agg(last=("day", "max"), frequency=("day", "size"), monetary=("net_minor", "sum"))
    days["month"] = days.day.dt.year * 12 + days.day.dt.month - 1
    months = days.groupby(["member_key", "month"], as_index=False, sort=False).net_minor.sum()
    months["cohort"] = months.groupby("member_key").month.transform("min")
    months["age"] = months.month - months.cohort
    cohorts = months.groupby(["cohort", "age"]).agg(members=("net_minor", "size"), net=("net_minor", "sum")).reset_index()
    total = int(((today - rfm["last"]).dt.days + rfm.frequency + rfm.monetary).sum())
    return len(rfm), total, int((cohorts.members * (cohorts.age + 1)).sum())


def everything(folder: Path) -> int:
    """Work out every figure and table and return how many rows they are."""
    warehouse = open_(folder)
    found = counting.count(warehouse, KpiSettings(), today=TODAY)
    tables = tabulating.tables(warehouse, today=TODAY)
    return sum(1 for _ in found.figures()) + len(tables)


def main() -> None:
    """Make the files and time it."""
    purchases = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder, purchases)
        timed("figures", lambda: everything(folder))
        print(f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB", flush=True)
        mine, hand = timed("rfm + cohorts", lambda: scores_and_cohorts(folder)), timed("by hand", lambda: by_hand(folder))
        print(f"{mine / hand:.2f} × the hand-written query; pandas {timed('pandas', lambda: by_pandas(folder)) / mine:.1f} ×")


if __name__ == "__main__":
    main()
