"""Attributes that an organization adds to its members, typed as it declared them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from phakdi.kit.errors import Invalid
from phakdi.kit.thai import arabic_digits, clean_text, parse_date

TYPES = ("text", "integer", "decimal", "boolean", "date", "choice")
TEXT_MAX = 500
DECIMAL_SCALE = 1000
INTEGER_MAX = 2**53  # what JSON readers everywhere keep exactly
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_YES = frozenset({"true", "yes", "y", "1", "ใช่", "มี"})
_NO = frozenset({"false", "no", "n", "0", "ไม่", "ไม่ใช่", "ไม่มี"})


@dataclass(frozen=True, slots=True)
class AttributeType:
    """What an organization declared about one attribute."""

    key: str
    type: str
    choices: tuple[str, ...] = field(default=())


def check_declaration(declared: AttributeType) -> None:
    """Raise Invalid (``attribute_declaration_invalid``) unless the declaration makes sense."""
    if not _KEY.fullmatch(declared.key):
        problem = "An attribute's key has lower-case letters, digits and underscores."
    elif declared.type not in TYPES:
        problem = "The type of an attribute is one of " + ", ".join(TYPES) + "."
    elif (declared.type == "choice") != bool(declared.choices):
        problem = "An attribute of type choice has choices, and only such a one."
    else:
        return
    raise Invalid(problem, code="attribute_declaration_invalid", field="key" if "key" in problem else "type")


def read_attributes(given: Mapping[str, Any], declared: Mapping[str, AttributeType]) -> dict[str, Any]:
    """Return the values as they are kept in JSON; None and empty texts become None, which clears an attribute.

    Dates are kept as ISO text and decimals as whole thousandths, which is how rules compare them.

    Raises:
        Invalid: ``attribute_unknown`` or ``attribute_invalid``, with ``field``.
    """
    values: dict[str, Any] = {}
    for key, value in given.items():
        if (definition := declared.get(key)) is None:
            raise Invalid("The organization has no such attribute.", code="attribute_unknown", field=key)
        values[key] = None if value is None or value == "" else _read(value, definition)
    return values


def show_attribute(value: Any, declared: AttributeType) -> Any:
    """Return a kept value for a reader: thousandths as a `Decimal`, a date as a `date`."""
    if value is None:
        return None
    if declared.type == "decimal":
        return Decimal(int(value)) / DECIMAL_SCALE
    return date.fromisoformat(value) if declared.type == "date" else value


def _read(value: Any, definition: AttributeType) -> Any:
    try:
        read = _READERS[definition.type](value)
    except (ValueError, InvalidOperation, Invalid):
        read = None
    if read is None or (definition.type == "choice" and read not in definition.choices):
        raise Invalid(f"This is no {definition.type}.", code="attribute_invalid", field=definition.key, type=definition.type)
    return read


def _text(value: Any) -> str | None:
    cleaned = clean_text(str(value))
    return cleaned if cleaned.isprintable() and len(cleaned) <= TEXT_MAX else None


def _integer(value: Any) -> int | None:
    if isinstance(value, bool | float):
        return None
    number = int(arabic_digits(str(value)).replace(",", ""))
    return number if abs(number) <= INTEGER_MAX else None


def _decimal(value: Any) -> int | None:
    if isinstance(value, bool | float):
        return None
    number = Decimal(arabic_digits(str(value)).replace(",", "")) * DECIMAL_SCALE
    whole = number.is_finite() and abs(number) <= INTEGER_MAX and number == number.to_integral_value()
    return int(number) if whole else None


def _boolean(value: Any) -> bool | None:
    text = str(value).strip().lower()
    return True if text in _YES else False if text in _NO else None


def _date(value: Any) -> str:
    return (value if isinstance(value, date) else parse_date(str(value))).isoformat()[:10]


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "text": _text,
    "integer": _integer,
    "decimal": _decimal,
    "boolean": _boolean,
    "date": _date,
    "choice": _text,
}
