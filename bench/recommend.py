"""How good recommendations are and how long they take: Online Retail, and a million members who are made up.

    python bench/recommend.py [MEMBERS]

Needs no database: from the warehouse's tables to every member's two lists (not their writing). Online Retail is read from
``$PHAKDI_SHARED_DATA``; members are made up with habits, kinds and chance, about twelve purchase days of two products each.
"""

import gzip
import os
import resource
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pandas as pd

from phakdi.insight.recommend import making
from phakdi.insight.recommend.core.runs import Side
from phakdi.insight.warehouse.core.tables import TABLES
from phakdi.insight.warehouse.reading import Warehouse

RETAIL = Path(os.environ.get("PHAKDI_SHARED_DATA", "../shared/data")) / "online_retail/online_retail_2010_2011.csv.gz"
PRODUCTS, KINDS, STORES, SLICE = 4_000, 40, 50, 100_000
LAST = date(2026, 6, 30)


def main(members: int) -> None:
    """Print quality and time of both."""
    if RETAIL.exists():
        judge("Online Retail, one date", online_retail())
    with tempfile.TemporaryDirectory() as folder:
        judge(f"{members:,} members made up", made_up(Path(folder), members))


def judge(name: str, warehouse: Warehouse) -> None:
    """Fit, list everybody, and print."""
    began, cpu = time.perf_counter(), time.process_time()
    fitted = making.fit(warehouse, never=(), today=warehouse.as_of.date())
    took = time.perf_counter() - began
    assert fitted
    print(f"{name}: fitted and judged in {took:.1f} s; {len(fitted.shelf.products):,} products, sample {fitted.judged.sampled:,}")
    for side, title in ((fitted.judged.again, "buy again"), (fitted.judged.new, "new")):
        show(title, side)
    began = time.perf_counter()
    listed = sum(len(part.member_ids) for part in making.list_everybody(warehouse, fitted))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    took = time.perf_counter() - began
    print(f"  {listed:,} members listed in {took:.1f} s; CPU in all {time.process_time() - cpu:.1f} s; at most {peak:,.0f} MB")


def show(title: str, side: Side) -> None:
    """Print one list beside its baseline."""
    for name, judged in (("model", side.model), ("baseline", side.baseline)):
        if judged and judged.recall is not None:
            print(
                f"  {title:10} {name:8} recall {judged.recall:.4f} nDCG {judged.ndcg:.4f} hit {judged.hit:.4f}"
                f" coverage {judged.coverage:.3f} served {judged.served:.3f} ({judged.members:,} members)"
            )
    print(f"  {title:10} {side.why}")


def online_retail() -> Warehouse:
    """Return the purchases of known customers."""
    with gzip.open(RETAIL, "rt", encoding="utf-8") as file:
        rows = pd.read_csv(file, dtype={"InvoiceNo": str, "StockCode": str, "CustomerID": str}, parse_dates=["InvoiceDate"])
    rows = rows[rows.CustomerID.notna() & (rows.Quantity > 0) & (rows.UnitPrice > 0)]
    keys = pd.factorize(rows.CustomerID)[0] + 1
    lines = pd.DataFrame(
        {"member_key": keys, "day": rows.InvoiceDate.dt.date, "store": "", "product": rows.StockCode, "quantity_milli": 1_000}
    )
    tables = {"member": ibis.memtable(people(0, int(keys.max()))), "purchase_line": ibis.memtable(lines)}
    return warehouse_of(tables, ibis.duckdb.connect(), datetime(2011, 12, 10, tzinfo=UTC))


def made_up(folder: Path, members: int) -> Warehouse:
    """Return a warehouse of so many members, its tables in Parquet."""
    with ProcessPoolExecutor(1) as maker:  # so that its memory is not counted
        list(maker.map(write_slice, [(folder, first, min(SLICE, members - first)) for first in range(0, members, SLICE)]))
    backend = ibis.duckdb.connect()
    backend.raw_sql("SET memory_limit = '1GB'")
    tables = {name: backend.read_parquet(str(folder / f"{name}-*.parquet")) for name in ("member", "purchase_line")}
    return warehouse_of(tables, backend, datetime(2026, 7, 1, tzinfo=UTC))


def write_slice(given: tuple[Path, int, int]) -> None:
    """Write the tables of some members."""
    folder, first, many = given
    slice_of(np.random.default_rng(first), first, many).to_parquet(folder / f"purchase_line-{first:09}.parquet")
    people(first, many).to_parquet(folder / f"member-{first:09}.parquet")


def slice_of(draw: np.random.Generator, first: int, many: int) -> pd.DataFrame:
    """Return lines of some members: what they usually buy, what is usual in the kind they like, and one in ten by chance."""
    visits = np.maximum(draw.poisson(12, many), 1)
    member = np.repeat(np.arange(many), visits * 2)
    visit = np.repeat(np.arange(visits.sum()), 2)
    ago = np.minimum(draw.exponential(160, visits.sum()).astype(int), 600)[visit]
    usual, kind = draw.integers(PRODUCTS, size=(many, 3)), draw.integers(KINDS, size=many)
    lot = draw.random(len(member))
    by_chance = np.minimum(draw.pareto(1.1, len(member)) * 20, PRODUCTS - 1).astype(int)
    within = np.minimum(draw.exponential(15, len(member)).astype(int), PRODUCTS // KINDS - 1)
    of_kind = kind[member] * (PRODUCTS // KINDS) + within
    habit = usual[member, draw.integers(3, size=len(member))]
    product = np.where(lot < 0.45, habit, np.where(lot < 0.9, of_kind, by_chance))
    days = np.array([LAST - timedelta(days=back) for back in range(601)])
    return pd.DataFrame(
        {
            "member_key": member + first + 1,
            "day": days[ago],
            "store": np.array([f"S{store:02}" for store in range(STORES)])[(member + first) % STORES],
            "product": np.array([f"P{number:04}" for number in range(PRODUCTS)])[product],
            "quantity_milli": 1_000,
        }
    )


def people(first: int, many: int) -> pd.DataFrame:
    """Return members whose keys follow ``first``."""
    keys = pd.DataFrame({"member_key": np.arange(first + 1, first + many + 1)})
    return keys.assign(member_id=keys.member_key.map("{:08}-0000-7000-8000-000000000000".format), is_enrolled=True, home_store="")


def warehouse_of(tables: dict[str, Any], backend: Any, as_of: datetime) -> Warehouse:
    """Return a warehouse of the tables that are asked; the others are empty."""
    empty = {name: ibis.memtable([], schema=ibis.schema(TABLES[name].schema)) for name in TABLES if name not in tables}
    return Warehouse(backend, tables | empty, as_of=as_of)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
