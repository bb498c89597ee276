"""Putting together what two people changed in one program, each from the same version."""

from collections.abc import Mapping
from typing import Any

from phakdi.loyalty.programs.rewriting import is_same

_GONE = object()


def merge(base: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return ``theirs`` with all that ``mine`` changed against ``base``, and the paths that both changed differently.

    There, mine stands. Things of lists are told apart by their ``key``; lists without keys are taken as a whole.
    """
    clashes: list[str] = []
    found = _merged(base, mine, theirs, "", clashes)
    return (found if isinstance(found, dict) else dict(mine)), clashes


def _merged(base: Any, mine: Any, theirs: Any, path: str, clashes: list[str]) -> Any:
    if _equal(mine, theirs) or _equal(theirs, base):
        return mine
    if _equal(mine, base):
        return theirs
    parts = [_by_key(each) for each in (base, mine, theirs)]
    if parts[1] is not None and parts[2] is not None:
        inner = _members(parts[0] or {}, parts[1], parts[2], path, clashes)
        return list(inner.values()) if isinstance(mine, list) else inner
    clashes.append(path)
    return mine


def _members(
    base: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any], path: str, clashes: list[str]
) -> dict[str, Any]:
    """Return the members in their order, with what is new in mine at the end."""
    found: dict[str, Any] = {}
    for key in [*theirs, *(key for key in mine if key not in theirs)]:
        inner = f"{path}.{key}".lstrip(".")
        merged = _merged(base.get(key, _GONE), mine.get(key, _GONE), theirs.get(key, _GONE), inner, clashes)
        if merged is not _GONE:
            found[key] = merged
    return found


def _by_key(value: Any) -> dict[str, Any] | None:
    """Return the members of a mapping, or of a list of things with keys; None for anything else."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, list) and all(isinstance(item, Mapping) and isinstance(item.get("key"), str) for item in value):
        found = {item["key"]: item for item in value}
        return found if len(found) == len(value) else None
    return None


def _equal(one: Any, other: Any) -> bool:
    if one is _GONE or other is _GONE:
        return one is other
    return is_same(one, other)
