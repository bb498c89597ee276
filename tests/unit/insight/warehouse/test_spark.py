"""The same expressions give the same figures on Spark and on DuckDB: Online Retail, a year of a shop's bills.

A figure is added to FIGURES: a name, and a function of a warehouse that returns what can be compared.
"""

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from phakdi.insight.forecast import expressions as forecast
from phakdi.insight.kpis import expressions as kpis
from phakdi.insight.lifetime import expressions as lifetime
from phakdi.insight.paths import expressions as paths
from phakdi.insight.paths.core.funnels import Funnel
from phakdi.insight.products import expressions as products
from phakdi.insight.products.core.figures import Span
from phakdi.insight.recommend import expressions as recommend
from phakdi.insight.warehouse.core.tables import TABLES
from phakdi.insight.warehouse.engines import open_backend, read_files
from phakdi.insight.warehouse.reading import Warehouse
from phakdi.kit.errors import Invalid

SHARED = Path(os.environ.get("PHAKDI_SHARED_DATA", Path(__file__).parents[4] / "../shared/data"))
FILE = SHARED / "online_retail/online_retail_2010_2011.csv.gz"
TODAY = date(2011, 12, 9)
YEAR = products.Scope(Span(TODAY - timedelta(days=365), TODAY + timedelta(days=1)))
LINES = f"""
CREATE TABLE told AS SELECT dense_rank() OVER (ORDER BY InvoiceNo) AS bill, row_number() OVER (PARTITION BY InvoiceNo ORDER BY StockCode, Quantity) AS line,
    CustomerID::BIGINT AS member, InvoiceDate::TIMESTAMP AS at, StockCode AS product, Country AS store,
    Quantity::BIGINT AS quantity, round(Quantity::BIGINT * UnitPrice::DECIMAL(12, 3) * 100)::BIGINT AS amount
FROM read_csv('{FILE}', header = true, all_varchar = true)
WHERE CustomerID <> '' AND Quantity::INT > 0 AND UnitPrice::DOUBLE > 0
"""
TABLE = {
    "member": """SELECT DISTINCT member AS member_key, member::VARCHAR AS member_id, 'ACTIVE' AS status, true AS is_enrolled,
        min("at") OVER (PARTITION BY member)::DATE AS joined_on, '' AS home_store, CASE WHEN member % 3 = 0 THEN 'gold' ELSE '' END AS level FROM told""",
    "purchase": """SELECT bill AS purchase_key, bill::VARCHAR AS activity_id, any_value(member) AS member_key, min("at")::DATE AS day, min("at") AS "at",
        min("at") AS local_at, min(store) AS store, 'store' AS channel, sum(amount)::BIGINT AS gross_minor, sum(amount)::BIGINT AS net_minor,
        0 AS returned_minor, 0 AS points_minor, count(*) AS lines FROM told GROUP BY bill""",
    "purchase_line": """SELECT bill AS purchase_key, line, member AS member_key, min("at") OVER (PARTITION BY bill)::DATE AS day,
        min(store) OVER (PARTITION BY bill) AS store, 'store' AS channel, product, left(product, 2) AS category, quantity * 1000 AS quantity_milli,
        amount AS amount_minor, 0 AS returned_minor FROM told""",
    "points_movement": """SELECT bill AS entry_key, bill::VARCHAR AS entry_id, bill::VARCHAR AS activity_id, bill AS purchase_key, any_value(member) AS member_key,
        min("at")::DATE AS day, 'points' AS unit, 'EARN' AS kind, 1 + sum(amount)::BIGINT // 2500 AS points, 'ISSUED' AS source, 'ACTIVE' AS target,
        'base' AS rule, min(store) AS store, 'store' AS channel FROM told GROUP BY bill""",
}  # fmt: skip
SQL_TYPES = {"string": "VARCHAR", "int64": "BIGINT", "int32": "INTEGER", "boolean": "BOOLEAN", "date": "DATE"}


def ranks(warehouse):
    """RFM: recency, frequency and amount of the year, and each member's fifth of them (K16)."""
    found = lifetime.members_of(warehouse, as_of=TODAY, horizon=90)
    return {
        name: getattr(found, name).tolist() for name in ("last", "days", "window_days", "window_total", "cut_days", "twice_gap")
    }


