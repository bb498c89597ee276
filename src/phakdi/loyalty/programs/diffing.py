"""What two program documents say differently, by path: for a person to read and for a machine to act on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from phakdi.loyalty.programs.document.program import ProgramDocument

_NAMES = ("key", "name")  # what tells the members of a list apart


@dataclass(slots=True, frozen=True)
class Change:
    """One difference. Members of lists with keys are named by them: ``earning[base].give``."""

    kind: Literal["added", "removed", "changed", "moved"]
    path: str
    before: Any = None
    after: Any = None

    def __str__(self) -> str:
        if self.kind == "changed":
            return f"~ {self.path}: {self.before} → {self.after}"
        return f"{ {'added': '+', 'removed': '-', 'moved': '↕'}[self.kind] } {self.path}"


def diff_programs(before: ProgramDocument, after: ProgramDocument) -> list[Change]:
    """Return what changed from ``before`` to ``after``; what is said but is the default anyway is no difference."""
    return _compare("", _values(before), _values(after))


def _values(document: ProgramDocument) -> dict[str, Any]:
    return document.model_dump(mode="json", exclude_defaults=True, by_alias=True)


def _compare(path: str, before: Any, after: Any) -> list[Change]:
    if before == after:
        return []
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return _members(path, dict(before), dict(after), ".{}")
    if isinstance(before, list) and isinstance(after, list):
        named = _named(before), _named(after)
        if named[0] is not None and named[1] is not None:
            return [*_members(path, named[0], named[1], "[{}]"), *_moves(path, list(named[0]), list(named[1]))]
        if len(before) == len(after):
            return [c for n, pair in enumerate(zip(before, after, strict=True)) for c in _compare(f"{path}[{n}]", *pair)]
    return [Change("changed", path, before, after)]


def _members(path: str, before: dict[str, Any], after: dict[str, Any], form: str) -> list[Change]:
    changes: list[Change] = []
    for name in [*before, *(name for name in after if name not in before)]:
        inner = f"{path}{form.format(name)}".lstrip(".")
        if name not in after:
            changes.append(Change("removed", inner, before=before[name]))
        elif name not in before:
            changes.append(Change("added", inner, after=after[name]))
        else:
            changes += _compare(inner, before[name], after[name])
    return changes


def _moves(path: str, before: list[str], after: list[str]) -> list[Change]:
    """Return one change where the members that stayed stand in another order."""
    old, new = [name for name in before if name in after], [name for name in after if name in before]
    return [Change("moved", path, old, new)] if old != new else []


def _named(items: list[Any]) -> dict[str, Any] | None:
    """Return the members by what names them, or None where they have no names of their own."""
    for name in _NAMES:
        if items and all(isinstance(item, Mapping) and isinstance(item.get(name), str) for item in items):
            found = {item[name]: item for item in items}
            return found if len(found) == len(items) else None
    return {} if not items else None
