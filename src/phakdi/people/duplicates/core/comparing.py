"""Comparing two people field by field: each comparison ends in a level, from the same to different, and says why.

Distances are those of optimal string alignment (a swap of neighbors is one mistake) and of Jaro and Winkler, by rapidfuzz.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from rapidfuzz.distance import OSA, JaroWinkler

from phakdi.people.duplicates.core.person import Name, Person

CLOSE, NEAR = 0.92, 0.84  # of Jaro and Winkler: what is commonly taken for a slip of the pen, and for a variant
SHORT = 4  # letters; shorter words differ by one letter too easily
BE = 543
MISSING = -1


@dataclass(frozen=True, slots=True)
class Likeness:
    """How one field of two people compares: its level (0 the best, -1 nothing to compare) and a code that says why."""

    field: str
    level: int
    code: str


# Of each field: its levels from the best to the worst.
FIELDS: dict[str, tuple[str, ...]] = {
    "given": ("same", "sounds_same", "one_letter", "similar", "different"),
    "family": ("same", "sounds_same", "one_letter", "similar", "different"),
    "nickname": ("same", "similar", "different"),
    "birthday": ("same", "slip", "part", "different"),
    "phone": ("same", "one_digit", "different"),
    "email": ("same", "similar", "different"),
    "id": ("same", "one_digit", "different"),
    "number": ("same", "similar", "different"),
    "street": ("same", "similar", "different"),
    "place": ("same", "similar", "different"),
    "postcode": ("same", "one_digit", "different"),
    "gender": ("same", "different"),
}


def compare(one: Person, other: Person) -> tuple[Likeness, ...]:
    """Return how each field compares, in the order of `FIELDS`; names are tried the other way round as well."""
    given, family = _names(one, other)
    mine, theirs = one.address, other.address
    return (
        given,
        family,
        _nickname(one, other),
        _birthday(one.birthday, other.birthday),
        _likeness("phone", _digits(one.digits, other.digits)),
        _likeness("email", _emails(one.emails, other.emails)),
        _likeness("id", _digits(one.ids, other.ids)),
        _likeness("number", _words(mine[0], theirs[0])),
        _likeness("street", _words(mine[1], theirs[1])),
        _likeness("place", _words(mine[2], theirs[2])),
        _likeness("postcode", _digits((mine[3],), (theirs[3],))),
        _likeness("gender", ("same" if one.gender == other.gender else "different") if one.gender and other.gender else ""),
    )


def _likeness(field: str, code: str, shown: str = "") -> Likeness:
    return Likeness(field, FIELDS[field].index(code), shown or code) if code else Likeness(field, MISSING, "missing")


# --- names --------------------------------------------------------------------------------------------------------------------


def _names(one: Person, other: Person) -> tuple[Likeness, Likeness]:
    given, family, _ = one.names
    their_given, their_family, _ = other.names
    straight = _name(given, their_given), _name(family, their_family)
    crossed = _name(given, their_family), _name(family, their_given)
    if _is_swap(straight, crossed):
        return _likeness("given", _worse(crossed[0]), "swapped"), _likeness("family", _worse(crossed[1]), "swapped")
    return _likeness("given", straight[0]), _likeness("family", straight[1])


def _is_swap(straight: tuple[str, str], crossed: tuple[str, str]) -> bool:
    alike = {"same", "sounds_same", "one_letter"}
    one_known = [code for code in crossed if code]
    return bool(one_known) and all(code in alike for code in one_known) and not any(code in alike for code in straight)


def _worse(code: str) -> str:
    """Return the level of a name found in the other field: one below, since that is a mistake as well."""
    levels = FIELDS["given"]
    return levels[min(levels.index(code) + 1, 2)] if code else ""


def _name(one: Name, other: Name) -> str:
    if not one or not other:
        return ""
    if one.plain == other.plain:
        return "same"
    if one.sound == other.sound and len(one.sound) > 1:
        return "sounds_same"
    a, b = (one.plain, other.plain) if _same_script(one, other) else (one.latin, other.latin)
    if min(len(a), len(b)) >= SHORT and OSA.distance(a, b, score_cutoff=1) <= 1:
        return "one_letter"
    alike = JaroWinkler.similarity(a, b)
    if alike >= CLOSE:
        return "one_letter"
    is_part = min(len(a), len(b)) >= SHORT and (a.startswith(b) or b.startswith(a))
    return "similar" if alike >= NEAR or is_part else "different"


def _same_script(one: Name, other: Name) -> bool:
    return (one.plain == one.latin) == (other.plain == other.latin)


def _nickname(one: Person, other: Person) -> Likeness:
    """Compare nicknames, also with the other's given name."""
    mine, theirs = one.names[2], other.names[2]
    code = _name(mine, theirs)
    if code not in {"", "different"}:
        return _likeness("nickname", "same" if code == "same" else "similar")
    for nickname, given in ((mine, other.names[0]), (theirs, one.names[0])):
        if nickname and given and nickname.plain == given.plain:
            return _likeness("nickname", "similar", "is_given_name")
    return _likeness("nickname", code)


# --- all else -----------------------------------------------------------------------------------------------------------------


def _birthday(one: date | None, other: date | None) -> Likeness:
    if one is None or other is None:
        return _likeness("birthday", "")
    level, shown = _days(one, other)
    return _likeness("birthday", level, shown)


def _days(one: date, other: date) -> tuple[str, str]:
    """Return the level of two birthdays, and what says why."""
    if one == other:
        return "same", "same"
    if one.year == other.year and (one.day, one.month) == (other.month, other.day):
        return "slip", "day_and_month_swapped"
    is_same_day = (one.day, one.month) == (other.day, other.month)
    if is_same_day and abs(one.year - other.year) == BE:
        return "slip", "era_mixed_up"
    if _slip(one.strftime("%Y%m%d"), other.strftime("%Y%m%d")):
        return "slip", "one_digit"
    is_close = one.year == other.year and (one.month == other.month or one.day == other.day)
    return ("part", "same_day" if is_same_day else "same_year") if is_same_day or is_close else ("different", "different")


def _slip(a: str, b: str) -> bool:
    """Whether one digit, or two neighbors swapped, make the difference."""
    return OSA.distance(a, b, score_cutoff=1) <= 1


def _digits(mine: Sequence[str], theirs: Sequence[str]) -> str:
    mine, theirs = [value for value in mine if value], [value for value in theirs if value]
    if not mine or not theirs:
        return ""
    if set(mine) & set(theirs):
        return "same"
    return "one_digit" if any(_slip(a, b) for a in mine for b in theirs) else "different"


def _emails(mine: Iterable[str], theirs: Iterable[str]) -> str:
    pairs = [(a, b) for a in mine for b in theirs]
    if not pairs:
        return ""
    if any(a == b for a, b in pairs):
        return "same"
    return "similar" if any(_same_box(a, b) for a, b in pairs) else "different"


def _same_box(a: str, b: str) -> bool:
    (name, _, domain), (other_name, _, other_domain) = a.partition("@"), b.partition("@")
    plain, other_plain = name.replace(".", "").partition("+")[0], other_name.replace(".", "").partition("+")[0]
    if len(plain) > SHORT and plain == other_plain:
        return True
    return domain == other_domain and len(plain) > SHORT and _slip(plain, other_plain)


def _words(one: str, other: str) -> str:
    if not one or not other:
        return ""
    if one == other:
        return "same"
    a, b = " ".join(sorted(one.split())), " ".join(sorted(other.split()))
    return "similar" if a == b or JaroWinkler.similarity(a, b) >= CLOSE or _slip(one, other) else "different"
