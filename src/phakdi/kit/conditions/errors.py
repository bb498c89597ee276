"""The refusal of a condition that cannot be understood; it says where, and what would be right."""

from typing import Any

from phakdi.kit.errors import Invalid

Trail = tuple[str | int, ...]


class BadCondition(Invalid):
    """Raised when a condition cannot be read.

    ``details``: ``path`` is where in the document, such as ``earning[2].when.all[0].amount``; ``trail`` the same below
    the condition's root as a tuple of keys and indexes; ``field`` the field asked for, or an empty string.
    """

    code = "condition_bad"


def bad(message: str, *, code: str, root: str, trail: Trail = (), field: str = "", **details: Any) -> BadCondition:
    """Return the refusal for the place ``trail`` below ``root``."""
    return BadCondition(message, code=code, path=render_path(root, trail), trail=trail, field=field, **details)


def render_path(root: str, trail: Trail) -> str:
    """Return ``root`` and ``trail`` as one path: keys after a dot, indexes in brackets."""
    parts = [f"[{key}]" if isinstance(key, int) else f".{key}" for key in trail]
    return (root + "".join(parts)).lstrip(".")
