"""Files as tables: CSV in any usual spelling, plain or gzipped, and XLSX, read row by row as texts.

What a file is, is told by its content and not by its name. Rows carry their number in the file, as an editor shows it.
"""

import csv
import gzip
import hashlib
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import islice, pairwise
from pathlib import Path
from typing import IO, Any

import python_calamine

from phakdi.kit.errors import Invalid

GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"
SAMPLE_BYTES = 256 * 1024
SAMPLE_ROWS = 200
CELL_MAX = 100_000
DELIMITERS = ",;\t|"
UTF8, UTF16, THAI, WESTERN = "utf-8-sig", "utf-16", "cp874", "cp1252"
THAI_LETTERS = range(0x0E01, 0x0E5C)

Row = tuple[int, list[str]]


class UnreadableFile(Invalid):
    """The file is no table that can be read; the message says why."""

    code = "file_unreadable"


@dataclass(frozen=True, slots=True)
class Format:
    """How a file is written. ``delimiter`` is empty for a workbook; ``header_line`` 0 stands for none."""

    encoding: str = UTF8
    delimiter: str = ","
    sheet: str = ""
    header_line: int = 1


@dataclass(frozen=True, slots=True)
class Table:
    """A file with its columns by name and its first rows."""

    path: Path
    format: Format
    columns: Sequence[str]
    sample: Sequence[Row] = field(repr=False, default=())

    def rows(self) -> Iterator[Row]:
        """Yield every row that is not blank with its line number; texts as written, numbers and dates of workbooks in ISO form.

        Raises:
            UnreadableFile: the file ends or breaks in the middle.
        """
        for line, cells in _rows_of(self.path, self.format):
            if line > self.format.header_line and any(cells):
                yield line, cells


def open_table(path: Path, *, given: Mapping[str, Any] | None = None) -> Table:
    """Return the file as a table; what ``given`` (encoding, delimiter, sheet, header_line) does not say is guessed.

    Raises:
        UnreadableFile: there is no such file, it is empty, or it is no table.
    """
    said = {name: value for name, value in (given or {}).items() if value not in (None, "")}
    try:
        guessed = _guess_format(path, said)
        rows = list(islice(_rows_of(path, guessed), SAMPLE_ROWS))
    except OSError as error:
        raise UnreadableFile(f"The file cannot be read: {error.strerror or error}.", file=path.name) from error
    filled = [(line, cells) for line, cells in rows if any(cells)]
    if not filled:
        raise UnreadableFile("The file has no rows.", file=path.name)
    header_line = int(said["header_line"]) if "header_line" in said else _header_line(filled)
    header = next((cells for line, cells in filled if line == header_line), None)
    columns = _named(header or [""] * len(filled[0][1]))
    shape = Format(guessed.encoding, guessed.delimiter, guessed.sheet, header_line if header else 0)
    return Table(path, shape, columns, [row for row in filled if row[0] > shape.header_line])


