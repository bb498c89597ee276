"""What is compared of a member, folded so that spelling, script and titles do not matter."""

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from phakdi.kit.thai import query_key, search_key, to_latin

_SOUNDS = (
    ("ph", "p"), ("th", "t"), ("kh", "k"), ("ch", "c"), ("sh", "s"), ("ck", "k"), ("j", "c"), ("z", "s"), ("v", "w"), ("x", "ks"), ("q", "k"),
)  # fmt: skip
_VOWELS = re.compile("[aeiouy]+")
_TWICE = re.compile(r"(.)\1+")
_NOT_LETTERS = re.compile("[^a-z]")
_NOT_DIGITS = re.compile(r"\D", re.ASCII)


@dataclass(frozen=True)
class Person:
    """What is known of one member. ``phones`` are in E.164, ``ids`` are card, system and state numbers."""

    given: str = ""
    family: str = ""
    nickname: str = ""
    birthday: date | None = None
    gender: str = ""
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    number: str = ""  # of the house
    street: str = ""
    place: str = ""
    postcode: str = ""

    @cached_property
    def names(self) -> tuple["Name", "Name", "Name"]:
        """Given name, family name and nickname, folded."""
        return Name(self.given), Name(self.family), Name(self.nickname)

    @cached_property
    def digits(self) -> tuple[str, ...]:
        """The phone numbers, digits only."""
        return tuple(_NOT_DIGITS.sub("", phone) for phone in self.phones)

    @cached_property
    def address(self) -> tuple[str, str, str, str]:
        """House number, street, place and postcode, folded."""
        return search_key(self.number), search_key(self.street), search_key(self.place), _NOT_DIGITS.sub("", self.postcode)


class Name:
    """A name as it is compared: without title, tone marks and accents; in Latin letters; and how it sounds, roughly."""

    __slots__ = ("latin", "plain", "sound")

    def __init__(self, text: str) -> None:
        self.plain = query_key(text).replace(" ", "") if text else ""
        self.latin = _NOT_LETTERS.sub("", to_latin(self.plain).lower()) if self.plain else ""
        self.sound = sound_of(self.latin)

    def __bool__(self) -> bool:
        return bool(self.plain)


def sound_of(latin: str) -> str:
    """Return the consonants of a word as its writings in Latin letters have in common: Somchai, Somchay, Somjai."""
    for written, said in _SOUNDS:
        latin = latin.replace(written, said)
    first, rest = latin[:1], latin[1:]
    return _TWICE.sub(r"\1", first + _VOWELS.sub("", rest).replace("h", ""))
