"""Every write of stored files: on disk first, then the row; removed from the table first, then from disk."""

import hashlib
import os
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from django.db import transaction

from phakdi.kit.db.scope import in_transaction
from phakdi.kit.ids import new_id
from phakdi.platform.files import queries
from phakdi.platform.files.core import SIZE_MAX, FileKind, FileTooLarge, safe_name
from phakdi.platform.files.models import StoredFile
from phakdi.platform.files.searching import Needles

UNFINISHED = timedelta(days=1)


@dataclass(slots=True)
class WrittenFile:
    """A file on disk that has no row yet."""

    id: UUID
    path: Path
    size_bytes: int = 0
    sha256: str = ""


@dataclass(slots=True)
class _Counting:
    """Writes through to a file, counting and hashing; refuses more than ``most`` bytes."""

    file: BinaryIO
    most: int
    size_bytes: int = 0
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def write(self, chunk: bytes) -> int:
        self.size_bytes += len(chunk)
        if self.size_bytes > self.most:
            raise FileTooLarge("The file is too large.", field="file", most=self.most)
        self.digest.update(chunk)
        return self.file.write(chunk)


def write_chunks(*, organization_id: UUID, kind: FileKind, chunks: Iterable[bytes]) -> WrittenFile:
    """Write an upload to disk, piece by piece, outside any transaction; `keep_file` makes it a stored file.

    Raises:
        FileTooLarge: nothing is left on disk.
    """
    with new_file(organization_id=organization_id, kind=kind) as (target, written):
        for chunk in chunks:
            target.write(chunk)
    return written


@contextmanager
def new_file(*, organization_id: UUID, kind: FileKind) -> Iterator[tuple[_Counting, WrittenFile]]:
    """Open a new file to be written to; its size and digest are known when the block ends. A failure removes it.

    Raises:
        FileTooLarge: from ``write``, past the most that the kind allows.
    """
    written = WrittenFile(new_id(), Path())
    folder = queries.folder_of(organization_id)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    written.path = folder / str(written.id)
    waiting = written.path.with_suffix(".part")
    try:
        with waiting.open("xb") as file:
            waiting.chmod(0o600)
            target = _Counting(file, SIZE_MAX[kind])
            yield target, written
            file.flush()
            os.fsync(file.fileno())
        waiting.replace(written.path)
    finally:
        waiting.unlink(missing_ok=True)
    written.size_bytes, written.sha256 = target.size_bytes, target.digest.hexdigest()


@in_transaction
def keep_file(
    *, organization_id: UUID, kind: FileKind, written: WrittenFile, name: str, now: datetime, created_by: str = ""
) -> StoredFile:
    """Make a file that was written one of the organization's stored files."""
    return StoredFile.objects.create(
        id=written.id,
        organization_id=organization_id,
        kind=kind.value,
        name=safe_name(name),
        size_bytes=written.size_bytes,
        sha256=written.sha256,
        created_by=created_by,
        created_at=now,
    )


@in_transaction
def delete_file(*, organization_id: UUID, file_id: UUID) -> None:
    """Remove a file's row and, once that is committed, the file itself. Raises UnknownFile."""
    file = queries.get_file(organization_id=organization_id, file_id=file_id)
    path = queries.path_of(file)
    file.delete()
    transaction.on_commit(lambda: path.unlink(missing_ok=True))


@in_transaction
def delete_files_with(*, organization_id: UUID, texts: Collection[str], file_ids: Collection[UUID] = ()) -> int:
    """Remove files in which one of these texts stands, however it is written there, and those named; return how many.

    What was uploaded has served once it is imported. Files are read whole: this may take a while.
    """
    needles = Needles(texts)
    count = 0
    for file in list(StoredFile.objects.filter(organization_id=organization_id)):
        if file.id in set(file_ids) or needles.are_in(queries.path_of(file)):
            delete_file(organization_id=organization_id, file_id=file.id)
            count += 1
    return count


@in_transaction
def purge_unkept(*, organization_id: UUID, now: datetime) -> int:
    """Remove files that have been on disk for a day without a row, as a broken upload leaves them; return how many."""
    folder = queries.folder_of(organization_id)
    if not folder.is_dir():
        return 0
    latest = (now - UNFINISHED).timestamp()
    old = [path for path in folder.iterdir() if path.stat().st_mtime < latest]
    known = {str(id_) for id_ in StoredFile.objects.filter(organization_id=organization_id).values_list("id", flat=True)}
    gone = [path for path in old if path.name not in known]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)
