"""Phone numbers as people write them, kept as E.164."""

import re
import unicodedata
from collections.abc import Iterator

import phonenumbers
from phonenumbers import PhoneNumberFormat

from phakdi.kit.errors import Invalid
from phakdi.kit.thai.writing import arabic_digits, clean_text

LENGTH_MAX = 40
_WRITTEN = re.compile(r"\+?[\d\s().\-/]+", re.ASCII)
_SIGNS = re.compile(r"[^\d+]", re.ASCII)


def normalize_phone(raw: str, default_region: str = "TH", *, field: str = "phone") -> str:
    """Return the number as E.164, such as ``+66812345678``.

    Reads ``0812345678``, ``+66 81 234 5678``, ``66812345678``, ``0066812345678``, Thai digits, spaces and dashes; a
    number without a country belongs to ``default_region``.

    Raises:
        Invalid: ``phone_invalid``, with ``field``.
    """
    text = arabic_digits(clean_text(unicodedata.normalize("NFKC", raw[: LENGTH_MAX + 1])))
    text = re.sub("[\u2010-\u2015\u2212]", "-", text)
    if len(text) <= LENGTH_MAX and _WRITTEN.fullmatch(text):
        for candidate in _candidates(_SIGNS.sub("", text), default_region):
            try:
                number = phonenumbers.parse(candidate, default_region)
            except phonenumbers.NumberParseException:
                continue
            if phonenumbers.is_valid_number(number):
                return phonenumbers.format_number(number, PhoneNumberFormat.E164)
    raise Invalid("This is no phone number.", code="phone_invalid", field=field)


def display_phone(number: str, default_region: str = "TH") -> str:
    """Return an E.164 number for a reader at home in ``default_region``: ``081-234-5678``, ``+1 650-253-0000``.

    What is no number is returned as it is.
    """
    try:
        parsed = phonenumbers.parse(number, default_region)
    except phonenumbers.NumberParseException:
        return number
    if parsed.country_code != phonenumbers.country_code_for_region(default_region):
        return phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL)
    return phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL).replace(" ", "-")


def _candidates(digits: str, default_region: str) -> Iterator[str]:
    """Yield what the digits may mean; ``00`` is how most of the world dials abroad, though Thailand does not."""
    code = str(phonenumbers.country_code_for_region(default_region))
    if digits.startswith("00" + code):
        yield "+" + digits[2:]
    yield digits
    if digits.startswith("00"):
        yield "+" + digits[2:]
