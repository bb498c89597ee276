"""Fields that are made of fields: a mapping, a list of rows, a mapping that has one of several forms."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from phakdi.web.console.editing import posted
from phakdi.web.console.editing.parts import ABSENT, Label, Part, Reading

if TYPE_CHECKING:
    from phakdi.web.console.editing.room import Room

ROWS_MAX = 60


def read_into(item: Mapping[str, Any], parts: tuple[Part, ...], name: str, data: Any, reading: Reading) -> dict[str, Any]:
    """Return ``item`` with the values that were sent for ``parts``; what stayed the same, or cannot be shown, is untouched."""
    found = dict(item)
    for part in parts:
        before = item.get(part.key, ABSENT)
        if not part.fits(before, reading.room):
            continue
        sent = data.get(part.field) if isinstance(data, Mapping) else None
        if sent is None:  # the form did not have it
            continue
        after = part.read(f"{name}.{part.field}" if name else part.field, sent, before, reading)
        if part.canon(after) == part.canon(before):
            continue
        if after is ABSENT:
            found.pop(part.key, None)
        else:
            found = _placed(found, parts, part.key, after)
    return found


def _placed(item: dict[str, Any], parts: tuple[Part, ...], key: str, value: Any) -> dict[str, Any]:
    """Return ``item`` with the value; a new key stands before the keys that come after it in the form."""
    if key in item:
        return {**item, key: value}
    order = [part.key for part in parts]
    later = set(order[order.index(key) + 1 :])
    found: dict[str, Any] = {}
    for each, old in item.items():
        if each in later and key not in found:
            found[key] = value
        found[each] = old
    found.setdefault(key, value)
    return found


def untold_in(item: Any, parts: tuple[Part, ...], room: "Room", *, known: frozenset[str] = frozenset()) -> list[str]:
    """Return the names of what ``item`` says and a form of ``parts`` does not show."""
    if not isinstance(item, Mapping):
        return []
    by_key = {part.key: part for part in parts}
    found: list[str] = []
    for key, value in item.items():
        part = by_key.get(key)
        if part is None:
            found += [] if key in known else [key]
        elif not part.fits(value, room):
            found.append(key)
        else:
            found += [f"{key}.{inner}" if not inner.startswith("[") else f"{key}{inner}" for inner in part.untold(value, room)]
    return found


@dataclass(frozen=True, kw_only=True)
class Group(Part):
    """A mapping of fields. Keys that it does not show stay as they are."""

    parts: tuple[Part, ...]
    template: str = "mapping"

    def show(self, value: Any, room: "Room") -> Any:
        """See `Part`."""
        item = _mapping(value)
        return {
            part.key: part.show(item.get(part.key, ABSENT), room)
            for part in self.parts
            if part.fits(item.get(part.key, ABSENT), room)
        }

    def read(self, name: str, data: Any, before: Any, reading: Reading) -> Any:
        """See `Part`."""
        return read_into(_mapping(before), self.parts, name, data, reading) or ABSENT

    def canon(self, value: Any) -> Any:
        """See `Part`."""
        return canon_of(_mapping(value), self.parts)

    def untold(self, value: Any, room: "Room") -> list[str]:
        """See `Part`."""
        return untold_in(value, self.parts, room)


def canon_of(item: Mapping[str, Any], parts: tuple[Part, ...]) -> dict[str, Any]:
    """Return what ``item`` says, key by key, in the form in which equal values are equal."""
    by_key = {part.key: part for part in parts}
    told = {key: by_key[key].canon(value) if key in by_key else value for key, value in item.items()}
    silent = {key: part.canon(ABSENT) for key, part in by_key.items() if key not in item}
    return {key: value for key, value in (told | silent).items() if value not in (None, {}, [])}


def _mapping(value: Any) -> Mapping[str, Any]:
    if value is ABSENT:
        return {}
    if not isinstance(value, Mapping):
        raise TypeError("a mapping is meant")
    return value


@dataclass(frozen=True, kw_only=True)
class Rows(Part):
    """A list of things with the same fields. ``bare``: a single one is written without the list."""

    row: Part
    template: str = "rows"
    bare: bool = False
    add: Label = ""
    at_least_one: bool = False

    def show(self, value: Any, room: "Room") -> Any:
        """See `Part`."""
        found = {
            str(number): {"was": [str(number)], **as_branch(self.row.show(item, room))}
            for number, item in enumerate(_list(value))
        }
        if not found and self.at_least_one:
            found["0"] = {"was": [""], **as_branch(self.row.show(ABSENT, room))}
        return found

    def read(self, name: str, data: Any, before: Any, reading: Reading) -> Any:
        """See `Part`."""
        olds = _list(before)
        found = []
        for number, row in posted.rows(data if isinstance(data, Mapping) else {})[:ROWS_MAX]:
            was = posted.text(row, "was")
            old = olds[int(was)] if was.isdigit() and int(was) < len(olds) else ABSENT
            item = self.row.read(f"{name}.{number}", row, old, reading)
            if item is ABSENT:
                continue
            found.append(old if old is not ABSENT and self.row.canon(item) == self.row.canon(old) else item)
        if not found:
            return ABSENT
        return found[0] if self.bare and len(found) == 1 else found

    def canon(self, value: Any) -> Any:
        """See `Part`."""
        return [self.row.canon(item) for item in _list(value)]

    def untold(self, value: Any, room: "Room") -> list[str]:
        """See `Part`."""
        items = _list(value)
        told = [(number, inner) for number, item in enumerate(items) for inner in self.row.untold(item, room)]
        return [f"[{number}].{inner}" if len(items) > 1 else f".{inner}".lstrip(".") for number, inner in told]

    def fits(self, value: Any, room: "Room") -> bool:
        """See `Part`."""
        return all(self.row.fits(item, room) for item in _list(value)) and super().fits(value, room)


def as_branch(data: Any) -> dict[str, Any]:
    """Return what a row's field shows as a branch, so that a row can say more beside it."""
    return dict(data) if isinstance(data, Mapping) else {"value": data}


