"""The engines on which expressions run: DuckDB, and Spark where it is asked for."""

import os
from collections.abc import Sequence
from functools import cache
from typing import Any

from phakdi.kit.errors import Invalid, Unavailable
from phakdi.kit.later import later

ibis = later("ibis")

MASTER = "PHAKDI_SPARK_MASTER"
PARTITIONS = "4"
DUCKDB, SPARK = "duckdb", "spark"
DUCKDB_MEMORY = "1GB"


class SparkMissing(Unavailable):
    """Spark is asked for, but PySpark or Java is not installed."""

    code = "spark_missing"


def open_backend(engine: str) -> Any:
    """Return an engine by name: duckdb (the same as nothing said) or spark.

    Raises:
        SparkMissing: Spark is wanted and not there.
        Invalid: there is no such engine.
    """
    if engine == SPARK:
        return spark_backend()
    if engine not in {"", DUCKDB}:
        raise Invalid(f"There is no engine '{engine}': duckdb or spark.", code="engine_unknown", engine=engine)
    backend = ibis.duckdb.connect()
    backend.raw_sql(f"SET memory_limit = '{DUCKDB_MEMORY}'; SET threads = 2; SET TimeZone = 'UTC'")
    return backend


def read_files(backend: Any, paths: Sequence[str]) -> Any:
    """Return the rows of Parquet files of one shape."""
    if backend.name != "pyspark":
        return backend.read_parquet(list(paths))
    name = ibis.util.gen_name("files")
    spark_session().read.parquet(*paths).createOrReplaceTempView(name)
    return backend.table(name)


@cache
def spark_backend() -> Any:
    """Return Ibis on the Spark session.

    Raises:
        SparkMissing: it cannot be started.
    """
    return ibis.pyspark.connect(spark_session())


@cache
def spark_session() -> Any:
    """Return the Spark session of this process: of ``PHAKDI_SPARK_MASTER``, else within this machine.

    Raises:
        SparkMissing: it cannot be started.
    """
    try:
        from pyspark.sql import SparkSession  # noqa: PLC0415 - Spark is an extra

        return (
            SparkSession.builder.master(os.environ.get(MASTER, "local[2]"))
            .appName("phakdi")
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.sql.shuffle.partitions", PARTITIONS)
            .config("spark.ui.enabled", "false")
            .config("spark.sql.ansi.enabled", "false")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .getOrCreate()
        )
    except Exception as error:
        raise SparkMissing("Spark is not there: install phakdi[spark] and Java 17.") from error
