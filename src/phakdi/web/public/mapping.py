"""A map of points drawn by us: no network, no script, no tiles; each point is a link to its line in the list."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

WIDTH, HEIGHT, MARGIN, RADIUS = 640.0, 400.0, 44.0, 15.0
EARTH_METERS = 40_075_016.7
SMALLEST_METERS = 600.0
STEPS_METERS = (50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000)
LINES = 5


@dataclass(frozen=True, slots=True)
class Point:
    """A place to be drawn: its number in the list, its name, and where its line is."""

    number: int
    name: str
    anchor: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class _Placed:
    point: Point
    x: float
    y: float


def draw_map(points: Sequence[Point], label: str) -> SafeString:
    """Return the points as an SVG whose pins lead to ``#anchor``; north is up, and a bar says how far things are."""
    if not points:
        return SafeString("")
    placed, meters = _place(points)
    length, text = _scale(meters)
    pins = format_html_join(
        "",
        '<a href="#{}"><g class="map-pin"><title>{}</title><circle cx="{}" cy="{}" r="{}"/><text x="{}" y="{}">{}</text></g></a>',
        (
            (
                each.point.anchor,
                each.point.name,
                _round(each.x),
                _round(each.y),
                RADIUS,
                _round(each.x),
                _round(each.y + 5),
                each.point.number,
            )
            for each in placed
        ),
    )
    return format_html(
        '<svg class="map-drawn" viewBox="0 0 {} {}" role="group" aria-label="{}">{}{}'
        '<g class="map-scale" aria-hidden="true"><path d="M{} {}v6h{}v-6"/><text x="{}" y="{}">{}</text></g></svg>',
        int(WIDTH), int(HEIGHT), label, _grid(), pins, 20, int(HEIGHT - 26), _round(length), 20, int(HEIGHT - 32), text,
    )  # fmt: skip


def _place(points: Sequence[Point]) -> tuple[list[_Placed], float]:
    """Return where the points are in the picture, and how many meters a unit of it is."""
    flat = [(point, *_mercator(point)) for point in points]
    xs, ys = [x for _, x, _ in flat], [y for _, _, y in flat]
    cosine = math.cos(math.radians(sum(point.latitude for point in points) / len(points)))
    least = SMALLEST_METERS / (EARTH_METERS * max(cosine, 0.05))
    scale = min((WIDTH - 2 * MARGIN) / max(max(xs) - min(xs), least), (HEIGHT - 2 * MARGIN) / max(max(ys) - min(ys), least))
    middle_x, middle_y = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2
    placed = [_Placed(point, WIDTH / 2 + (x - middle_x) * scale, HEIGHT / 2 + (y - middle_y) * scale) for point, x, y in flat]
    return _apart(placed), EARTH_METERS * cosine / scale


def _mercator(point: Point) -> tuple[float, float]:
    latitude = math.radians(max(-85.0, min(85.0, point.latitude)))
    return point.longitude / 360, -math.log(math.tan(math.pi / 4 + latitude / 2)) / (2 * math.pi)


def _apart(placed: Iterable[_Placed]) -> list[_Placed]:
    """Return the points so that no pin hides another: one that would is set beside it."""
    done: list[_Placed] = []
    for each in placed:
        x, y = each.x, each.y
        for turn in range(1, 40):
            if all(math.hypot(x - other.x, y - other.y) >= 2.7 * RADIUS for other in done):
                break
            angle, away = turn * 2.4, RADIUS * (1.6 + turn * 0.35)
            x = min(max(each.x + away * math.cos(angle), RADIUS), WIDTH - RADIUS)
            y = min(max(each.y + away * math.sin(angle), RADIUS), HEIGHT - RADIUS)
        done.append(_Placed(each.point, x, y))
    return done


def _scale(meters: float) -> tuple[float, str]:
    """Return a bar's length in the picture and what it says."""
    wanted = next((step for step in reversed(STEPS_METERS) if step / meters <= WIDTH / 4), STEPS_METERS[0])
    return wanted / meters, f"{wanted // 1000:,} km" if wanted >= 1000 else f"{wanted} m"  # noqa: PLR2004 - a kilometer


def _grid() -> SafeString:
    upright = format_html_join("", "M{} 0V{}", ((int(WIDTH * n / LINES), int(HEIGHT)) for n in range(1, LINES)))
    level = format_html_join("", "M0 {}H{}", ((int(HEIGHT * n / LINES), int(WIDTH)) for n in range(1, LINES)))
    return format_html('<path class="map-grid" d="{}{}" aria-hidden="true"/>', upright, level)


def _round(value: float) -> float:
    return round(value, 1)
