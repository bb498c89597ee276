"""What buttons inside a form do to what was sent: another row, a row less, another condition or group."""

from typing import Any

ROWS_MAX = 60


def press(sent: dict[str, Any], button: str) -> None:
    """Change the nested data as a button says: ``add:limits``, ``drop:limits.0``, ``row:when.items``, ``group:when.items``."""
    verb, _sign, name = button.partition(":")
    path = name.split(".")
    if verb == "drop":
        parent = _walk(sent, path[:-1])
        parent.pop(path[-1], None)
        return
    place = _walk(sent, path)
    numbers = [int(key) for key in place if key.isdigit()]
    if len(numbers) >= ROWS_MAX:
        return
    fresh = str(max(numbers, default=-1) + 1)
    place[fresh] = {
        "row": {"field": [""], "op": [""]},
        "group": {"kind": ["any"], "items": {"0": {"field": [""], "op": [""]}}},
    }.get(verb, {"was": [""]})


def _walk(sent: dict[str, Any], path: list[str]) -> dict[str, Any]:
    place = sent
    for step in path:
        inner = place.get(step)
        if not isinstance(inner, dict):
            inner = place[step] = {}
        place = inner
    return place
