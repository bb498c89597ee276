"""Whether a text stands in a file, however a table writes it: phones with and without signs, letters of any size, in a workbook."""

import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

CHUNK = 1024 * 1024
NEEDLE_MIN = 5  # shorter texts stand everywhere
PHONE_DIGITS = 9  # of a Thai number, without the first zero
_SIGNS = re.compile(rb"[\s\-().']")
_PHONE = re.compile(r"\+\d{8,15}")


class Needles:
    """Texts to be looked for."""

    def __init__(self, texts: Iterable[str]) -> None:
        wanted = {text.lower() for text in texts if len(text) >= NEEDLE_MIN}
        phones = {text for text in wanted if _PHONE.fullmatch(text)}
        self._texts = {_SIGNS.sub(b"", text.encode()) for text in wanted - phones}
        self._texts |= {text[-PHONE_DIGITS:].encode() for text in phones}
        self._longest = max(map(len, self._texts), default=0)

    def are_in(self, path: Path) -> bool:
        """Tell whether one of them stands in the file; one that is gone has nothing in it."""
        if not self._texts or not path.exists():
            return False
        return any(self._found(piece) for piece in _pieces(path))

    def _found(self, file: IO[bytes]) -> bool:
        tail = b""
        while chunk := file.read(CHUNK):
            plain = tail + _SIGNS.sub(b"", chunk.replace(b"\x00", b"").lower())
            if any(text in plain for text in self._texts):
                return True
            tail = plain[-self._longest :]
        return False


def _pieces(path: Path) -> Iterator[IO[bytes]]:
    """Yield what is to be read: the file, or what is packed in it."""
    if not zipfile.is_zipfile(path):
        with path.open("rb") as file:
            yield file
        return
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            with archive.open(name) as file:
                yield file
