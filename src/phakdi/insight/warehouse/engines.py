"""Engines beside DuckDB."""

import os
from functools import cache
from typing import Any

from phakdi.kit.errors import Unavailable

MASTER = "PHAKDI_SPARK_MASTER"
PARTITIONS = "4"


class SparkMissing(Unavailable):
    """Spark is asked for, but PySpark or Java is not installed."""

    code = "spark_missing"


@cache
def spark_backend() -> Any:
    """Return Ibis on a Spark session: of ``PHAKDI_SPARK_MASTER``, else within this machine. One a process.

    Raises:
        SparkMissing: it cannot be started.
    """
    try:
        import ibis  # noqa: PLC0415 - Spark is an extra
        from pyspark.sql import SparkSession  # noqa: PLC0415 - as above

        session = (
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
    return ibis.pyspark.connect(session)