def digest(path: Path) -> str:
    """Return the SHA-256 of what is in the file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# --- rows -----------------------------------------------------------------------------------------------------------------


def _rows_of(path: Path, shape: Format) -> Iterator[Row]:
    return _workbook_rows(path, shape.sheet) if not shape.delimiter else _text_rows(path, shape)


def _text_rows(path: Path, shape: Format) -> Iterator[Row]:
    csv.field_size_limit(CELL_MAX)
    with _opened(path) as binary:
        text = io.TextIOWrapper(binary, encoding=shape.encoding, errors="replace", newline="")
        reader = csv.reader(text, delimiter=shape.delimiter)
        before = 0
        try:
            for cells in reader:
                yield before + 1, cells
                before = reader.line_num
        except (csv.Error, EOFError, gzip.BadGzipFile, OSError) as error:
            raise UnreadableFile(f"The file cannot be read after line {before}: {error}.", line=before + 1) from error


def _workbook_rows(path: Path, sheet: str) -> Iterator[Row]:
    try:
        book = python_calamine.CalamineWorkbook.from_path(path)
        names = book.sheet_names
        found = book.get_sheet_by_name(sheet) if sheet else book.get_sheet_by_index(0)
    except python_calamine.CalamineError as error:
        raise UnreadableFile(f"The workbook cannot be read: {error}.", file=path.name) from error
    assert names, "a workbook has sheets"
    for line, cells in enumerate(found.to_python(skip_empty_area=False), 1):
        yield line, [_as_text(cell) for cell in cells]


def _as_text(cell: Any) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return "" if cell is None else str(cell)


@contextmanager
def _opened(path: Path) -> Iterator["IO[bytes] | gzip.GzipFile"]:
    with path.open("rb") as raw:
        packed = raw.read(2) == GZIP
        raw.seek(0)
        if packed:
            with gzip.open(raw) as unpacked:
                yield unpacked
        else:
            yield raw


# --- guesses --------------------------------------------------------------------------------------------------------------


def _guess_format(path: Path, said: Mapping[str, Any]) -> Format:
    with path.open("rb") as file:
        head = file.read(4)
    if head == ZIP:
        if not zipfile.is_zipfile(path):
            raise UnreadableFile("The workbook is damaged.", file=path.name)
        return Format("", "", str(said.get("sheet", "")))
    with _opened(path) as binary:
        try:
            sample = binary.read(SAMPLE_BYTES)
        except (EOFError, gzip.BadGzipFile) as error:
            raise UnreadableFile(f"The file is damaged: {error}.", file=path.name) from error
    encoding = str(said.get("encoding") or guess_encoding(sample))
    try:
        text = sample.decode(encoding, errors="replace")
    except LookupError as error:
        raise UnreadableFile(f"There is no encoding '{encoding}'.", field="encoding") from error
    if "\x00" in text:
        raise UnreadableFile("This is no text file: save it as CSV or XLSX.", file=path.name)
    delimiter = str(said.get("delimiter") or guess_delimiter(text))
    return Format(encoding, {"tab": "\t", "\\t": "\t"}.get(delimiter, delimiter)[:1])


def guess_encoding(sample: bytes) -> str:
    """Return the encoding of the beginning of a text: by its mark, UTF-8 where it can be, else Thai or Western Windows."""
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return UTF16
    try:
        sample[: sample.rfind(b"\n") + 1 or len(sample)].decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return UTF8
    thai = sample.decode(THAI, errors="replace")
    letters = sum(ord(letter) in THAI_LETTERS for letter in thai)
    others = sum(byte >= 0x80 for byte in sample)  # noqa: PLR2004 - beyond ASCII
    return THAI if letters > others * 0.9 and _pairs(thai) > letters * 0.5 else WESTERN


def _pairs(text: str) -> int:
    """Return how many Thai letters stand beside another one: accents of Western words stand alone."""
    return sum(ord(one) in THAI_LETTERS and ord(two) in THAI_LETTERS for one, two in pairwise(text))


def guess_delimiter(text: str) -> str:
    """Return what parts the columns: the sign that gives most rows the same number of columns, and more than one."""
    lines = text.splitlines()[:50]
    best, best_score = ",", 0.0
    for sign in DELIMITERS:
        try:
            widths = [len(row) for row in csv.reader(lines, delimiter=sign) if row]
        except csv.Error:
            continue
        usual = max(set(widths), key=widths.count, default=1)
        score = widths.count(usual) / len(widths) * min(usual, 50) if usual > 1 else 0
        if score > best_score:
            best, best_score = sign, score
    return best


def _header_line(rows: Sequence[Row]) -> int:
    """Return the line with the columns' names: the first whose cells are distinct words; 0 where figures come first."""
    width = max(len(cells) for _, cells in rows)
    for line, cells in rows[:20]:
        words = [cell.strip() for cell in cells if cell.strip()]
        if len(words) * 2 <= width:
            continue  # a title above the table
        return line if len(set(words)) == len(words) and not any(_is_figure(word) for word in words) else 0
    return 0


def _is_figure(word: str) -> bool:
    return word[:1].isdigit() or (word[:1] in "+-.(" and word[1:2].isdigit())


def _named(header: Sequence[str]) -> list[str]:
    """Return the columns' names; those without one, or with one that was there before, are called by their position."""
    names: list[str] = []
    for position, cell in enumerate(header, 1):
        name = " ".join(cell.replace("\ufeff", "").split())
        names.append(name if name and name not in names else f"#{position}")
    return names
