"""Figures of products and paths on two public data sets: what adds up must add up."""

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import ibis
import pytest

from phakdi.insight.paths import looking as paths
from phakdi.insight.products import looking
from phakdi.insight.products.core.figures import Rates, Span
from phakdi.insight.products.expressions import Scope
from phakdi.insight.warehouse.core.tables import TABLES
from phakdi.insight.warehouse.reading import Warehouse

SHARED = Path(os.environ.get("PHAKDI_SHARED_DATA", Path(__file__).parents[4] / "../shared/data"))
RETAIL = SHARED / "online_retail/online_retail_2010_2011.csv.gz"
JOURNEY = SHARED / "complete_journey"
RETAIL_SQL = f"""
    SELECT dense_rank() OVER (ORDER BY InvoiceNo) AS bill, CustomerID::BIGINT AS member, InvoiceDate::TIMESTAMP AS at, StockCode AS product,
        Country AS store, left(StockCode, 2) AS category, round(Quantity::BIGINT * UnitPrice::DECIMAL(12, 3) * 100)::BIGINT AS amount
    FROM read_csv('{RETAIL}', header = true, all_varchar = true)
    WHERE CustomerID <> '' AND Quantity::INT > 0 AND UnitPrice::DOUBLE > 0"""
JOURNEY_SQL = f"""
    SELECT basket_id::BIGINT AS bill, household_id::BIGINT AS member, transaction_timestamp::TIMESTAMP AS at, product_id AS product, store_id AS store,
        coalesce(department, '') AS category, round(sales_value::DECIMAL(12, 2) * 100)::BIGINT AS amount
    FROM read_csv('{JOURNEY}/transactions_sample.csv.gz', header = true, all_varchar = true)
    LEFT JOIN (SELECT product_id AS id, any_value(department) AS department FROM read_csv('{JOURNEY}/products.csv.gz', header = true, all_varchar = true)
        GROUP BY 1) ON id = product_id"""
SQL = {
    "purchase": """SELECT bill AS purchase_key, any_value(member) AS member_key, min("at")::DATE AS day, min("at") AS "at", min("at") AS local_at,
        min(store) AS store, 'store' AS channel, sum(amount)::BIGINT AS net_minor, 0 AS returned_minor, count(*) AS lines FROM told GROUP BY bill""",
    "purchase_line": """SELECT bill AS purchase_key, row_number() OVER (PARTITION BY bill ORDER BY product, amount) AS line, member AS member_key,
        min("at") OVER (PARTITION BY bill)::DATE AS day, min(store) OVER (PARTITION BY bill) AS store, 'store' AS channel, product, category,
        1000 AS quantity_milli, amount AS amount_minor, 0 AS returned_minor FROM told""",
}  # fmt: skip
TYPES = {"string": "VARCHAR", "int64": "BIGINT", "int32": "INTEGER", "boolean": "BOOLEAN", "date": "DATE"}
pytestmark = pytest.mark.slow


def house(sql, today):
    backend = ibis.duckdb.connect()
    backend.con.execute(f"CREATE TABLE told AS {sql}")
    as_of = datetime(today.year, today.month, today.day, 12, tzinfo=UTC)
    empty = Warehouse.of_rows({}, as_of=as_of, backend=backend)
    for name, query in SQL.items():
        known = {column[0] for column in backend.con.execute(f"SELECT * FROM ({query}) LIMIT 0").description}
        columns = [
            'CAST({} AS {}) AS "{}"'.format(f'"{column}"' if column in known else "NULL", TYPES.get(kind, "TIMESTAMP"), column)
            for column, kind in TABLES[name].schema.items()
        ]
        backend.con.execute(f"CREATE TABLE {name} AS SELECT {', '.join(columns)} FROM ({query})")
    return Warehouse(backend, {name: backend.table(name) if name in SQL else empty.table(name) for name in TABLES}, as_of=as_of)


@pytest.mark.skipif(not RETAIL.exists(), reason=f"Online Retail is not in {SHARED}")
def test_online_retail():
    today = date(2011, 12, 9)
    shop = house(RETAIL_SQL, today)
    all_days = Scope(Span(date(2010, 12, 1), date(2011, 12, 10)))
    products = looking.sold(shop, all_days, "product", Rates(), limit=10_000)
    categories = looking.sold(shop, all_days, "category", Rates(), limit=10_000)
    total = shop.backend.con.execute("SELECT sum(amount)::BIGINT FROM told").fetchall()[0][0]
    assert sum(item.sales_minor for item in products.items) == sum(item.sales_minor for item in categories.items) == total
    assert products.sales_minor == total == pytest.approx(891_140_790, abs=1_000)  # bought 8,911,407.90; lines are rounded
    assert products.members == 4_338  # one of 4,339 bought only what cost nothing
    found = looking.pairs(shop, all_days, [item.item for item in products.items[:100]])
    assert found[0].lift > 10  # cups and saucers of one set
    assert all(pair.both >= 20 for pair in found)
    everybody, items = looking.second_visits(shop, "product", today=today)
    assert 0 < everybody.back < everybody.members < 4_338
    curve = paths.second_purchase(shop, today=today)
    assert (curve.members, curve.happened) == (4_338, _repeaters(shop))
    assert all(item.members <= everybody.members for item in items)


@pytest.mark.skipif(not JOURNEY.exists(), reason=f"Complete Journey is not in {SHARED}")
def test_complete_journey():
    today = date(2018, 1, 1)
    shop = house(JOURNEY_SQL, today)
    year = Scope(Span(date(2017, 1, 1), date(2018, 1, 3)))
    by_department = looking.sold(shop, year, "category", Rates(), limit=1_000)
    assert sum(item.sales_minor for item in by_department.items) == by_department.sales_minor == 11_656_316
    assert by_department.members == 1_187  # two of 1,189 households bought only what cost nothing
    span = Span(today - timedelta(days=90), today)
    moved = looking.movement(shop, Scope(span), span.before, "category", {item.item for item in by_department.items})
    assert moved.is_known
    assert sum(moved.items.values()) == moved.before_minor
    assert paths.second_purchase(shop, today=today).members == 1_187


def _repeaters(shop):
    return shop.backend.con.execute(
        "SELECT count(*) FROM (SELECT member_key FROM purchase WHERE net_minor > 0 GROUP BY 1 HAVING count(DISTINCT day) > 1)"
    ).fetchall()[0][0]
