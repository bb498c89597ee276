"""Fields as templates draw them: a field with its name in the form, what it shows, what is wrong, and the fields inside it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from phakdi.kit.thai import month_names
from phakdi.loyalty.wording.plain import words
from phakdi.web.console.editing import builder, posted
from phakdi.web.console.editing.builder import Condition
from phakdi.web.console.editing.figures import Asked, Quantity, YearlyDays
from phakdi.web.console.editing.groups import Group, Rows, Variant
from phakdi.web.console.editing.parts import ABSENT, Choice, Number, Option, Part, Several, Words
from phakdi.web.console.editing.room import Room

SPANS = ("hour", "day", "week", "month", "year")
FIRST_KINDS = 7


@dataclass(slots=True)
class Bound:
    """A field in a form. ``modes`` are the forms of the field around it in which it counts; empty: in all."""

    part: Part
    name: str
    data: Any
    room: Room
    errors: Mapping[str, str]
    modes: tuple[str, ...] = ()
    around: str = ""  # the name of the choice that decides

    @property
    def id(self) -> str:
        """The id of its input."""
        return "f-" + self.name.replace(".", "-")

    @property
    def template(self) -> str:
        """Where it is drawn."""
        return f"console/program/parts/{self.part.template}.html"

    @property
    def error(self) -> str:
        """What is wrong with it."""
        inside = [f"{self.name}.{each}" for each in ("number", "else", "by", "table")] if isinstance(self.part, Quantity) else []
        return next((self.errors[name] for name in (self.name, *inside) if name in self.errors), "")

    @property
    def text(self) -> str:
        """The text in its input."""
        return self.data[-1] if isinstance(self.data, list) and self.data else ""

    @property
    def texts(self) -> list[str]:
        """The texts that are chosen."""
        return list(self.data) if isinstance(self.data, list) else []

    @property
    def mode(self) -> str:
        """Which of its forms is chosen."""
        return posted.text(self.data, "mode")

    @property
    def is_said(self) -> bool:
        """Whether anything is said in it."""
        if isinstance(self.part, Quantity):
            return bool(self.number) or self.mode not in {"one", ""}
        if isinstance(self.part, Variant) and self.part.when_absent:
            return self.mode != self.part.when_absent
        if isinstance(self.part, Rows) and self.part.at_least_one and len(rows := self.rows) == 1:
            return rows[0].is_said
        return bool(_bare(self.data) != _bare(self.part.show(ABSENT, self.room)))

    @property
    def unit(self) -> str:
        """What stands behind its number."""
        kind = getattr(self.part, "unit", "")
        return {"money": self.room.money_word, "percent": "%"}.get(kind, "") if isinstance(self.part, Number | Quantity) else ""

    @property
    def options(self) -> list[Option]:
        """What there is to choose from; what is chosen is among them in any case."""
        if not isinstance(self.part, Choice | Several | Words) or self.part.options is None:
            return []
        found = list(self.part.options(self.room))
        known = {key for key, _label in found}
        return found + [(each, self.room.reader.called(each)) for each in self.texts if each and each not in known]

    @property
    def first_options(self) -> list[Option]:
        """Of a long list, the first and what is chosen."""
        return [option for n, option in enumerate(self.options) if n < FIRST_KINDS or option[0] in self.texts]

    @property
    def other_options(self) -> list[Option]:
        """Of a long list, the rest."""
        first = {key for key, _label in self.first_options}
        return [option for option in self.options if option[0] not in first]

    @property
    def both(self) -> list[tuple[str, str, str]]:
        """A text's languages: code, what the language is called, what is written."""
        return [("th", _("Thai"), posted.text(self.data, "th")), ("en", _("English"), posted.text(self.data, "en"))]

    @property
    def spans(self) -> list[Option]:
        """What lengths of time are counted in."""
        return [(key, self.room.talk.say(words.SPANS[key])) for key in SPANS]

    @property
    def count(self) -> str:
        """How many of what, of a length of time."""
        return posted.text(self.data, "count")

    @property
    def span(self) -> str:
        """How many of what, of a length of time."""
        return posted.text(self.data, "unit")

    @property
    def months(self) -> list[Option]:
        """The months of the year."""
        return [(str(n), name) for n, name in enumerate(month_names(self.room.language), 1)]

    @property
    def days(self) -> list[tuple[str, str, str]]:
        """The days of every year: name, month, day."""
        return [
            (f"{self.name}.{n}", posted.text(row, "month"), posted.text(row, "day")) for n, row in posted.rows(self.data or {})
        ]

    # --- numbers that depend on something ---------------------------------------------------------------------------------

    @property
    def varies(self) -> bool:
        """Whether it may depend on something, or does."""
        return isinstance(self.part, Quantity) and (self.part.varies or self.mode not in {"one", ""})

    @property
    def ways(self) -> list[Option]:
        """On what a number may depend."""
        found = [("one", _("the same for everybody"))]
        if self.room.levels():
            found.append(("level", _("by level")))
        return [*found, ("values", _("by another word")), ("bands", _("by another figure"))]

    @property
    def number(self) -> str:
        """The plain number."""
        return posted.text(self.data, "number")

    @property
    def by_level(self) -> list[tuple[str, str, str, str]]:
        """A number for each level: name, key, label, number."""
        sent = posted.rows(posted.branch(self.data, "levels"))
        written = {posted.text(row, "key"): posted.text(row, "value") for _n, row in sent}
        rows = [(f"{self.name}.levels.{n}", key, written.get(key, "")) for n, (key, _label) in enumerate(self.room.levels())]
        return [(name, key, self.room.reader.called(key), value) for name, key, value in rows]

    @property
    def otherwise(self) -> str:
        """The number where none of the cases fits."""
        return posted.text(self.data, "else")

    @property
    def by(self) -> str:
        """The figure on which the number depends."""
        return posted.text(self.data, "by")

    @property
    def table(self) -> str:
        """The cases of the number."""
        return posted.text(self.data, "table")

    @property
    def figures(self) -> list[tuple[str, list[Option]]]:
        """The figures that a number may depend on."""
        return builder.field_options(self.room, of_line=False, chosen=self.by)

    # --- fields inside ----------------------------------------------------------------------------------------------------

    @property
    def inner(self) -> list["Bound"]:
        """The fields inside it, of any form."""
        if isinstance(self.part, Group):
            return [bound for bound in self._inside(self.part.parts) if bound]
        if isinstance(self.part, Variant):
            names = {
                key: tuple(mode.name for mode in self.part.modes if key in self.part.own_keys(mode)) for key in self.part.owned()
            }
            return [self._child(part, names.get(part.field, ())) for part in self.part.parts if self.is_asked(part)]
        if isinstance(self.part, Asked):
            return [self._child(self.part.rows(), ("any", "all"))]
        return []

    @property
    def inner_first(self) -> list["Bound"]:
        """The common fields inside it."""
        return [bound for bound in self.inner if not bound.part.more or bound.is_said or bound.error]

    @property
    def inner_more(self) -> list["Bound"]:
        """The rest of the fields inside it."""
        first = {bound.name for bound in self.inner_first}
        return [bound for bound in self.inner if bound.name not in first]

    def _inside(self, parts: tuple[Part, ...]) -> Iterator["Bound"]:
        for part in parts:
            if self.is_asked(part):
                yield self._child(part, ())

    def is_asked(self, part: Part) -> bool:
        """Whether a field is asked for: not where there is nothing to choose."""
        return not (isinstance(part, Choice) and part.only_of_several) or len(list(part.options(self.room))) > 1

    def _child(self, part: Part, modes: tuple[str, ...]) -> "Bound":
        data = self.data.get(part.field) if isinstance(self.data, Mapping) else None
        shown = part.show(ABSENT, self.room) if data is None else data
        return Bound(
            part, f"{self.name}.{part.field}", shown, self.room, self.errors, modes, f"{self.name}.mode" if modes else ""
        )

    @property
    def shown_if(self) -> str:
        """The forms in which it counts, for the page's script."""
        return " ".join(self.modes)

    @property
    def choices(self) -> list[Option]:
        """The forms that it may have."""
        if isinstance(self.part, Asked):
            return [("none", _("nothing")), ("all", _("all of these")), ("any", _("any one of these"))]
        if not isinstance(self.part, Variant):
            return []
        return [
            (mode.name, str(mode.label))
            for mode in self.part.modes
            if mode.is_offered is None or mode.is_offered(self.room) or mode.name == self.mode
        ]

    @property
    def rows(self) -> list["Bound"]:
        """The rows of a list."""
        part = self.part.rows() if isinstance(self.part, Asked) else self.part
        if not isinstance(part, Rows):
            return []
        rows = posted.rows(self.data if isinstance(self.data, Mapping) else {})
        return [Bound(part.row, f"{self.name}.{n}", row, self.room, self.errors) for n, row in rows]

    @property
    def was(self) -> str:
        """Which of the old rows it was."""
        return posted.text(self.data, "was")

    @property
    def named(self) -> str:
        """The shared limit that a row names."""
        return posted.text(self.data, "named")

    @property
    def shared_limits(self) -> list[Option]:
        """The limits that several things share."""
        keys = [key for key in self.room.keys_of("limits") if key != self.named]
        options = [(key, self.room.limit_text(key)) for key in keys]
        return [(self.named, self.room.limit_text(self.named)), *options] if self.named else options

    # --- conditions -------------------------------------------------------------------------------------------------------

    @property
    def tree(self) -> "Branch":
        """The condition as a tree of rows."""
        assert isinstance(self.part, Condition)
        return Branch(self.name, self.data or {"kind": ["all"], "items": {}}, self.room, self.errors, of_line=self.part.of_line)

    @property
    def is_yearly(self) -> bool:
        """Whether it holds days of every year."""
        return isinstance(self.part, YearlyDays)


