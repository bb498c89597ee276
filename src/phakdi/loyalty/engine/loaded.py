"""Lots as ``engine_load`` answers them: one text, of which only what is asked for is read."""

from datetime import datetime
from uuid import UUID, SafeUUID

from phakdi.loyalty.engine.core.lots import NEVER
from phakdi.loyalty.engine.core.state import Lot

VALUES = "\x1f"  # between the values of a row
ROWS = "\x1e"

_read = datetime.fromisoformat
_new, _set = object.__new__, object.__setattr__


def _lot(text: str) -> Lot:
    (
        lot_id, unit, granted, remaining, earned_at, available_at, expires_at, is_pending, waits_for, cancel_at, pot, rule, is_bonus,
        activity_id, ref,
    ) = text.split(VALUES)  # fmt: skip
    return Lot(
        read_id(lot_id),
        unit,
        int(granted),
        int(remaining),
        _read(earned_at),
        _read(available_at) if available_at else None,
        _read(expires_at) if expires_at else None,
        is_pending == "t",
        waits_for,
        _read(cancel_at) if cancel_at else None,
        pot,
        rule,
        is_bonus == "t",
        read_id(activity_id) if activity_id else None,
        ref,
    )


class LoadedLots:
    """The lots of a member. What is asked of all of them at every purchase is found without reading them."""

    __slots__ = ("_read", "_text")

    def __init__(self, text: str) -> None:
        self._text, self._read = text, dict[UUID, Lot]()

    def read(self) -> dict[UUID, Lot]:
        """Return them by id, the oldest first."""
        if not self._read:
            self._read = {lot.id: lot for lot in map(_lot, sorted(self._text.split(ROWS)))}
        return self._read

    def has(self, lot_id: UUID) -> bool:
        """Tell whether one of this id is among them."""
        named = f"{lot_id}{VALUES}"
        return self._text.startswith(named) or f"{ROWS}{named}" in self._text

    def first_end(self) -> datetime:
        """Return when the first of them ends: compared as text, since PostgreSQL's texts of instants of one zone have their order."""
        found = ""
        for row in self._text.split(ROWS):
            _, _, _, remaining, _, available_at, expires_at, is_pending, _, cancel_at, _ = row.split(VALUES, 10)
            if remaining == "0":
                continue
            ends = (expires_at, available_at, cancel_at) if is_pending == "t" else (expires_at,)
            for end in ends:
                if end and (not found or end < found):
                    found = end
        return _read(found) if found else NEVER


def read_id(text: str) -> UUID:
    """Return ``UUID(text)`` of a text that the database wrote, without looking for other notations: a third of the time."""
    value = _new(UUID)
    _set(value, "int", int(text.replace("-", ""), 16))
    _set(value, "is_safe", SafeUUID.unknown)
    return value
