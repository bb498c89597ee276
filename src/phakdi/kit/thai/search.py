"""Finding and ordering names without help from the database: neither ICU nor trigram operators are at hand.

A searchable row has three columns, all computed here:

- ``search_key text``: the names as `search_key` writes them.
- ``search_grams integer[]`` with a GIN index: `grams` of the same text. Every three neighboring characters of the text
  without its spaces, and the first one and two characters of every word, each hashed to 4 bytes together with
  ``scope`` (the organization), so that organizations do not slow one another down.
- ``sort_key text COLLATE "C"``: `sort_key` of the name.

A query is cut into words (`query_key` drops titles). A word of three characters or more is found anywhere in a name, a
shorter one where a word starts. `search_sql` makes the condition: the index finds candidates, `strpos` confirms them.
Common short queries match a large share of all rows, so take candidates first and order those::

    SELECT * FROM (SELECT ... WHERE <search_sql> LIMIT 500) AS candidate ORDER BY sort_key, id LIMIT 20
"""

import re
import unicodedata
import zlib
from collections.abc import Iterator

from phakdi.kit.thai.writing import arabic_digits, clean_text

LENGTH_MAX = 200
QUERY_WORDS_MAX = 8

_TITLES_THAI = ("นางสาว", "เด็กชาย", "เด็กหญิง", "นส", "นาง", "นาย", "คุณ", "ดช", "ดญ", "ดร")
_TITLES_LATIN = frozenset({"mr", "mrs", "ms", "miss", "dr", "khun", "k"})
_ABBREVIATIONS = frozenset({"นส", "ดช", "ดญ", "ดร"})  # read as titles only when a space or a dot follows
_STARTS_SYLLABLE = re.compile("[\u0e01-\u0e2e\u0e40-\u0e44]")
_UNSPOKEN = re.compile("[\u0e2f\u0e45-\u0e4c\u0e4e\u0e4f\u0300-\u036f]")  # tones, shorteners, repetition, Latin accents
_LEADING_VOWEL = re.compile("([\u0e40-\u0e44])([\u0e01-\u0e2e])")
_JOINED = re.compile(r"['’.]")
_SEPARATING = re.compile(r"[^\w\u0e00-\u0e7f@+]|_")


def search_key(text: str) -> str:
    """Return the text for comparing: lower case, no tone marks or accents, Arabic digits, words by single spaces."""
    return " ".join(_plain(text).split())


def query_key(text: str) -> str:
    """Return the search key of what somebody looks for: without titles, so that ``นายสมชาย`` finds ``สมชาย``."""
    words = [_untitled(word) for word in _plain(_without_abbreviated_title(text)).split()]
    named = [word for word in words if word not in _TITLES_LATIN and word not in _TITLES_THAI]
    return " ".join((named or words)[:QUERY_WORDS_MAX])


def sort_key(text: str) -> str:
    """Return the key that puts texts in dictionary order under the collation "C".

    Thai as in the Royal Institute's dictionary: a vowel written before its consonant counts after it; tone marks
    decide only between words that are otherwise equal.
    """
    spelled = _LEADING_VOWEL.sub(r"\2\1", _lower(text))
    plain = " ".join(_UNSPOKEN.sub("", spelled).split())
    return plain if plain == spelled else f"{plain}\t{spelled}"


def grams(text: str, *, scope: str = "") -> list[int]:
    """Return the index entries of a stored text, sorted, each once; a few dozen for a name."""
    words = search_key(text).split()
    starts = {start for word in words for start in (word, _untitled(word))}
    pieces = {"^" + start[:size] for start in starts for size in (1, 2)}
    pieces.update(_trigrams("".join(words)))
    return _hashed(pieces, scope)


def query_grams(text: str, *, scope: str = "") -> list[int]:
    """Return the index entries that a row must have, all of them, to match what somebody looks for."""
    pieces: set[str] = set()
    for word in query_key(text).split():
        pieces.update(_trigrams(word) if len(word) > 2 else ["^" + word])  # noqa: PLR2004 - three make a trigram
    return _hashed(pieces, scope)


def search_sql(text: str, *, scope: str = "", prefix: str = "") -> tuple[str, list[object]]:
    """Return the condition that finds ``text``, with ``%s`` placeholders, and its parameters.

    ``prefix`` is put before the two column names, such as ``member.``. An empty query finds every row.
    """
    words = query_key(text).split()
    if not words:
        return "TRUE", []
    confirmed = f" AND strpos(replace({prefix}search_key, ' ', ''), %s) > 0" * len(words)
    return f"{prefix}search_grams @> %s::integer[]{confirmed}", [query_grams(text, scope=scope), *words]


def _plain(text: str) -> str:
    return _SEPARATING.sub(" ", _UNSPOKEN.sub("", _lower(text)))


def _lower(text: str) -> str:
    """Return the text in lower case with letters and accents apart, except for the Thai vowel ``ำ``."""
    lower = clean_text(unicodedata.normalize("NFKC", text[:LENGTH_MAX])).casefold()
    apart = unicodedata.normalize("NFKD", lower).replace("\u0e4d\u0e32", "\u0e33")
    return _JOINED.sub("", arabic_digits(apart))


def _untitled(word: str) -> str:
    """Return the word without the Thai title at its front; คุณากร keeps it, since no syllable starts with า."""
    for title in _TITLES_THAI:
        rest = word.removeprefix(_UNSPOKEN.sub("", title))
        if rest != word and title not in _ABBREVIATIONS and len(rest) > 1 and _STARTS_SYLLABLE.match(rest):
            return rest
    return word


def _without_abbreviated_title(text: str) -> str:
    return re.sub(r"^\s*(น\.\s?ส\.|ด\.\s?ช\.|ด\.\s?ญ\.|ดร\.)\s*", "", text[:LENGTH_MAX])


def _trigrams(joined: str) -> Iterator[str]:
    return (joined[at : at + 3] for at in range(len(joined) - 2))


def _hashed(pieces: set[str], scope: str) -> list[int]:
    salt = zlib.crc32(scope.encode())
    return sorted({zlib.crc32(piece.encode(), salt) - 2**31 for piece in pieces})
