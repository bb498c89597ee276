"""Reports' charts as geometry: what a template writes down as SVG and lists, with every value readable beside it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from phakdi.web import charts
from phakdi.web.console.insight.report import Chart, write

HEAT_STEPS = 6
TALL = 40.0


@dataclass(frozen=True, slots=True)
class Cell:
    """A value as it is written, as a number, how deep its ground is (0–6) and how wide its bar (0–100)."""

    shown: str
    value: float | None
    depth: int = 0
    width: float = 0.0


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a chart: its label, its cells, where it leads, and its share of the first row (funnels)."""

    label: str
    cells: Sequence[Cell]
    url: str = ""
    share: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """Everything that the template needs of a chart."""

    chart: Chart
    lines: Sequence[Line]
    plot: charts.Chart | None
    scale: Sequence[str]
    summary: str
    band: str = ""  # the ground between two lines, as a path


def draw(chart: Chart, currency: str) -> Drawn:
    """Return a chart as it is drawn."""
    most = _most(chart)
    lines = [_line(chart, row, most, number, currency) for number, row in enumerate(chart.rows)]
    plot, band = _plot(chart)
    if plot:  # a month above its year, so that a dozen stand beside one another on a phone
        plot = replace(plot, labels=tuple("\n".join(label.rsplit(" ", 1)) for label in plot.labels))
    scale = [write(value, chart.kind, currency) for value in plot.scale] if plot else []
    return Drawn(chart, lines, plot, scale, _summary(chart, currency), band)


def _most(chart: Chart) -> float:
    return max((float(value) for row in chart.rows for value in row[1:] if value is not None), default=0.0)


def _line(chart: Chart, row: tuple[Any, ...], most: float, number: int, currency: str) -> Line:
    label, *values = row
    cells = [
        Cell(
            write(value, chart.kind, currency),
            None if value is None else round(float(value), 6),
            0 if value is None or most <= 0 else max(1, round(float(value) / most * HEAT_STEPS)) if value > 0 else 0,
            round(max(float(value or 0), 0) / most * 100, 2) if most > 0 else 0.0,
        )
        for value in values
    ]
    first = chart.rows[0][1] if chart.shape == "funnel" else None
    share = write(values[0] / first, "percent") if first else ""
    return Line(str(label), cells, chart.urls[number] if number < len(chart.urls) else "", share)


def _plot(chart: Chart) -> tuple[charts.Chart | None, str]:
    if chart.shape not in {"line", "bar", "stack", "band"} or not chart.rows:
        return None, ""
    labels, columns = charts.read_rows(chart.rows)
    if chart.shape == "bar":
        return charts.bar_chart(labels, columns), ""
    if chart.shape == "stack":
        return charts.stack_chart(labels, columns), ""
    if chart.shape == "line":
        whole = charts.line_chart(labels, columns)
        known = [[row[at + 1] for row in chart.rows] for at in range(len(columns))]
        return replace(
            whole, lines=tuple(_gaps(line, told, whole.scale[0]) for line, told in zip(whole.lines, known, strict=True))
        ), ""
    return _band(chart, labels, columns)


def _gaps(line: charts.Line, told: Sequence[Any], top: float) -> charts.Line:
    """Leave out of a line what is not known: it is not zero."""
    if all(value is not None for value in told):
        return line
    apart, room = charts.WIDTH / max(len(told) - 1, 1), TALL - 3
    path, is_open, end = "", False, ""
    for at, value in enumerate(told):
        if value is not None:
            x, y = round(at * apart, 2), round(1.5 + room * (1 - float(value) / top), 2)
            path += f"{'L' if is_open else 'M'}{x} {y}"
            end = f"M{x} {y}h0"
        is_open = value is not None
    return charts.Line(path, "", end)


def _band(chart: Chart, labels: Sequence[str], columns: Sequence[Sequence[float]]) -> tuple[charts.Chart, str]:
    """Draw what was as one line, what is expected as another, and a ground where it is likely to lie.

    The series are: what was, what is expected, low, high; the last three may be None where it is known. Or one line, low, high.
    """
    top = charts.ceiling(max((max(column, default=0) for column in columns), default=0))
    apart = charts.WIDTH / max(len(labels) - 1, 1)

    def path(column: int) -> list[tuple[float, float]]:
        values = [row[column + 1] for row in chart.rows]
        return [
            (round(at * apart, 2), round(TALL - TALL * max(float(value), 0) / top, 2))
            for at, value in enumerate(values)
            if value is not None
        ]

    lines = []
    for column in range(len(chart.rows[0]) - 3):
        points = path(column)
        written = "M" + "L".join(f"{x} {y}" for x, y in points) if points else ""
        lines.append(charts.Line(written, "", ""))
    low, high = path(len(chart.rows[0]) - 3), path(len(chart.rows[0]) - 2)
    ground = "M" + "L".join(f"{x} {y}" for x, y in [*high, *reversed(low)]) + "Z" if low and high else ""
    return charts.Chart(lines=tuple(lines), scale=(top, top / 2, 0), labels=charts.spread(labels)), ground


def _summary(chart: Chart, currency: str) -> str:
    values = [(row[0], row[1]) for row in chart.rows if len(row) > 1 and row[1] is not None]
    if not values:
        return chart.title
    label, most = max(values, key=lambda pair: pair[1])
    return f"{chart.title}: {label} {write(most, chart.kind, currency)}"
