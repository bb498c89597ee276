"""What an organization and a store may be called, and where a store may be."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from phakdi.kit.errors import Invalid
from phakdi.kit.text import LANGUAGES, Text, pick
from phakdi.platform.organizations.core.places import read_hours

TIME_ZONE, CURRENCY, LANGUAGE = "Asia/Bangkok", "THB", "th"
_SLUG = re.compile(r"[a-z0-9](?:-?[a-z0-9]){1,39}")
_STORE_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_CURRENCY = re.compile(r"[A-Z]{3}")
NAME_MAX, TEXT_MAX = 120, 1000
LATITUDE_MAX, LONGITUDE_MAX = Decimal(90), Decimal(180)
_MICRODEGREE = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class OrganizationRef:
    """What must be known of an organization before anything of its own can be read."""

    id: UUID
    slug: str
    name: str
    time_zone: str
    currency: str
    language: str


def read_slug(slug: str) -> str:
    """Return the name by which addresses tell an organization: 2–40 of a–z, 0–9 and single hyphens between; or raise Invalid."""
    cleaned = slug.strip().lower()
    if not _SLUG.fullmatch(cleaned):
        raise Invalid("Use 2 to 40 letters a–z, digits and single hyphens.", code="slug_unreadable", field="slug")
    return cleaned


def read_store_code(code: str) -> str:
    """Return a store's code, as tills and programs name it, or raise Invalid."""
    cleaned = str(code).strip()
    if not _STORE_CODE.fullmatch(cleaned):
        raise Invalid("Use up to 40 letters A–Z, digits, dots and hyphens.", code="store_code_unreadable", field="code")
    return cleaned


def read_time_zone(name: str) -> str:
    """Return a time zone's name, or raise Invalid where there is none called so."""
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid("This time zone is not known.", code="time_zone_unknown", field="time_zone") from None


def read_currency(code: str) -> str:
    """Return a currency's three letters, or raise Invalid."""
    cleaned = code.strip().upper()
    if not _CURRENCY.fullmatch(cleaned):
        raise Invalid("A currency has three letters, such as THB.", code="currency_unreadable", field="currency")
    return cleaned


def read_language(code: str) -> str:
    """Return one of the product's languages, or raise Invalid."""
    if code not in LANGUAGES:
        raise Invalid("This language is not offered.", code="language_unknown", field="language", known=list(LANGUAGES))
    return code


def read_name(name: str, *, field: str = "name") -> str:
    """Return a name without spaces around it, or raise Invalid where nothing or far too much is left."""
    cleaned = " ".join(str(name).split())
    if not cleaned or len(cleaned) > NAME_MAX:
        raise Invalid(f"Write 1 to {NAME_MAX} characters.", code="name_unreadable", field=field)
    return cleaned


def read_store_name(name: Text) -> dict[str, str]:
    """Return a store's name by language; one text stands for both. Raises Invalid where there is none."""
    given = {"th": name, "en": name} if isinstance(name, str) else dict(name)
    if not isinstance(name, str) and set(given) - set(LANGUAGES):
        raise Invalid("Write the name in Thai and English.", code="language_unknown", field="name", known=list(LANGUAGES))
    written = {language: read_name(value) for language, value in given.items() if str(value).strip()}
    if not written:
        raise Invalid("A store has a name.", code="name_unreadable", field="name")
    return {language: pick(written, language) for language in LANGUAGES}


def read_position(latitude: object, longitude: object) -> tuple[Decimal, Decimal] | None:
    """Return a place on the earth in degrees, to a millionth (a hand's breadth), None where none is given, or raise Invalid."""
    if latitude in {None, ""} and longitude in {None, ""}:
        return None
    return (
        _degrees(latitude, LATITUDE_MAX, "latitude"),
        _degrees(longitude, LONGITUDE_MAX, "longitude"),
    )


def _degrees(value: object, most: Decimal, field: str) -> Decimal:
    try:
        degrees = Decimal(str(value))
    except InvalidOperation:
        degrees = Decimal("NaN")
    if not degrees.is_finite() or abs(degrees) > most:
        raise Invalid(
            f"The {field} lies between -{most} and {most} degrees.", code=f"{field}_unreadable", field=field, most=int(most)
        )
    return degrees.quantize(_MICRODEGREE)


def read_text(value: object, *, field: str) -> str:
    """Return a short free text, or raise Invalid where it is too long."""
    cleaned = str(value or "").strip()
    if len(cleaned) > TEXT_MAX:
        raise Invalid(f"Write at most {TEXT_MAX} characters.", code="text_too_long", field=field, most=TEXT_MAX)
    return cleaned


STORE_TEXTS = ("address", "phone", "opening_hours", "area")


def read_store(given: Mapping[str, object], *, is_new: bool) -> dict[str, object]:
    """Return the columns that ``given`` sets of a store: name, latitude, longitude, hours, address, phone, opening_hours, area.

    Raises:
        Invalid: a field is not known or cannot be read; ``details['field']`` names it.
    """
    unknown = sorted(set(given) - {"name", "latitude", "longitude", "hours", *STORE_TEXTS})
    if unknown:
        raise Invalid("This field is not known.", code="field_unknown", field=unknown[0])
    columns: dict[str, object] = {}
    if is_new or "name" in given:
        name = given.get("name") or ""
        columns["name"] = read_store_name(name if isinstance(name, Mapping) else str(name))
    if "latitude" in given or "longitude" in given:
        position = read_position(given.get("latitude"), given.get("longitude"))
        columns["latitude"], columns["longitude"] = position or (None, None)
    if isinstance(hours := given.get("hours"), Mapping):
        columns["hours"] = read_hours(hours)
    columns.update({field: read_text(given[field], field=field) for field in STORE_TEXTS if field in given})
    return columns
