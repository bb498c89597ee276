"""Lots by id, of which those that were loaded are read when somebody asks for one.

A purchase that only earns asks for none: what it costs must not grow with how many lots a member has.
"""

from collections.abc import ItemsView, Iterable, Iterator, KeysView, Mapping, MutableMapping, ValuesView
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


class Lots(MutableMapping[UUID, "Lot"]):
    """What a dictionary of lots is, with ``loaded`` in front of what is set.

    When the first of them ends is remembered from step to step (`note_end`) until a lot that was there changes.
    """

    __slots__ = ("_ends", "_is_changed", "_loaded", "_own")

    def __init__(self, loaded: Loaded | None = None, own: "dict[UUID, Lot] | None" = None) -> None:
        self._own: dict[UUID, Lot] = own or {}
        self._loaded = loaded
        self._ends: datetime | None = None
        self._is_changed = False

    def first_end(self, leaving_out: "Mapping[UUID, Lot]") -> datetime:
        """Return when the first lot ends, becomes spendable or is cancelled, of all but ``leaving_out``."""
        if self._ends is not None:
            return self._ends
        own = first_end([lot for lot in self._own.values() if lot.id not in leaving_out] if leaving_out else self._own.values())
        return own if self._loaded is None else min(own, self._loaded.first_end())

    def note_end(self, ends: datetime) -> None:
        """Remember when the first of all these lots ends, so that the next step need not look at them."""
        if not self._is_changed:
            self._ends = ends

    def forget_end(self) -> None:
        """Look at all lots again the next time."""
        self._ends = None

    def add(self, lot: "Lot") -> None:
        """Add a lot of this step; what is remembered of the others stays true."""
        self._own[lot.id] = lot

    def copy(self) -> "Lots":
        """Return lots that may be added to; what is not read is shared."""
        made = Lots(self._loaded, self._own.copy())
        made._ends = self._ends
        return made

    def _all(self) -> "dict[UUID, Lot]":
        if self._loaded is not None:
            self._own = {**self._loaded.read(), **self._own}
            self._loaded = None
        return self._own

    def __contains__(self, lot_id: object) -> bool:
        if lot_id in self._own:
            return True
        return self._loaded is not None and isinstance(lot_id, UUID) and self._loaded.has(lot_id)

    def __getitem__(self, lot_id: UUID) -> "Lot":
        found = self._own.get(lot_id)
        return self._all()[lot_id] if found is None else found

    def __setitem__(self, lot_id: UUID, lot: "Lot") -> None:
        self._ends, self._is_changed = None, True
        self._own[lot_id] = lot

    def __delitem__(self, lot_id: UUID) -> None:
        self._ends, self._is_changed = None, True
        del self._all()[lot_id]

    def __iter__(self) -> Iterator[UUID]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __eq__(self, other: object) -> bool:
        return self._all() == (other._all() if isinstance(other, Lots) else other)

    __hash__ = None  # type: ignore[assignment]  # as of any dictionary

    def __repr__(self) -> str:
        return repr(self._all())

    def __reduce__(self) -> Any:
        return Lots, (None, self._all())

    def keys(self) -> KeysView[UUID]:
        """Return the ids."""
        return self._all().keys()

    def values(self) -> "ValuesView[Lot]":
        """Return the lots, the oldest first."""
        return self._all().values()

    def items(self) -> "ItemsView[UUID, Lot]":
        """Return ids with lots."""
        return self._all().items()


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
