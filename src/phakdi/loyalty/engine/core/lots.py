"""Lots by id, of which those that were loaded are read when somebody asks for one.

A purchase that only earns asks for none: what it costs must not grow with how many lots a member has.
"""

from collections.abc import ItemsView, Iterable, Iterator, KeysView, ValuesView
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

if TYPE_CHECKING:
    from phakdi.loyalty.engine.core.state import Lot

NEVER = datetime(9999, 1, 1, tzinfo=UTC)


class Loaded(Protocol):
    """The lots of a member as the store answered them."""

    def read(self) -> dict[UUID, "Lot"]:
        """Return them all; the same values each time."""

    def has(self, lot_id: UUID) -> bool:
        """Tell whether one of this id is among them."""

    def first_end(self) -> datetime:
        """Return when the first of them ends, becomes spendable or is cancelled; `NEVER` if none does."""


class Lots(dict[UUID, "Lot"]):
    """What a dictionary of lots is, with ``loaded`` in front of what is set."""

    __slots__ = ("_loaded",)

    def __init__(self, loaded: Loaded | None = None, own: "dict[UUID, Lot] | None" = None) -> None:
        super().__init__(own or {})
        self._loaded = loaded

    def first_end(self, leaving_out: "dict[UUID, Lot]") -> datetime:
        """Return when the first lot ends, becomes spendable or is cancelled, of all but ``leaving_out``."""
        own = first_end(lot for lot in dict.values(self) if lot.id not in leaving_out)
        return own if self._loaded is None else min(own, self._loaded.first_end())

    def copy(self) -> "Lots":
        """Return lots that may be added to; what is not read is shared."""
        made = Lots(self._loaded)
        dict.update(made, dict.items(self))
        return made

    def _all(self) -> None:
        if self._loaded is not None:
            own = dict(dict.items(self))
            dict.clear(self)
            dict.update(self, self._loaded.read())
            dict.update(self, own)
            self._loaded = None

    def __contains__(self, lot_id: object) -> bool:
        if dict.__contains__(self, lot_id):
            return True
        return self._loaded is not None and isinstance(lot_id, UUID) and self._loaded.has(lot_id)

    def __getitem__(self, lot_id: UUID) -> "Lot":
        if not dict.__contains__(self, lot_id):
            self._all()
        return dict.__getitem__(self, lot_id)

    def get(self, lot_id: UUID, default: Any = None) -> Any:
        """Return the lot of this id, or ``default``."""
        if not dict.__contains__(self, lot_id):
            self._all()
        return dict.get(self, lot_id, default)

    def setdefault(self, lot_id: UUID, default: Any = None) -> Any:
        """Return the lot of this id; ``default``, which is kept, where there was none."""
        self._all()
        return dict.setdefault(self, lot_id, default)

    def pop(self, *arguments: Any) -> Any:
        """Take a lot out."""
        self._all()
        return dict.pop(self, *arguments)

    def __iter__(self) -> Iterator[UUID]:
        self._all()
        return dict.__iter__(self)

    def __len__(self) -> int:
        self._all()
        return dict.__len__(self)

    def __eq__(self, other: object) -> bool:
        self._all()
        if isinstance(other, Lots):
            other._all()
        return dict.__eq__(self, other)

    __hash__ = None  # as of any dictionary

    def __repr__(self) -> str:
        self._all()
        return dict.__repr__(self)

    def __reduce__(self) -> Any:
        self._all()
        return Lots, (None, dict(dict.items(self)))

    def keys(self) -> KeysView[UUID]:  # type: ignore[override]  # the type of the view is private to C
        """Return the ids."""
        self._all()
        return dict.keys(self)

    def values(self) -> "ValuesView[Lot]":  # type: ignore[override]  # as above
        """Return the lots, the oldest first."""
        self._all()
        return dict.values(self)

    def items(self) -> "ItemsView[UUID, Lot]":  # type: ignore[override]  # as above
        """Return ids with lots."""
        self._all()
        return dict.items(self)


def first_end(lots: "Iterable[Lot]") -> datetime:
    """Return when the first of the lots ends, becomes spendable or is cancelled; `NEVER` if none does."""
    found = NEVER
    for lot in lots:
        if lot.remaining <= 0:
            continue
        end = lot.expires_at
        if end is not None and end < found:
            found = end
        if lot.is_pending:
            found = min(found, lot.available_at or found, lot.cancel_at or found)
    return found
