"""Every table of a warehouse as open files, with a page that says what each column means."""

from pathlib import Path
from uuid import UUID

from phakdi.insight.warehouse.core.tables import TABLES
from phakdi.insight.warehouse.queries import open_warehouse
from phakdi.kit.errors import Conflict


class ExportFolderNotEmpty(Conflict):
    """The folder has something in it: an export is written into one of its own."""

    code = "folder_not_empty"


def export_tables(organization_id: UUID, folder: Path, *, kind: str, root: Path | None = None) -> dict[str, int]:
    """Write every table as ``parquet`` or ``csv`` and a README; return rows by table.

    Raises:
        ExportFolderNotEmpty: there is something in the folder.
        NoWarehouse: it was never refreshed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise ExportFolderNotEmpty(f"There is something in {folder}.", folder=str(folder))
    warehouse = open_warehouse(organization_id, engine="duckdb", root=root)
    counts = {}
    for name in TABLES:
        table = warehouse.table(name)
        path = folder / f"{name}.{kind}"
        write = warehouse.backend.to_parquet if kind == "parquet" else warehouse.backend.to_csv
        write(table, path)
        counts[name] = int(warehouse.backend.execute(table.count()))
    (folder / "README.md").write_text(f"# Tables of {warehouse.as_of:%Y-%m-%d %H:%M} UTC\n\n{describe()}", encoding="utf-8")
    return counts


def describe() -> str:
    """Return what every table and column means, as Markdown."""
    parts = []
    for name, table in TABLES.items():
        rows = "\n".join(f"| `{column}` | {type_} | {means} |" for column, (type_, means) in table.columns.items())
        parts.append(f"## {name}\nA row is {table.row}.\n\n| Column | Type | Means |\n| --- | --- | --- |\n{rows}\n")
    return "\n".join(parts)
