"""The fields that conditions may ask for: their types, scales, operators and SQL."""

import difflib
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, tzinfo

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_EXISTS = ("exists",)
_EQUAL = ("is", "is_not")
_LISTS = ("in", "not_in")
_ORDER = ("at_least", "more_than", "at_most", "less_than", "between")

OPERATORS: dict[str, tuple[str, ...]] = {
    "text": (*_EQUAL, *_LISTS, "starts_with", "ends_with", "contains", *_EXISTS),
    "integer": (*_EQUAL, *_LISTS, *_ORDER, *_EXISTS),
    "decimal": (*_EQUAL, *_LISTS, *_ORDER, *_EXISTS),
    "money": (*_EQUAL, *_LISTS, *_ORDER, *_EXISTS),
    "boolean": (*_EQUAL, *_EXISTS),
    "date": (*_EQUAL, *_LISTS, *_ORDER, *_EXISTS),
    "datetime": (*_EQUAL, *_LISTS, *_ORDER, *_EXISTS),
    "set": (*_EQUAL, "any_in", "not_in", "contains", *_EXISTS),
    "weekday": (*_EQUAL, *_LISTS, *_EXISTS),
    "time": (*_EQUAL, *_LISTS, *_ORDER, *_EXISTS),
}
"""Which operators each type of field understands. ``in`` on a set is read as ``any_in``."""

DEFAULT_SCALES = {"money": 100, "decimal": 1000}
DEFAULT_SQL_KINDS = {
    "text": "text",
    "integer": "bigint",
    "decimal": "bigint",
    "money": "bigint",
    "boolean": "boolean",
    "date": "date",
    "datetime": "timestamptz",
    "set": "text[]",
    "weekday": "text",
    "time": "text",
}
NUMBERS = frozenset({"integer", "decimal", "money"})


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that can be asked for.

    ``scale`` turns a literal into a whole number; left out, it is 100 for money, 1000 for decimal and 1 else.
    ``sql`` is an expression (a literal percent sign doubled); without it the field cannot be asked in SQL.
    ``sql_kind`` says what the expression yields; left out, the natural one. Numbers: ``bigint`` (whole, in the
    field's scale) or ``numeric`` (major units). Sets: ``text[]`` or ``jsonb`` (an array of texts).
    """

    name: str
    type: str
    scale: int = 0
    sql: str | None = None
    label_en: str = ""
    label_th: str = ""
    choices: Collection[str] | None = None
    sql_kind: str = ""

    def __post_init__(self) -> None:
        """Fill in what follows from the type, and refuse a declaration that cannot work."""
        assert self.type in OPERATORS, f"{self.name}: {self.type} is no type of field"
        assert self.name not in ("all", "any", "none"), f"{self.name} is a word of the condition language"
        object.__setattr__(self, "scale", self.scale or DEFAULT_SCALES.get(self.type, 1))
        object.__setattr__(self, "sql_kind", self.sql_kind or DEFAULT_SQL_KINDS[self.type])
        if self.type == "weekday" and self.choices is None:
            object.__setattr__(self, "choices", WEEKDAYS)
        assert str(self.scale).strip("0") == "1", f"{self.name}: the scale is a power of ten"
        assert self.sql_kind in _sql_kinds(self.type), f"{self.name}: {self.sql_kind} does not fit {self.type}"

    @property
    def operators(self) -> tuple[str, ...]:
        """The operators that this field understands."""
        return OPERATORS[self.type]


def _sql_kinds(field_type: str) -> tuple[str, ...]:
    if field_type in NUMBERS:
        return ("bigint", "numeric")
    return ("text[]", "jsonb") if field_type == "set" else (DEFAULT_SQL_KINDS[field_type],)


class Catalogue:
    """The fields that a condition may use: those listed, and families that ``resolve`` knows by name.

    ``zone`` is where an instant written without one is meant.
    """

    def __init__(
        self,
        fields: Iterable[Field] = (),
        *,
        resolve: Callable[[str], Field | None] | None = None,
        zone: tzinfo = UTC,
    ) -> None:
        self.fields: dict[str, Field] = {}
        for field in fields:
            assert field.name not in self.fields, f"field {field.name} is declared twice"
            self.fields[field.name] = field
        self.zone = zone
        self._resolve = resolve

    def find(self, name: str) -> Field | None:
        """Return the field of that name, or None."""
        field = self.fields.get(name)
        if field is None and self._resolve is not None:
            field = self._resolve(name)
        return field

    def closest(self, name: str) -> str:
        """Return the known name that looks most like ``name``, or an empty string."""
        return closest(name, self.fields)


def closest(word: str, words: Iterable[str]) -> str:
    """Return which of ``words`` looks most like ``word``, or an empty string when none does."""
    found = difflib.get_close_matches(word, list(words), n=1, cutoff=0.6)
    return found[0] if found else ""
