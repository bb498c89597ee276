"""Reading the body of a request: JSON as it was written, or a refusal that says what is wrong with it."""

import json
import re
from decimal import Decimal
from typing import Any, NoReturn

import orjson

from phakdi.kit.errors import Refusal

_FRACTION = re.compile(rb"[:\[,]\s*-?\d+[.eE]")  # a number with decimals; inside a text it costs a second look, no more


class Unreadable(Refusal):
    """The request is no JSON that can be kept."""

    code = "body_unreadable"


def read_json(body: bytes) -> Any:
    """Return the value that ``body`` spells. Numbers with decimals are `Decimal`, so that no satang is lost.

    Raises:
        Unreadable: it is no JSON in UTF-8, or has a character that no database keeps (NUL).
    """
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Unreadable("This is no readable JSON.", problem=_plain(error)) from None
    if b"\\u0000" in body:
        raise Unreadable("A text holds the character NUL.", problem="a text holds the character \\u0000")
    if not _FRACTION.search(body):
        return value
    try:
        return json.loads(body, parse_float=_decimal, parse_constant=_refuse)
    except (RecursionError, ValueError):
        raise Unreadable("This is no readable JSON.", problem="it is nested too deeply or has too long a number") from None


def _decimal(text: str) -> Decimal:
    number = Decimal(text)
    if not number.is_finite():
        _refuse(text)
    return number


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number")


def _plain(error: orjson.JSONDecodeError) -> str:
    return f"{error.msg.partition(': line')[0]} (line {error.lineno}, column {error.colno})"
