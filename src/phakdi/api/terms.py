"""On which terms an operation is called: which scope it needs, what it may refuse, whether a repeat must be marked as one."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from phakdi.platform.keys.core import Scope

View = TypeVar("View", bound=Callable[..., Any])

BODY_MAX = 1024 * 1024
BATCH_BODY_MAX = 4 * 1024 * 1024


class Repeats(StrEnum):
    """How an operation knows a repeat of itself."""

    HARMLESS = "harmless"  # it changes nothing, or the same once more is the same
    MAY_BE_NAMED = "may_be_named"  # the world stands in the way of a second effect; a key gets the first answer again
    MUST_BE_NAMED = "must_be_named"
    BY_RECEIPT = "by_receipt"  # the operation itself sees to it


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of one operation. ``scope`` None: every key will do; ``is_open``: nobody needs one."""

    scope: Scope | None
    refuses: frozenset[int] = frozenset()  # statuses beyond those that every operation may answer
    repeats: Repeats = Repeats.HARMLESS
    body_max: int = BODY_MAX
    for_all_stores: bool = False  # keys that are bound to stores may not
    requires_body: bool = True
    is_open: bool = False
    reads_itself: bool = False  # the view reads the body and makes the response: nothing stands between it and the door


def terms(
    scope: Scope | None,
    *,
    refuses: tuple[int, ...] = (),
    repeats: Repeats = Repeats.HARMLESS,
    body_max: int = BODY_MAX,
    for_all_stores: bool = False,
    requires_body: bool = True,
    is_open: bool = False,
    reads_itself: bool = False,
) -> Callable[[View], View]:
    """Set the terms of a view; stands below the route's decorator."""
    given = Terms(scope, frozenset(refuses), repeats, body_max, for_all_stores, requires_body, is_open, reads_itself)

    def mark(view: View) -> View:
        view.phakdi_terms = given  # type: ignore[attr-defined]  # read back by terms_of
        return view

    return mark


def terms_of(view: Callable[..., Any]) -> Terms:
    """Return the terms of a view; one that says nothing is a mistake."""
    found = getattr(view, "phakdi_terms", None)
    assert isinstance(found, Terms), f"{view.__qualname__} does not say on which terms it is called"
    return found
