"""Repairing how Thai text was typed, without changing what it says."""

import re
import unicodedata

_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff"
    "\ud800-\udfff]"  # controls, zero width, directions, variants, halves of surrogate pairs
)
_SPACES = re.compile(r"\s+")
_TONES = "\u0e48-\u0e4b"
_AM_AFTER_TONE = re.compile(f"\u0e4d([{_TONES}])\u0e32")  # nikhahit, tone, aa: typed in the wrong order
_AM_BEFORE_TONE = re.compile(f"([{_TONES}])\u0e4d\u0e32")


def arabic_digits(text: str) -> str:
    """Return the text with Thai digits as 0 to 9."""
    return text.translate(_DIGITS)


def clean_text(text: str) -> str:
    """Return the text as it should have been typed: composed, no invisible characters, single spaces, whole vowels.

    Two ``เ`` become ``แ``; ``ํ`` and ``า`` become ``ำ``, wherever the tone mark stands.
    """
    text = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    text = text.replace("\u0e40\u0e40", "\u0e41")
    text = _AM_AFTER_TONE.sub("\\1\u0e33", text)
    text = _AM_BEFORE_TONE.sub("\\1\u0e33", text).replace("\u0e4d\u0e32", "\u0e33")
    return _SPACES.sub(" ", text).strip()
