"""Reading what somebody typed to find a member."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from phakdi.kit.errors import Invalid
from phakdi.kit.thai import arabic_digits, clean_text, query_grams, query_key
from phakdi.people.members.core.identities import EMAIL, PHONE, read_identity
from phakdi.people.members.core.profile import DIGITS_MIN, digit_grams

TEXT_MAX = 100
PREFIX_MIN = 3
_PHONE_LIKE = re.compile(r"[+(]?[\d\s().\-/+]+", re.ASCII)
_NON_DIGIT = re.compile(r"\D", re.ASCII)
_AFTER_ALL = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What to look for: any of the values and prefixes, or rows with all of the words and digits."""

    values: tuple[str, ...] = ()  # numbers and identities that match whole
    prefixes: tuple[tuple[str, str], ...] = ()  # half-open ranges of numbers and identities
    words: tuple[str, ...] = ()
    digits: str = ""
    grams: tuple[int, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was asked for."""
        return not (self.values or self.grams)


def read_query(text: str, organization_id: UUID, *, default_region: str = "TH") -> SearchQuery:
    """Return what ``text`` asks for: a member number, phone, e-mail, card, external id, or parts of a name."""
    typed = clean_text(unicodedata.normalize("NFKC", text[:TEXT_MAX]))
    if not typed:
        return SearchQuery()
    scope = str(organization_id)
    values = tuple(dict.fromkeys(_values(typed, default_region)))
    prefixes = tuple((value, value + _AFTER_ALL) for value in values if len(value) >= PREFIX_MIN)
    digits = _NON_DIGIT.sub("", arabic_digits(typed))
    if _PHONE_LIKE.fullmatch(arabic_digits(typed)):
        digits = digits.removeprefix("00") if digits.startswith("0066") else digits
        entries = digit_grams(digits, scope=scope) if len(digits) >= DIGITS_MIN else ()
        return SearchQuery(values, prefixes, digits=digits, grams=tuple(entries))
    if "@" in typed:
        return SearchQuery(values, prefixes)
    words = tuple(query_key(typed).split())
    return SearchQuery(values, prefixes, words=words, grams=tuple(query_grams(typed, scope=scope)))


def _values(typed: str, default_region: str) -> Iterator[str]:
    """Yield the forms in which what was typed may be kept as a number or identity."""
    for kind in (PHONE, EMAIL):
        try:
            yield read_identity(kind, typed, default_region=default_region).value
        except Invalid:
            continue
    plain = arabic_digits(typed)
    yield plain
    yield plain.lower() if "@" in plain else re.sub(r"[\s-]", "", plain).upper()
