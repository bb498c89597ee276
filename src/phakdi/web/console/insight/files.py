"""Tables of reports as files: CSV and XLSX, safe from formulas."""

from collections.abc import Iterable
from io import BytesIO, StringIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from phakdi.kit.sheets import SheetWriter, safe_cell
from phakdi.web.console.insight.report import Column, Table, plain

FORMATS = {
    "money": "#,##0.00",
    "percent": "0.0%",
    "decimal": "#,##0.00",
    "count": "#,##0",
    "points": "#,##0",
    "date": "yyyy-mm-dd",
    "month": "yyyy-mm",
}
BOM = "\ufeff"  # spreadsheets know by it that the text is UTF-8


def as_csv(table: Table, currency: str) -> bytes:
    """Return a table as CSV: a mark at the beginning, titles, rows."""
    out = StringIO(newline="")
    out.write(BOM)
    sheet = SheetWriter(out)
    sheet.row(column.title for column in table.columns)
    sheet.rows([plain(row.get(column.key), column.kind, currency) for column in table.columns] for row in table.rows)
    return out.getvalue().encode()


def as_xlsx(tables: Iterable[Table], currency: str) -> bytes:
    """Return tables as a workbook, one sheet each, with numbers as numbers."""
    book = Workbook(write_only=True)
    for number, table in enumerate(tables, 1):
        sheet = book.create_sheet(_sheet_name(table, number))
        sheet.append([safe_cell(column.title) for column in table.columns])
        for row in table.rows:
            sheet.append([_cell(sheet, row.get(column.key), column, currency) for column in table.columns])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet: object, value: object, column: Column, currency: str) -> object:
    found = plain(value, column.kind, currency)
    if isinstance(found, str):
        found = safe_cell(found)
    cell = WriteOnlyCell(sheet, value=found)
    if column.kind in FORMATS and value is not None:
        cell.number_format = FORMATS[column.kind]
    return cell


def _sheet_name(table: Table, number: int) -> str:
    kept = "".join(letter for letter in table.title if letter not in "[]:*?/\\'")
    return f"{number} {kept}"[:31]
