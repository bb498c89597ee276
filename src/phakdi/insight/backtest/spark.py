"""A backtest on Spark: histories are written as a Parquet file, one row a member, and replayed wherever Spark likes to."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import phakdi
from phakdi.insight.backtest import queries
from phakdi.insight.backtest.core.parts import Part, read_part
from phakdi.insight.backtest.core.planning import Plan
from phakdi.insight.warehouse.engines import spark_backend
from phakdi.kit.db.scope import organization_scope

Progress = Callable[[int, int], None]


def run_on_spark(plan: Plan, *, progress: Progress | None = None) -> Iterator[Part]:
    """Yield the parts of the backtest as Spark answers them; whoever starts it has to have the extra ``spark`` installed.

    The folder that the histories are written to has to be seen by all of Spark's workers; it is gone afterwards.
    """
    import pyarrow.parquet as pq  # noqa: PLC0415 - large, and only here

    with TemporaryDirectory(prefix="phakdi-backtest-") as folder:
        written = write_histories(plan, Path(folder) / "histories.parquet", progress)
        if not written:
            return
        plan_content, ours = plan.dump(), str(Path(phakdi.__file__).parents[1])

        def replay_some(frames: Iterator[Any]) -> Iterator[Any]:  # whose imports are its own: it runs in Spark's processes
            sys.path.append(ours)  # of a worker on this machine; others have the package installed
            import pandas as pd  # noqa: PLC0415

            from phakdi.insight.backtest.core.history import read_history  # noqa: PLC0415
            from phakdi.insight.backtest.core.parts import replay_part  # noqa: PLC0415
            from phakdi.insight.backtest.core.planning import read_plan  # noqa: PLC0415

            told = read_plan(plan_content)
            for frame in frames:
                part = replay_part((read_history(bytes(each)) for each in frame["history"]), told)
                yield pd.DataFrame({"part": [part.dump()]})

        spark = spark_backend()._session  # noqa: SLF001 - Ibis hands it out under no other name
        if spark.sparkContext.master.startswith("local"):
            spark.sparkContext.pythonExec = sys.executable  # its processes find what this one finds
        frame = spark.read.parquet(str(Path(folder) / "histories.parquet")).select("history")
        answered = frame.repartition(spark.sparkContext.defaultParallelism).mapInPandas(replay_some, "part binary")
        answered.write.parquet(str(Path(folder) / "parts"))
        for file in sorted((Path(folder) / "parts").glob("*.parquet")):
            for content in pq.read_table(file)["part"].to_pylist():
                yield read_part(content)


def write_histories(plan: Plan, target: Path, progress: Progress | None = None) -> int:
    """Write what every member did as a Parquet file (``member_id``, ``history``) and return how many there are."""
    import pyarrow as pa  # noqa: PLC0415 - large, and only here
    import pyarrow.parquet as pq  # noqa: PLC0415 - as above

    schema = pa.schema([("member_id", pa.string()), ("history", pa.binary())])
    with organization_scope(plan.organization_id):
        chunks = queries.chunks_of(organization_id=plan.organization_id)
    written = 0
    with pq.ParquetWriter(target, schema) as writer:
        for number, chunk in enumerate(chunks, start=1):
            with organization_scope(plan.organization_id):
                histories = queries.histories_of(organization_id=plan.organization_id, whose=chunk)
            ids, contents = [str(each.member_id) for each in histories], [each.dump() for each in histories]
            writer.write_table(pa.table({"member_id": ids, "history": pa.array(contents, pa.binary())}, schema=schema))
            written += len(histories)
            if progress:
                progress(number, len(chunks))
    return written