def cohorts(warehouse):
    """Monthly cohorts: who began in which month, and what they bought how many months later (K15)."""
    months = kpis.months_of(kpis.days_of(warehouse))
    joined = months.join(kpis.firsts_of(kpis.days_of(warehouse)), ["key", "member_key"])
    ages = joined.mutate(age=joined.month - joined.first_month)
    return ages.group_by("first_month", "age").agg(members=ages.count(), net=ages.net.sum())


FIGURES = [
    ("RFM", ranks),
    ("cohorts", cohorts),
    ("gaps", lambda warehouse: lifetime.gap_counts(warehouse, as_of=TODAY)),
    ("products", lambda warehouse: products.by_item(warehouse, YEAR, "product", limit=50)),
    ("second visits", lambda warehouse: products.second_visits(warehouse, YEAR.span, "product", limit=50)),
    ("bought together", lambda warehouse: products.together(warehouse, YEAR, ["85123A", "22423", "85099B", "47566", "20725"])[1]),
    ("first to second purchase", lambda warehouse: paths.second_purchases(warehouse, today=TODAY, by="store")),
    ("funnel", lambda warehouse: paths.ended(warehouse, Funnel(("joined", "purchase", "purchase")), first=YEAR.span.first, end=YEAR.span.end, today=TODAY)),
    ("lapsed and back", lambda warehouse: paths.lapsed_and_back(warehouse, first=date(2011, 6, 1), end=TODAY, lapse_days=90)),
    ("sales by day", forecast.bought),
    ("who bought what when", lambda warehouse: recommend.days_of_members(warehouse, TODAY, first=12_400, end=12_500)),
]  # fmt: skip
FEW = {"RFM", "cohorts", "sales by day"}  # asked every time; the others with ./test --long
pytestmark = pytest.mark.skipif(not FILE.exists(), reason=f"Online Retail is not in {SHARED}")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Write the shop's tables as Parquet, in the shape of the warehouse."""
    folder = tmp_path_factory.mktemp("retail")
    duck = duckdb.connect()
    duck.execute("SET TimeZone = 'UTC'")
    duck.execute(LINES)
    for name, sql in TABLE.items():
        known = {column[0] for column in duck.execute(f"SELECT * FROM ({sql}) LIMIT 0").description}
        columns = ", ".join(
            'CAST({} AS {}) AS "{}"'.format(
                f'"{column}"' if column in known else "NULL", SQL_TYPES.get(kind, "TIMESTAMP"), column
            )
            for column, kind in TABLES[name].schema.items()
        )
        duck.execute(f"COPY (SELECT {columns} FROM ({sql})) TO '{folder / name}.parquet' (FORMAT parquet)")
    return folder


def opened(folder, engine):
    backend = open_backend(engine)
    empty = Warehouse.of_rows({}, as_of=datetime(2011, 12, 9, 12, tzinfo=UTC), backend=backend)
    tables = {name: empty.table(name) for name in TABLES} | {
        name: read_files(backend, [str(folder / f"{name}.parquet")]) for name in TABLE
    }
    return Warehouse(backend, tables, as_of=empty.as_of, time_zone="UTC")


def comparable(warehouse, figure):
    found = figure(warehouse)
    if not hasattr(found, "schema"):
        return found
    return sorted(str(sorted(row.items())) for row in warehouse.rows(found))


def hold(files, names):
    pytest.importorskip("pyspark")
    duck, spark = opened(files, "duckdb"), opened(files, "spark")
    for name, figure in FIGURES:
        if name in names:
            mine = comparable(duck, figure)
            assert mine, name
            assert comparable(spark, figure) == mine, name


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # PySpark leaves its sockets to the collector
def test_figures_are_the_same_on_spark(files):
    hold(files, FEW)


@pytest.mark.long
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # as above
def test_all_other_figures_are_the_same_on_spark(files):
    hold(files, {name for name, _ in FIGURES} - FEW)


def test_no_other_engine():
    with pytest.raises(Invalid):
        open_backend("oracle")
