"""What an import is and how it is cut into slices."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sized
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

Group = TypeVar("Group", bound=Sized)

WHOLE = -1
"""The number under which the rejected rows of a whole import are kept once it is through."""

DRY = UUID(int=0)
"""Stands for the import that a dry run does not make."""


class ImportKind(StrEnum):
    """What the rows of a file are."""

    MEMBERS = "MEMBERS"
    PURCHASES = "PURCHASES"


class ImportState(StrEnum):
    """How far an import is."""

    RUNNING = "RUNNING"  # or interrupted: the same call again goes on with it
    DONE = "DONE"
    UNDOING = "UNDOING"
    UNDONE = "UNDONE"


def cut(groups: Iterable[Group], *, size: int) -> list[list[Group]]:
    """Return slices of whole groups: each has about ``size`` items, or one group that is larger. The same groups, the same cut."""
    slices: list[list[Group]] = []
    filled = 0
    for group in groups:
        if not slices or (filled and filled + len(group) > size):
            slices.append([])
            filled = 0
        slices[-1].append(group)
        filled += len(group)
    return slices


def total(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Return the sums of counts by name."""
    summed: Counter[str] = Counter()
    for some in counts:
        summed.update(some)
    return dict(summed)
