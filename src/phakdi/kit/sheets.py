"""Tables written for spreadsheets: no cell is ever taken for a formula, and phones and figures stay what they are."""

import csv
import re
import unicodedata
from collections.abc import Iterable
from typing import Any, Protocol

MARK = "'"
"""What a spreadsheet takes as "the rest is text"."""
_BEGINS_FORMULA = frozenset("=+-@|%\t\r\n\x00")
_FIGURE = re.compile(r"[+-]?[0-9](?:[0-9 ]|[.,](?=[0-9]))*")  # a sign, digits, spaces, separators: nothing to work out
_UNSEEN = re.compile("[\\s\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]+")


class _Out(Protocol):
    def write(self, text: str, /) -> Any: ...


class SheetWriter:
    """Writes rows as CSV. Every cell is quoted, so that a reader that parts cells by another sign finds none to part."""

    def __init__(self, out: _Out) -> None:
        self._writer = csv.writer(out, quoting=csv.QUOTE_ALL)

    def row(self, cells: Iterable[Any]) -> None:
        """Write one row; None is an empty cell."""
        self._writer.writerow(["" if cell is None else safe_cell(str(cell)) for cell in cells])

    def rows(self, rows: Iterable[Iterable[Any]]) -> None:
        """Write rows."""
        for cells in rows:
            self.row(cells)


def safe_cell(text: str) -> str:
    """Return the text so that no spreadsheet takes it for a formula: with a mark in front where one might.

    ``=1+1``, ``@SUM(A1)`` and the like, also in full-width signs or behind blanks, get the mark; ``+66812345678``, ``-12.50``
    and ``081-234-5678`` stay as they are.
    """
    if not text or text[0] == MARK:
        return text
    seen = unicodedata.normalize("NFKC", _UNSEEN.sub("", text[:200]))
    first = unicodedata.normalize("NFKC", text[0])[:1]
    is_dangerous = first in _BEGINS_FORMULA or seen[:1] in _BEGINS_FORMULA or text[0] in _BEGINS_FORMULA
    is_plain = _FIGURE.fullmatch(text) is not None and len(text) < 200  # noqa: PLR2004 - no figure is as long
    return MARK + text if is_dangerous and not is_plain else text
