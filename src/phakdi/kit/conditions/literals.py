"""Turning written values into values that compare, and back."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

from phakdi.kit.conditions.fields import NUMBERS, Field, closest

NUMBER_LIMIT = 2**63  # what a bigint holds
BUDDHIST_YEARS = range(2400, 2700)
_TIME = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)")


class BadLiteral(ValueError):
    """Raised with a half sentence that follows the field's name, such as ``must be a number, got 'abc'``."""


def read_literal(raw: Any, field: Field, zone: tzinfo) -> Any:
    """Return ``raw`` as a value of the field: whole number in its scale, date, aware UTC instant, text.

    Raises:
        BadLiteral: it is of the wrong type, not exact, too large or not among the field's choices.
    """
    value = _READERS[field.type](raw, field, zone)
    if field.choices is not None and value not in field.choices:
        hint = closest(value, field.choices) if isinstance(value, str) else ""
        allowed = f"did you mean {hint}?" if hint else "one of " + ", ".join(map(str, field.choices))
        raise BadLiteral(f"has no value {_show(raw)}: {allowed}")
    return value


def write_literal(value: Any, field_type: str, scale: int) -> Any:
    """Return the value as JSON can hold it; reading it again gives the same value."""
    if field_type in NUMBERS:
        return _write_number(Decimal(value) / scale)
    return value.isoformat() if isinstance(value, date) else value


def _write_number(number: Decimal) -> int | float | str:
    if number == number.to_integral_value():
        return int(number)
    as_float = float(number)
    return as_float if Decimal(repr(as_float)) == number else str(number)


def _read_number(raw: Any, field: Field, _zone: tzinfo) -> int:
    scaled = _decimal(raw) * field.scale
    if scaled != scaled.to_integral_value():
        raise BadLiteral(_too_fine(field, raw))
    if abs(scaled) >= NUMBER_LIMIT:
        raise BadLiteral(f"is too large: {_show(raw)}")
    return int(scaled)


def _decimal(raw: Any) -> Decimal:
    if isinstance(raw, bool) or not isinstance(raw, int | float | str | Decimal):
        raise BadLiteral(f"must be a number, got {_show(raw)}")
    try:
        number = Decimal(repr(raw) if isinstance(raw, float) else raw)
    except InvalidOperation:
        raise BadLiteral(f"must be a number, got {_show(raw)}") from None
    if not number.is_finite():
        raise BadLiteral(f"must be a number, got {_show(raw)}")
    if abs(number.adjusted()) > 40:  # noqa: PLR2004 - beyond any number here, and before the arithmetic gets slow
        raise BadLiteral(f"is out of range: {_show(raw)}")
    return number


def _too_fine(field: Field, raw: Any) -> str:
    if field.scale == 1:
        return f"must be a whole number, got {_show(raw)}"
    return f"must be a multiple of {_write_number(1 / Decimal(field.scale))}, got {_show(raw)}"


def _read_text(raw: Any, _field: Field, _zone: tzinfo) -> str:
    if not isinstance(raw, str):
        quotes = "; put it in quotes" if isinstance(raw, bool | int | float | date) else ""
        raise BadLiteral(f"must be text, got {_show(raw)}{quotes}")
    if "\0" in raw or any("\ud800" <= char <= "\udfff" for char in raw):
        raise BadLiteral("must be text without control bytes")
    return raw


def _read_boolean(raw: Any, _field: Field, _zone: tzinfo) -> bool:
    if not isinstance(raw, bool):
        raise BadLiteral(f"must be true or false, got {_show(raw)}")
    return raw


def _read_date(raw: Any, _field: Field, _zone: tzinfo) -> date:
    if isinstance(raw, date) and not isinstance(raw, datetime):
        return _gregorian(raw)
    if isinstance(raw, str):
        try:
            return _gregorian(date.fromisoformat(raw))
        except ValueError as error:
            if isinstance(error, BadLiteral):
                raise
    raise BadLiteral(f"must be a date like 2026-11-24, got {_show(raw)}")


def _read_datetime(raw: Any, _field: Field, zone: tzinfo) -> datetime:
    moment = raw
    if isinstance(raw, str):
        try:
            moment = datetime.fromisoformat(raw)
        except ValueError:
            raise BadLiteral(f"must be a date and time like 2026-11-24T09:30, got {_show(raw)}") from None
    elif isinstance(raw, date) and not isinstance(raw, datetime):
        moment = datetime.combine(raw, time())
    if not isinstance(moment, datetime):
        raise BadLiteral(f"must be a date and time like 2026-11-24T09:30, got {_show(raw)}")
    _gregorian(moment)
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError:
        raise BadLiteral(f"is out of range: {_show(raw)}") from None


def _gregorian(day: date) -> date:
    if day.year in BUDDHIST_YEARS:
        raise BadLiteral(f"is in the Buddhist era: write the year as {day.year - 543}")
    return day


def _read_time(raw: Any, _field: Field, _zone: tzinfo) -> str:
    if isinstance(raw, int) and not isinstance(raw, bool) and 0 <= raw <= 24 * 60:
        return f"{raw // 60:02}:{raw % 60:02}"  # YAML 1.1 reads a bare 10:30 as 630
    matched = _TIME.fullmatch(raw) if isinstance(raw, str) else None
    if matched is None or (matched[1] == "24" and matched[2] != "00"):
        raise BadLiteral(f"must be a time of day like 09:30, got {_show(raw)}")
    return f"{int(matched[1]):02}:{matched[2]}"


def _show(raw: Any) -> str:
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if raw is None:
        return "nothing"
    text = str(raw) if isinstance(raw, date | Decimal) else repr(raw)
    return text if len(text) <= 60 else text[:57] + "..."  # noqa: PLR2004 - one line of a message


_READERS: dict[str, Callable[[Any, Field, tzinfo], Any]] = {
    "text": _read_text,
    "set": _read_text,
    "weekday": _read_text,
    "integer": _read_number,
    "decimal": _read_number,
    "money": _read_number,
    "boolean": _read_boolean,
    "date": _read_date,
    "datetime": _read_datetime,
    "time": _read_time,
}
