"""Charts drawn on the server: geometry in a box of 100 by 40 that stretches with the page, words beside it as text."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 100.0, 40.0
STEPS = (1, 2, 2.5, 5, 10)
LABELS_MAX = 7
BAR_SHARE = 0.68
Row = Sequence[object]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chart: its strokes, the ground beneath it and where it ends."""

    path: str
    area: str
    end: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart."""

    x: float
    y: float
    width: float
    height: float
    series: int


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn, and the values at the top, middle and bottom of its scale."""

    lines: tuple[Line, ...] = ()
    bars: tuple[Bar, ...] = ()
    scale: tuple[float, float, float] = (0, 0, 0)
    labels: tuple[str, ...] = ()


def read_rows(rows: Iterable[Row]) -> tuple[list[str], list[list[float]]]:
    """Return the labels of rows such as ``("3 Nov", 120, 80)``, and their columns of numbers; nothing written counts as 0."""
    labels: list[str] = []
    numbers: list[list[float]] = []
    for label, *values in rows:
        labels.append(str(label))
        numbers.append([float(value or 0) for value in values])  # type: ignore[arg-type]  # rows hold numbers after the label
    return labels, [list(column) for column in zip(*numbers, strict=True)]


def line_chart(labels: Sequence[str], columns: Sequence[Sequence[float]]) -> Chart:
    """Draw one line for each column of numbers."""
    top = ceiling(max((max(column, default=0) for column in columns), default=0))
    return Chart(
        lines=tuple(_line(column, top) for column in columns if column),
        scale=(top, top / 2, 0),
        labels=spread(labels),
    )


def bar_chart(labels: Sequence[str], columns: Sequence[Sequence[float]]) -> Chart:
    """Draw a group of bars for each label, one for each column of numbers."""
    top = ceiling(max((max(column, default=0) for column in columns), default=0))
    slot = WIDTH / max(len(labels), 1)
    width = slot * BAR_SHARE / max(len(columns), 1)
    bars = []
    for series, column in enumerate(columns):
        for at, value in enumerate(column):
            height = max(value, 0) / top * HEIGHT
            x = at * slot + slot * (1 - BAR_SHARE) / 2 + series * width
            bars.append(Bar(round(x, 2), round(HEIGHT - height, 2), round(width, 2), round(height, 2), series))
    every = -(-len(labels) // LABELS_MAX) or 1
    shown = tuple(label if at % every == 0 else "" for at, label in enumerate(labels))
    return Chart(bars=tuple(bars), scale=(top, top / 2, 0), labels=shown)


def stack_chart(labels: Sequence[str], columns: Sequence[Sequence[float]]) -> Chart:
    """Draw one bar for each label, its columns of numbers upon each other."""
    top = ceiling(max((sum(max(value, 0) for value in values) for values in zip(*columns, strict=True)), default=0))
    slot = WIDTH / max(len(labels), 1)
    bars = []
    for at in range(len(labels)):
        low = HEIGHT
        for series, column in enumerate(columns):
            height = max(column[at], 0) / top * HEIGHT
            low -= height
            x = at * slot + slot * (1 - BAR_SHARE) / 2
            bars.append(Bar(round(x, 2), round(low, 2), round(slot * BAR_SHARE, 2), round(height, 2), series))
    every = -(-len(labels) // LABELS_MAX) or 1
    shown = tuple(label if at % every == 0 else "" for at, label in enumerate(labels))
    return Chart(bars=tuple(bars), scale=(top, top / 2, 0), labels=shown)


def spark_line(values: Sequence[float]) -> Line:
    """Draw a line without scale or words; it uses the whole height."""
    least, most = min(values, default=0), max(values, default=0)
    span = (most - least) or 1
    return _line([(value - least) / span for value in values], 1.0)


def ceiling(value: float) -> float:
    """Return a round number at or above ``value`` for the top of a scale; 1 at the least."""
    if value <= 1:
        return 1.0
    power = 10.0 ** (len(str(int(value))) - 1)
    return next(step * power for step in STEPS if step * power >= value)


def _line(values: Sequence[float], top: float) -> Line:
    inset, room = 1.5, HEIGHT - 3  # a stroke at the very edge would be cut
    apart = WIDTH / max(len(values) - 1, 1)
    points = [(round(at * apart, 2), round(inset + room * (1 - value / top), 2)) for at, value in enumerate(values)]
    if not points:
        return Line("", "", "")
    path = "M" + "L".join(f"{x} {y}" for x, y in points)
    x, y = points[-1]
    return Line(path, f"{path}L{x} {HEIGHT}L0 {HEIGHT}Z", f"M{x} {y}h0")


def spread(labels: Sequence[str]) -> tuple[str, ...]:
    """Pick labels at even distances, the first and the last among them."""
    last = len(labels) - 1
    if last < 1:
        return tuple(labels)
    count = next(count for count in range(min(LABELS_MAX - 1, last), 0, -1) if last % count == 0)
    return tuple(labels[at] for at in range(0, last + 1, last // count))
