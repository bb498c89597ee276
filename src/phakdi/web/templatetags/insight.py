"""The parts that reports are put together from."""

from collections.abc import Mapping
from typing import Any

from django import template

from phakdi.web.console.insight.drawing import Drawn, draw
from phakdi.web.console.insight.report import Chart, Column, Table, write

register = template.Library()


@register.inclusion_tag("console/insight/chart.html")
def report_chart(chart: Chart, currency: str) -> dict[str, Drawn]:
    """Draw a chart of a report with its table beside it."""
    return {"drawn": draw(chart, currency)}


@register.simple_tag
def cell(row: Mapping[str, Any], column: Column, currency: str) -> str:
    """Write one value of a table."""
    return write(row.get(column.key), column.kind, currency)


@register.simple_tag
def cell_url(row: Mapping[str, Any], column: Column, table: Table) -> str:
    """Return where a value leads: its own link, or the row's on its first column."""
    own = (row.get("_urls") or {}).get(column.key, "")
    return str(own or (row.get("_url", "") if column is table.columns[0] else ""))
