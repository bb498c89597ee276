"""One thing of a program bound to its form: what the form shows, what it reads, and what it leaves alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ValidationError

from phakdi.kit.text import pick
from phakdi.loyalty.wording.plain import part_text
from phakdi.web.console.editing.bound import Bound
from phakdi.web.console.editing.groups import read_into, untold_in
from phakdi.web.console.editing.parts import Part, Reading
from phakdi.web.console.editing.room import Room
from phakdi.web.console.editing.sections import Section


@dataclass(slots=True)
class ItemForm:
    """The form of one thing. ``value`` is the thing as the file has it; ``sent`` is what was posted, if anything was."""

    section: Section
    value: Mapping[str, Any]
    room: Room
    sent: Mapping[str, Any] | None = None
    errors: dict[str, str] = field(default_factory=dict)

    def title(self) -> str:
        """Return what the thing is called, or an empty text."""
        name = self.value.get("name")
        said = pick(name, self.room.language) if isinstance(name, str | Mapping) else ""
        return said if isinstance(said, str) else ""

    def shown_parts(self) -> list[Part]:
        """Return the fields that can show what the thing says."""
        return [part for part in self.section.parts if part.fits(self.value.get(part.key), self.room)]

    def data(self) -> dict[str, Any]:
        """Return what the form shows: what was sent, else what the file says."""
        shown = {part.key: part.show(self.value.get(part.key), self.room) for part in self.shown_parts()}
        return {**shown, **(self.sent or {})}

    def result(self) -> dict[str, Any]:
        """Return the thing as it is after what was sent; what is wrong is in `errors` then."""
        reading = Reading(self.room)
        found = read_into(self.value, self.section.parts, "", self.data(), reading)
        self.errors.update(reading.errors)
        return found

    def bounds(self) -> list[Bound]:
        """Return the fields as templates draw them."""
        data = self.data()
        found = [Bound(part, part.key, data[part.key], self.room, self.errors) for part in self.shown_parts()]
        return [bound for bound in found if bound.is_asked(bound.part)]

    def first(self) -> list[Bound]:
        """Return the common fields, and those in which something is said or wrong."""
        return [bound for bound in self.bounds() if not bound.part.more or bound.is_said or self.is_wrong(bound)]

    def rest(self) -> list[Bound]:
        """Return the fields behind "more"."""
        first = {bound.name for bound in self.first()}
        return [bound for bound in self.bounds() if bound.name not in first]

    def is_wrong(self, bound: Bound) -> bool:
        """Whether anything is wrong in a field."""
        return any(name == bound.name or name.startswith(f"{bound.name}.") for name in self.errors)

    def untold(self) -> list[str]:
        """Return the names of what the thing says and the form does not show."""
        known = self.section.known | {"key"}
        return untold_in(self.value, self.section.parts, self.room, known=frozenset(known))


def say(section: Section, value: Any, room: Room) -> str:
    """Return a thing of a section as a sentence; empty where it is nothing that could be told yet."""
    found = read_model(section.model, value)
    return part_text(found, room.talk) if found is not None else ""


def read_model(model: type[BaseModel] | None, value: Any) -> BaseModel | None:
    """Return the thing as a part of the document, or None where it cannot be one."""
    if model is None or not isinstance(value, Mapping):
        return None
    try:
        return model.model_validate(dict(value))
    except ValidationError:
        return None