def _bare(data: Any) -> Any:
    """Return what was sent without all that is empty: what remains is what somebody said."""
    if isinstance(data, Mapping):
        inner = {key: _bare(value) for key, value in data.items() if key not in {"was", "rows"}}
        return {key: value for key, value in inner.items() if value}
    return [text for text in data if text] if isinstance(data, list) else data


@dataclass(slots=True)
class Branch:
    """A group or a row of a condition, as it is drawn."""

    name: str
    data: Mapping[str, Any]
    room: Room
    errors: Mapping[str, str]
    of_line: bool
    depth: int = 0

    @property
    def id(self) -> str:
        """The id of its first input."""
        return "f-" + self.name.replace(".", "-")

    @property
    def is_group(self) -> bool:
        """Whether it is a group."""
        return "field" not in self.data

    @property
    def error(self) -> str:
        """What is wrong with it."""
        return self.errors.get(self.name, "")

    @property
    def kind(self) -> str:
        """How the rows of a group count together."""
        return posted.text(self.data, "kind") or "all"

    @property
    def kinds(self) -> list[Option]:
        """How they may count together."""
        return [("all", _("All of these hold")), ("any", _("Any one of these holds")), ("none", _("None of these holds"))]

    @property
    def children(self) -> list["Branch"]:
        """What is in a group."""
        rows = posted.rows(posted.branch(self.data, "items"))
        return [Branch(f"{self.name}.items.{n}", row, self.room, self.errors, self.of_line, self.depth + 1) for n, row in rows]

    @property
    def may_nest(self) -> bool:
        """Whether another group may stand in it."""
        return self.depth < 4  # noqa: PLR2004 - deeper is nothing that anybody reads

    @property
    def field(self) -> str:
        """What a row asks for."""
        return posted.text(self.data, "field")

    @property
    def fields(self) -> list[tuple[str, list[Option]]]:
        """What it may ask for."""
        return builder.field_options(self.room, of_line=self.of_line, chosen=self.field)

    @property
    def found(self) -> Any:
        """The field that it asks for, or None."""
        return self.room.catalogue(of_line=self.of_line).find(self.field) if self.field else None

    @property
    def op(self) -> str:
        """The chosen operator."""
        op = posted.text(self.data, "op")
        known = builder.operators(self.found) if self.found else ()
        return op if op in known else known[0] if known else ""

    @property
    def operators(self) -> list[Option]:
        """The operators that the field knows."""
        return builder.operator_options(self.found, self.room, self.op) if self.found else []

    @property
    def widget(self) -> str:
        """How its value is asked for."""
        if not self.found:
            return ""
        kind = builder.widget(self.found, self.op)
        return "text" if kind == "picked" and not self.values else kind

    @property
    def values(self) -> list[Option]:
        """What its value may be."""
        return builder.value_options(self.found, self.room, self.chosen) if self.found else []

    @property
    def chosen(self) -> list[str]:
        """What is chosen."""
        return posted.texts(self.data, "value")

    @property
    def text(self) -> str:
        """What is written."""
        return ", ".join(self.chosen)

    @property
    def low(self) -> str:
        """From what."""
        return posted.text(self.data, "low")

    @property
    def high(self) -> str:
        """Until what."""
        return posted.text(self.data, "high")

    @property
    def takes_many(self) -> bool:
        """Whether several values may be written, with commas."""
        return self.op in {"in", "not_in", "any_in", "contains"} and self.widget in {"text", "number"}

    @property
    def suggestions(self) -> list[str]:
        """What other conditions of the program ask for in the same field."""
        return self.room.words_used(self.field) if self.widget == "text" else []

    @property
    def unit(self) -> str:
        """What stands behind its number."""
        return self.room.money_word if self.found and self.found.type == "money" else ""
