"""What a form has to know of the program and the shop: what there is to choose from, and how things are called."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from phakdi.kit import conditions
from phakdi.kit.conditions import Catalogue, Node
from phakdi.kit.errors import Invalid
from phakdi.kit.money import exponent
from phakdi.loyalty.programs import load_program
from phakdi.loyalty.programs.document.program import ProgramDocument
from phakdi.loyalty.programs.document.values import Limit
from phakdi.loyalty.programs.fields import Fields
from phakdi.loyalty.programs.kinds import CLOCK_KINDS, LEVEL_KINDS
from phakdi.loyalty.wording import Reader, kind_names
from phakdi.loyalty.wording.plain import Talk, names_in, part_text, words
from phakdi.web.console.editing.parts import Option

_PARTS_FOR_FIELDS = (
    "phakdi",
    "key",
    "currency",
    "time_zone",
    "units",
    "main_unit",
    "activities",
    "attributes",
    "meters",
    "vouchers",
    "limits",
    "tiers",
)
SALES = (
    "purchase",
    "join",
    "birthday",
    "visit",
    "review",
    "level_up",
    "survey",
    "stamp",
    "stay",
    "ride",
    "renew",
    "deliver",
    "approve_receipt",
)
SUGGESTIONS_MAX = 60
MOMENTS = ("birthday", "birth_month", "join_anniversary", "month_start", "year_start", "level_up", "level_kept")


@dataclass(frozen=True)
class Room:
    """The program as it stands in the draft (as read; it may be wrong) and what else forms choose from."""

    raw: Mapping[str, Any]
    language: str
    currency: str
    stores: tuple[tuple[str, str], ...] = ()
    fallback: ProgramDocument | None = None
    names: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def document(self) -> ProgramDocument:
        """The draft as a document; where it cannot be one yet, as much of it as conditions need, else what is in force."""
        for parts in (self.raw, {name: self.raw[name] for name in _PARTS_FOR_FIELDS if name in self.raw}):
            try:
                return load_program(parts)
            except Invalid:
                continue
        return self.fallback or ProgramDocument(key="draft")

    @cached_property
    def fields(self) -> Fields:
        """The catalogue of fields that conditions ask for."""
        try:
            return Fields(self.document, exponent(self.document.currency))
        except Invalid:
            return Fields(self.fallback or ProgramDocument(key="draft"), exponent(self.currency))

    def catalogue(self, *, of_line: bool) -> Catalogue:
        """Return the fields of a condition on goods, or on the activity and the member."""
        return self.fields.line_catalogue if of_line else self.fields.catalogue

    @cached_property
    def reader(self) -> Reader:
        """For whom sentences are written."""
        names = kind_names(self.language) | names_in(self.raw, self.language) | dict(self.stores) | dict(self.names)
        return Reader(self.language, self.document.currency, names=names)

    @cached_property
    def talk(self) -> Talk:
        """What sentences about the program need."""
        kinds = {key: unit.kind for key, unit in self.document.units.items()}
        limits = {key: limit for key, limit in self.document.limits.items() if isinstance(limit, Limit)}
        return Talk(self.reader, kinds, self.document.first_unit, limits, self.read_condition)

    def read_condition(self, raw: Any, of_line: bool) -> Node | None:  # noqa: FBT001 - as Talk asks
        """Return a condition as a tree, or None where it cannot be read."""
        try:
            return conditions.parse(raw, self.catalogue(of_line=of_line))
        except Invalid:
            return None

    @property
    def money_word(self) -> str:
        """What stands behind an amount in a form."""
        return {"THB": _("baht")}.get(self.document.currency, self.document.currency)

    def limit_text(self, key: str) -> str:
        """Return a shared limit as a sentence, else its key."""
        limit = self.document.limits.get(key)
        return part_text(limit, self.talk) if limit else key

    def words_used(self, name: str) -> list[str]:
        """Return the values that conditions of the program name for a field of texts, for suggestions."""
        found: dict[str, None] = {}
        _collect(self.raw, name, found)
        return [each for each in found if each][:SUGGESTIONS_MAX]

    # --- what there is to choose from -----------------------------------------------------------------------------------

    def keys_of(self, section: str) -> list[str]:
        """Return the keys of a part of the program that is a mapping, or a list of things with keys."""
        found = self.raw.get(section)
        if isinstance(found, Mapping):
            return [str(key) for key in found]
        return (
            [str(item["key"]) for item in found if isinstance(item, Mapping) and "key" in item] if isinstance(found, list) else []
        )

    def named(self, keys: Iterable[str]) -> list[Option]:
        """Return keys with what they are called."""
        return [(key, self.reader.called(key)) for key in keys]

    def levels(self) -> list[Option]:
        """Return the levels in rising order."""
        tiers = self.raw.get("tiers")
        levels = tiers.get("levels") if isinstance(tiers, Mapping) else None
        return (
            self.named(str(item["key"]) for item in levels if isinstance(item, Mapping) and "key" in item)
            if isinstance(levels, list)
            else []
        )

    def units(self) -> list[Option]:
        """Return the kinds of points."""
        return [(key, self.talk.unit(key)) for key in self.keys_of("units") or ["points"]]

    def main_unit(self) -> str:
        """Return the kind of points that is meant where none is named."""
        return str(self.raw.get("main_unit") or (self.keys_of("units") or ["points"])[0])

    def kinds(self) -> list[Option]:
        """Return what can make a rule give: activities first, then moments of the calendar, then what the program declares."""
        known = [*SALES, *self.keys_of("activities"), *MOMENTS, *sorted(LEVEL_KINDS | CLOCK_KINDS)]
        return [
            (key, self.talk.say(words.WHEN[key]) if key in words.WHEN else self.reader.called(key))
            for key in dict.fromkeys(known)
        ]

    def measures(self) -> list[Option]:
        """Return what can be counted of an activity, money first."""
        declared = [
            name
            for kind in self.document.activities.values()
            for fields in (kind.fields, kind.line_fields)
            for name, each in fields.items()
            if each.type in {"integer", "decimal", "money"}
        ]
        known = dict.fromkeys([*words.MEASURES, *declared])
        return [
            ("", _("the amount of the bill")),
            *((key, self.talk.say(words.MEASURES[key]) if key in words.MEASURES else self.reader.called(key)) for key in known),
        ]

    def meters(self) -> list[Option]:
        """Return what levels can ask for."""
        own = [*words.METERS, *(f"balance.{key}" for key in self.keys_of("units")), *self.keys_of("meters")]
        own += [key for key in self.keys_of("units") if key not in own]
        return [(key, self.called_meter(key)) for key in own]

    def called_meter(self, key: str) -> str:
        """Return what a meter is called."""
        if key.startswith("balance."):
            return self.talk.both("ยอด{unit}คงเหลือ", "balance of {unit}", unit=self.talk.unit(key[8:]))
        return self.talk.say(words.METERS[key]) if key in words.METERS else self.talk.unit(key)

    def windows(self) -> list[Option]:
        """Return over which time something may be counted."""
        rolling = ("rolling_30_days", "rolling_90_days", "rolling_6_months", "rolling_12_months", "rolling_24_months")
        return [(key, self.talk.within(key)) for key in (*rolling, *words.WITHIN)]

    def limit_windows(self) -> list[Option]:
        """Return over which time a limit may hold."""
        return [(key, self.talk.per(key)) for key in (*words.PER, "24 hours")]


def _collect(value: Any, name: str, found: dict[str, None]) -> None:
    """Note the texts that stand under ``name`` anywhere in the program, its cases included."""
    if isinstance(value, list):
        for inner in value:
            _collect(inner, name, found)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            if key == name or (name == "category" and key == "cat"):
                found.update(dict.fromkeys(_texts_of(inner)))
            else:
                _collect(inner, name, found)


def _texts_of(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [text for inner in value.values() for text in _texts_of(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in _texts_of(inner)]
    return [value] if isinstance(value, str) else []