def _list(value: Any) -> list[Any]:
    return [] if value is ABSENT else value if isinstance(value, list) else [value]


@dataclass(frozen=True, slots=True)
class Mode:
    """One form that a mapping may have: the keys that belong to it, and the word that stands for it alone, if one does."""

    name: str
    label: Label
    keys: tuple[str, ...] = ()
    word: Any = None
    is_offered: Callable[["Room"], bool] | None = None


@dataclass(frozen=True, kw_only=True)
class Variant(Part):
    """A mapping that has one of several forms, chosen by ``mode``; keys of no form at all are common to them."""

    modes: tuple[Mode, ...]
    parts: tuple[Part, ...]
    template: str = "variant"
    when_absent: str = ""  # the mode of a value that is not there

    def mode_of(self, value: Any) -> str:
        """Return in which form the value is; the first whose first key it has. ValueError where it is in none."""
        if value is ABSENT and self.when_absent:
            return self.when_absent
        for mode in self.modes:
            if mode.word is not None and value == mode.word:
                return mode.name
        item = _mapping(value)
        for mode in self.modes:
            if mode.keys and all(key in item for key in self.needed(mode)):
                return mode.name
        if not item:
            return self.when_absent or self.modes[0].name
        raise ValueError("in none of the forms")

    def needed(self, mode: Mode) -> tuple[str, ...]:
        """Return the keys by which a value is known to be in that form: those marked with a plus, else the first."""
        marked = tuple(key[1:] for key in mode.keys if key.startswith("+"))
        return marked or (mode.keys[0],)

    def own_keys(self, mode: Mode) -> frozenset[str]:
        """Return the keys that belong to a form."""
        return frozenset(key.removeprefix("+") for key in mode.keys)

    def owned(self) -> frozenset[str]:
        """Return the keys that belong to any form."""
        return frozenset(key for mode in self.modes for key in self.own_keys(mode))

    def show(self, value: Any, room: "Room") -> Any:
        """See `Part`."""
        name = self.mode_of(value)
        item = value if isinstance(value, Mapping) else {}
        shown = {
            part.field: part.show(item.get(part.key, ABSENT), room)
            for part in self.parts
            if part.fits(item.get(part.key, ABSENT), room)
        }
        return {"mode": [name], **shown}

    def read(self, name: str, data: Any, before: Any, reading: Reading) -> Any:
        """See `Part`."""
        chosen = posted.text(data, "mode")
        mode = next((mode for mode in self.modes if mode.name == chosen), None)
        if mode is None:
            return before
        if mode.word is not None or not mode.keys:
            return mode.word
        common = frozenset(part.field for part in self.parts) - self.owned()
        shown = tuple(part for part in self.parts if part.field in self.own_keys(mode) | common)
        keys, all_keys = {part.key for part in shown}, {part.key for part in self.parts}
        old = before if isinstance(before, Mapping) else {}
        kept = {key: value for key, value in old.items() if key in keys or key not in all_keys}
        return read_into(kept, shown, name, data, reading) or ABSENT

    def canon(self, value: Any) -> Any:
        """See `Part`."""
        if value is ABSENT or not isinstance(value, Mapping):
            return next((mode.word for mode in self.modes if mode.name == self.when_absent), None) if value is ABSENT else value
        return canon_of(value, self.parts)

    def untold(self, value: Any, room: "Room") -> list[str]:
        """See `Part`."""
        return untold_in(value, self.parts, room)
