"""Thai written in Latin letters, roughly as on road signs: good enough to suggest a name for an address."""

import re
import unicodedata

_INITIAL = {
    "ก": "k", "ข": "kh", "ฃ": "kh", "ค": "kh", "ฅ": "kh", "ฆ": "kh", "ง": "ng", "จ": "ch", "ฉ": "ch", "ช": "ch", "ซ": "s",
    "ฌ": "ch", "ญ": "y", "ฎ": "d", "ฏ": "t", "ฐ": "th", "ฑ": "th", "ฒ": "th", "ณ": "n", "ด": "d", "ต": "t", "ถ": "th",
    "ท": "th", "ธ": "th", "น": "n", "บ": "b", "ป": "p", "ผ": "ph", "ฝ": "f", "พ": "ph", "ฟ": "f", "ภ": "ph", "ม": "m",
    "ย": "y", "ร": "r", "ล": "l", "ว": "w", "ศ": "s", "ษ": "s", "ส": "s", "ห": "h", "ฬ": "l", "อ": "", "ฮ": "h",
}  # fmt: skip
_FINAL = {
    **dict.fromkeys("กขคฆ", "k"), "ง": "ng", **dict.fromkeys("จชซฌฎฏฐฑฒดตถทธศษส", "t"), **dict.fromkeys("ญณนรลฬ", "n"),
    **dict.fromkeys("บปผฝพฟภ", "p"), "ม": "m", "ย": "i", "ว": "o",
}  # fmt: skip
_C = "[ก-ฮ]"
_ONSET = f"(?:{_C}[รลว]|ห[งญนมยรลว]|{_C})"
_LED = f"(?:{_C}[รลว](?![ะ-ฺๅ])|ห[งญนมยรลว](?![ะ-ฺๅ])|{_C})"  # after a vowel that is written first
_END = f"(?:{_C}(?![ะ-ฺๅ]))?"
# In this order: the longest first. {0} is the onset, {1} what closes the syllable.
_SYLLABLES: tuple[tuple[str, str], ...] = (
    (f"เ({_ONSET})ียะ?({_END})", "ia"),
    (f"เ({_ONSET})ือะ?({_END})", "uea"),
    (f"เ({_ONSET})าะ", "o"),
    (f"เ({_ONSET})า", "ao"),
    (f"เ({_ONSET})็?ย(?![ะ-ฺๅ])", "oei"),
    (f"เ({_LED})อ({_END})", "oe"),
    (f"เ({_ONSET})ิ({_END})", "oe"),
    (f"เ({_ONSET})ะ", "e"),
    (f"แ({_LED})ะ", "ae"),
    (f"แ({_LED})็?({_END})", "ae"),
    (f"เ({_LED})็?({_END})", "e"),
    (f"โ({_LED})ะ", "o"),
    (f"โ({_LED})({_END})", "o"),
    (f"[ใไ]({_LED})ย?", "ai"),
    (f"({_ONSET})ัวะ?", "ua"),
    (f"({_ONSET})ั({_C})", "a"),
    (f"({_ONSET})ะ", "a"),
    (f"({_ONSET})า({_END})", "a"),
    (f"({_ONSET})ำ", "am"),
    (f"({_ONSET})[ิี]({_END})", "i"),
    (f"({_ONSET})[ึื]อ?({_END})", "ue"),
    (f"({_ONSET})[ุู]({_END})", "u"),
    (f"({_C})็?อ({_END})", "o"),
    (f"({_C})รร({_END})", "a"),
    (f"({_C})ว({_C}(?![ะ-ฺๅ]))", "ua"),
    (f"({_C})({_C}(?![ะ-ฺๅ]))", "o"),
    (f"({_C})", "o"),
)
_PATTERNS = tuple((re.compile(pattern), vowel) for pattern, vowel in _SYLLABLES)
_TONES = re.compile("[\u0e48-\u0e4b\u0e4d\u0e4e\u0e3a]")
_SILENT = re.compile(f"{_C}[ิุ]?\u0e4c")  # a consonant that is not spoken
_REPEAT, _OTHER = "ๆ", re.compile(r"[^a-z0-9]+")


def to_latin(text: str) -> str:
    """Return the text with its Thai words in small Latin letters; everything else stays as it is.

    Syllables are found by their spelling, so rare words come out wrong: it is a suggestion for people to look at.
    """
    text = _SILENT.sub("", unicodedata.normalize("NFC", text)).replace(_REPEAT, "")
    text = _TONES.sub("", text).replace("ฤๅ", "รือ").replace("ฤ", "รึ").replace("ฦ", "ลึ")  # vowels among the consonants
    written, place = [], 0
    while place < len(text):
        spoken, place = _syllable(text, place)
        written.append(spoken)
    return "".join(written)


def to_slug(text: str, *, most: int = 40) -> str:
    """Return the text as a name for an address: a–z, 0–9 and single hyphens, at most so long; perhaps nothing is left."""
    plain = unicodedata.normalize("NFKD", to_latin(text)).encode("ascii", "ignore").decode().lower()
    return _OTHER.sub("-", plain).strip("-")[:most].strip("-")


def _syllable(text: str, place: int) -> tuple[str, int]:
    for pattern, vowel in _PATTERNS:
        if found := pattern.match(text, place):
            onset, *closing = found.groups()
            end = closing[0] if closing else ""
            return _spoken(onset) + vowel + _FINAL.get(end or "", ""), found.end()
    return text[place] if text[place] < "\u0e00" or text[place] > "\u0e7f" else "", place + 1


def _spoken(onset: str) -> str:
    if len(onset) > 1 and onset[0] == "ห":
        onset = onset[1:]
    return "".join(_INITIAL[letter] for letter in onset)
