"""Which members are compared at all: those that share a key. Every key survives another kind of mistake.

A key is eight bytes, hashed with what it is made of. Blocks that are too big (a shop's own phone, a made-up birthday) say nothing
and are left out by whoever reads them.
"""

from collections.abc import Iterator
from hashlib import blake2b

from phakdi.people.duplicates.core.person import Person

BLOCK_MAX = 60
"""More members than this share a key by chance."""
PHONE_MIN = 8


def block_keys(person: Person) -> list[int]:
    """Return the keys under which a person is found, sorted, each once: about a dozen."""
    return sorted({_hashed(key) for key in _keys(person)})


def _keys(person: Person) -> Iterator[str]:
    yield from _of_names(person)
    yield from _of_home(person)
    yield from _of_phones(person)
    for email in person.emails:
        box = email.partition("@")[0].replace(".", "").partition("+")[0]
        yield f"mail:{box[:8]}"
    for value in person.ids:
        half = len(value) // 2
        yield f"id:{value[:half]}:{len(value)}"
        yield f"id-tail:{value[half:]}:{len(value)}"


def _of_names(person: Person) -> Iterator[str]:
    """Yield names in either order, and each name with the birthday, its day and month in either order, or the postcode."""
    given, family, nickname = (name.sound for name in person.names)
    names = sorted({given, family} - {""})
    day, postcode = _day(person), person.address[3]
    if len(names) > 1:
        yield "names:" + "/".join(names)
    for name in {*names, nickname} - {""}:
        if day:
            yield f"day:{day}:{name[:1]}"
            yield f"md:{day[5:]}:{name}"
        if postcode:
            yield f"post:{postcode}:{name}"


def _of_home(person: Person) -> Iterator[str]:
    number, street, place, postcode = person.address
    if postcode and (day := _day(person)):
        yield f"day-post:{day}:{postcode}"
    if street and (number or postcode):
        yield f"home:{''.join(street.split())[:8]}:{number or postcode}"
    if place and (family := person.names[1].sound):
        yield f"place:{place[:6]}:{family}"


def _of_phones(person: Person) -> Iterator[str]:
    """Yield parts of each number, so that one wrong digit leaves some of them as they are."""
    for digits in person.digits:
        if len(digits) >= PHONE_MIN:
            yield f"phone:{digits[-4:]}:{digits[-8:-6]}"
            yield f"phone-head:{digits[:-3]}"
            yield from (f"phone-name:{digits[-6:-3]}:{name.plain[:3]}" for name in (person.names[0], person.names[2]) if name)


def _day(person: Person) -> str:
    if person.birthday is None:
        return ""
    low, high = sorted((person.birthday.day, person.birthday.month))
    return f"{person.birthday.year}-{low}-{high}"


def _hashed(key: str) -> int:
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big", signed=True)
