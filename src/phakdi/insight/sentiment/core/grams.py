"""Texts as counts of their runs of characters, hashed into buckets: Thai needs no words cut for that."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SIZES = (1, 2, 3, 4, 5)
BITS = 16
TEXT_MAX = 4_000  # characters that are read of one text
_LINK, _LAUGH, _NUMBER = re.compile(r"https?://\S+|www\.\S+"), re.compile(r"5{3,}\+*"), re.compile(r"\d+")
_AGAIN, _BLANK = re.compile(r"(.)\1{2,}"), re.compile(r"[\s\x00-\x02]+")
_PRIME, _MIX, _SEED = np.uint32(0x01000193), np.uint32(0x2C1B3C6D), 0x9E3779B1


@dataclass(frozen=True, slots=True)
class Grams:
    """For each text (``row``) and bucket in it, how often it stands there."""

    row: NDArray[np.int64]
    bucket: NDArray[np.int64]
    count: NDArray[np.int64]
    texts: int


def grams_of(texts: Sequence[str]) -> Grams:
    """Count the runs of one to five characters of each text; a text without characters has none."""
    joined = "".join(f"{_plain(text)}\x00" for text in texts)
    codes = np.frombuffer(joined.encode("utf-32-le"), dtype=np.uint32)
    ends = codes == 0
    rows = np.cumsum(ends) - ends
    keys = np.concatenate([_keys(codes, rows, size) for size in SIZES])
    found, count = np.unique(keys, return_counts=True)
    return Grams(found >> BITS, found & ((1 << BITS) - 1), count, len(texts))


def _keys(codes: NDArray[np.uint32], rows: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Return (text, bucket) as one number for each run of ``size`` characters that lies within one text."""
    many = max(len(codes) - size + 1, 0)
    hashed = np.full(many, (size * _SEED) & 0xFFFFFFFF, dtype=np.uint32)
    inside = np.ones(many, dtype=bool)
    for offset in range(size):
        code = codes[offset : offset + many]
        hashed = (hashed ^ code) * _PRIME
        inside &= code != 0
    hashed ^= hashed >> np.uint32(15)
    hashed *= _MIX
    hashed ^= hashed >> np.uint32(12)
    bucket = (hashed & np.uint32((1 << BITS) - 1)).astype(np.int64)
    keys: NDArray[np.int64] = ((rows[:many] << BITS) | bucket)[inside]
    return keys


def _plain(text: str) -> str:
    """Write a text as every other: one case, one mark for links, laughter (555) and numbers, nothing more than twice in a row."""
    text = unicodedata.normalize("NFKC", text[:TEXT_MAX]).lower()
    text = _BLANK.sub(" ", text)
    text = _NUMBER.sub("0", _LAUGH.sub("\x02", _LINK.sub("\x01", text)))
    text = _AGAIN.sub(r"\1\1", text).strip()
    return f" {text} " if text else ""
