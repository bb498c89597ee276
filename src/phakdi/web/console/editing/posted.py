"""What a form sent, as it is nested: ``give.0.points.number=5`` stands under give, 0, points, number."""

from collections.abc import Iterable, Mapping
from typing import Any

Data = Mapping[str, Any]
"""Texts by name; a leaf is the list of texts that were sent under its name, a branch is another mapping."""

NAMES_MAX = 5_000
DEPTH_MAX = 40
TEXT_MAX = 20_000


def nest(items: Iterable[tuple[str, list[str]]]) -> dict[str, Any]:
    """Return flat names with their texts as nested data; what is named too deep or too often is left out."""
    found: dict[str, Any] = {}
    for number, (name, values) in enumerate(items):
        path = name.split(".")
        if number >= NAMES_MAX or len(path) > DEPTH_MAX:
            continue
        place = found
        for step in path[:-1]:
            inner = place.setdefault(step, {})
            if not isinstance(inner, dict):
                inner = place[step] = {}
            place = inner
        if not isinstance(place.get(path[-1]), dict):
            place[path[-1]] = [value[:TEXT_MAX].replace("\r\n", "\n") for value in values]
    return found


def text(data: Any, name: str) -> str:
    """Return the text under ``name``, without spaces around it; empty where there is none."""
    value = data.get(name) if isinstance(data, Mapping) else None
    return value[-1].strip() if isinstance(value, list) and value else ""


def texts(data: Any, name: str) -> list[str]:
    """Return all texts under ``name`` that are not empty."""
    value = data.get(name) if isinstance(data, Mapping) else None
    return [item.strip() for item in value if item.strip()] if isinstance(value, list) else []


def branch(data: Any, name: str) -> Data:
    """Return what is nested under ``name``."""
    value = data.get(name) if isinstance(data, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def rows(data: Any) -> list[tuple[str, Data]]:
    """Return the numbered branches in order."""
    numbered = [(key, value) for key, value in data.items() if key.isdigit() and isinstance(value, Mapping)]
    return sorted(numbered, key=lambda row: int(row[0]))
