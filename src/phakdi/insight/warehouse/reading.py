"""Opening a warehouse: its tables as Ibis expressions, on DuckDB or on Spark."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from phakdi.insight.warehouse.core.tables import TABLES
from phakdi.kit.later import later

ibis = later("ibis")
pd = later("pandas")


class Warehouse:
    """The tables of one organization as they were at ``as_of``; expressions made of them run on ``backend``."""

    def __init__(self, backend: Any, tables: Mapping[str, Any], *, as_of: datetime, time_zone: str = "Asia/Bangkok") -> None:
        self.backend, self.as_of, self.time_zone = backend, as_of, time_zone
        self._tables = tables

    def table(self, name: str) -> Any:
        """Return a table of `core.tables.TABLES` as an Ibis expression."""
        return self._tables[name]

    def rows(self, expression: Any) -> list[dict[str, Any]]:
        """Run an expression and return its rows."""
        found: list[dict[str, Any]] = self.backend.to_pyarrow(expression).to_pylist()
        return found

    @classmethod
    def of_rows(cls, rows: Mapping[str, Iterable[Mapping[str, Any]]], *, as_of: datetime, backend: Any = None) -> "Warehouse":
        """Return a warehouse of these rows, for small cases; what a row or table leaves out is null or empty."""
        backend = backend or ibis.duckdb.connect()
        tables = {}
        for name, table in TABLES.items():
            data = {column: [row.get(column) for row in rows.get(name, ())] for column in table.schema}
            frame = pd.DataFrame({column: pd.Series(values, dtype="object") for column, values in data.items()})
            tables[name] = ibis.memtable(frame, schema=ibis.schema(table.schema))
        return cls(backend, tables, as_of=as_of)
