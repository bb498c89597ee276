"""What a member tells about themselves, read and made searchable."""

import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any
from uuid import UUID

from phakdi.kit.errors import Invalid
from phakdi.kit.thai import clean_text, grams, parse_date, search_key, sort_key
from phakdi.people.members.core.identities import EMAIL, PHONE, read_identity

NAME_MAX = 100
CODE_MAX = 60
GENDERS = ("", "FEMALE", "MALE", "OTHER")
LANGUAGES = ("th", "en")
OLDEST = date(1900, 1, 1)
DIGITS_MIN = 4  # so many digits of a phone number find it
_NON_DIGIT = re.compile(r"\D", re.ASCII)


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of a person. ``email`` and ``phone`` are what is shown; identities find a member by them."""

    title: str = ""
    given_name: str = ""
    family_name: str = ""
    nickname: str = ""
    birthday: date | None = None
    gender: str = ""
    language: str = "th"
    email: str = ""
    phone: str = ""
    home_store: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SearchColumns:
    """The columns by which `search` finds a member."""

    search_key: str
    search_digits: str
    search_grams: list[int]
    sort_key: str


FIELDS = tuple(item.name for item in fields(Profile))


def read_changes(given: Mapping[str, Any], *, today: date) -> dict[str, Any]:
    """Return the given fields of a profile as they are kept; attributes are left to `read_attributes`.

    ``today`` is the organization's day: nobody is born after it.

    Raises:
        Invalid: ``field_unknown``, or the field cannot be read, with ``field``.
    """
    values: dict[str, Any] = {}
    for name, value in given.items():
        if name == "attributes":
            values[name] = dict(value or {})
        elif name == "birthday":
            values[name] = _birthday(value, today)
        elif reader := _READERS.get(name):
            values[name] = reader(value or "", name)
        else:
            raise Invalid("A profile has no such field.", code="field_unknown", field=name)
    return values


def search_columns(organization_id: UUID, profile: Mapping[str, Any]) -> SearchColumns:
    """Return what a member with these names and this phone is found and sorted by."""
    given, family, nickname = (profile.get(name) or "" for name in ("given_name", "family_name", "nickname"))
    names, phone = f"{given} {family} {nickname}", str(profile.get("phone") or "")
    scope = str(organization_id)
    digits = phone_digits(phone)
    entries = sorted({*grams(names, scope=scope), *digit_grams(digits, scope=scope)})
    return SearchColumns(search_key(names), digits, entries, sort_key(f"{given} {family}".strip() or nickname))


def phone_digits(phone: str) -> str:
    """Return a number in E.164 as people may write it, digits only: at home and abroad, parted by a space."""
    digits = _NON_DIGIT.sub("", phone)
    return f"0{digits[2:]} {digits}" if phone.startswith("+66") else digits


def digit_grams(digits: str, *, scope: str) -> list[int]:
    """Return an index entry for every four neighboring digits; hashed like names, but never equal to them."""
    salt = zlib.crc32(scope.encode())
    pieces = {word[at : at + DIGITS_MIN] for word in digits.split() for at in range(len(word) - DIGITS_MIN + 1)}
    return sorted(zlib.crc32(b"#" + piece.encode(), salt) - 2**31 for piece in pieces)


def _name(value: Any, field: str) -> str:
    return _text(value, field, NAME_MAX)


def _code(value: Any, field: str) -> str:
    return _text(value, field, CODE_MAX)


def _text(value: Any, field: str, longest: int) -> str:
    cleaned = clean_text(str(value))
    if len(cleaned) > longest or not cleaned.isprintable():
        raise Invalid("This text is too long or has characters that cannot be read.", code="text_invalid", field=field)
    return cleaned


def _one_of(choices: tuple[str, ...]) -> Callable[[Any, str], str]:
    def read(value: Any, field: str) -> str:
        if value not in choices:
            raise Invalid("This is not one of the choices.", code="choice_invalid", field=field)
        return str(value)

    return read


def _identity(kind: str) -> Callable[[Any, str], str]:
    return lambda value, field: read_identity(kind, str(value), field=field).value if value else ""


def _birthday(value: Any, today: date) -> date | None:
    if value is None or value == "":
        return None
    born = value if isinstance(value, date) else parse_date(str(value), field="birthday")
    if not OLDEST <= born <= today:
        raise Invalid("Nobody has this birthday.", code="birthday_invalid", field="birthday")
    return born


_READERS: Mapping[str, Callable[[Any, str], Any]] = {
    "title": _name,
    "given_name": _name,
    "family_name": _name,
    "nickname": _name,
    "home_store": _code,
    "gender": _one_of(GENDERS),
    "language": _one_of(LANGUAGES),
    "email": _identity(EMAIL),
    "phone": _identity(PHONE),
}
