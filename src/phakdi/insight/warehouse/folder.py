"""The folder of one organization's warehouse: Parquet files, and the manifest that says which of them count.

The manifest is the only point of commit: it is written beside the old one, forced to disk and put in its place. Files that it
does not name never happened; they are swept away at the next refresh, a while after the last reader may have opened them.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings

from phakdi.kit.errors import Conflict, NotFound
from phakdi.kit.ids import new_id

FORMAT = 2
KEPT_SECONDS = 600.0  # so long may a reader still use a file that was replaced
MANIFEST, BEGUN = "manifest.json", "begun.json"
LOCK, ALL = "lock", "lock-of-all"


class NoWarehouse(NotFound):
    """There is no warehouse yet: it is made by the first refresh."""

    code = "warehouse_missing"


class Refreshing(Conflict):
    """Somebody is refreshing this warehouse at the moment."""

    code = "warehouse_busy"


@dataclass(slots=True)
class Manifest:
    """Which files make up the warehouse, and up to where they reach."""

    snapshot: str = ""  # of PostgreSQL: which transactions are in; empty before the first build is complete
    system: str = ""  # which server numbered them
    as_of: datetime | None = None
    time_zone: str = ""
    files: dict[str, list[str]] = field(default_factory=dict)  # by raw table
    counts: dict[str, int] = field(default_factory=dict)  # rows of raw tables that change; next keys
    building: dict[str, Any] = field(default_factory=dict)  # a first build under way: its snapshot, and which members are done
    retired: dict[str, float] = field(default_factory=dict)  # files that were replaced, and when (seconds since 1970)
    version: int = 0

    def names(self) -> set[str]:
        """Return the names of all files that count."""
        return {name for names in self.files.values() for name in names}

    def write(self) -> bytes:
        """Return it as JSON."""
        told = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return orjson.dumps(told | {"format": FORMAT}, option=orjson.OPT_INDENT_2)

    @classmethod
    def read(cls, text: bytes) -> "Manifest | None":
        """Return the manifest that was written; None of another format, which is built anew."""
        told = orjson.loads(text)
        if told.pop("format", None) != FORMAT:
            return None
        told["as_of"] = datetime.fromisoformat(told["as_of"]) if told["as_of"] else None
        return cls(**told)


class Folder:
    """Where the warehouse of an organization lies."""

    def __init__(self, organization_id: UUID, root: Path | None = None) -> None:
        self.path = (root or settings.DATA_DIR / "warehouse") / str(organization_id)

    def manifest(self) -> Manifest:
        """Return what is there; an empty one where nothing is, or nothing that this version reads."""
        return self._read(MANIFEST) or Manifest()

    def begun(self) -> Manifest | None:
        """Return a build under way, if there is one: readers keep what they have until it is complete."""
        return self._read(BEGUN)

    def _read(self, name: str) -> Manifest | None:
        try:
            return Manifest.read((self.path / name).read_bytes())
        except FileNotFoundError:
            return None

    def commit(self, manifest: Manifest) -> None:
        """Put a manifest in force, whole or not at all: one that is complete for readers, else as a build under way."""
        before, names, now = self.manifest(), manifest.names(), time.time()
        left = before.retired | dict.fromkeys(before.names(), now)
        manifest.retired = {name: at for name, at in left.items() if name not in names and (self.path / name).exists()}
        manifest.version = before.version + 1
        name = MANIFEST if manifest.snapshot else BEGUN
        partial = self.path / f"{name}.{os.getpid()}"
        with partial.open("wb") as out:
            out.write(manifest.write())
            out.flush()
            os.fsync(out.fileno())
        partial.replace(self.path / name)
        if manifest.snapshot:
            (self.path / BEGUN).unlink(missing_ok=True)
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def new_file(self, table: str, ending: str = "parquet") -> Path:
        """Return a path that nobody uses."""
        return self.path / f"{table}-{new_id().hex}.{ending}"

    def paths(self, manifest: Manifest, table: str) -> list[str]:
        """Return where the files of a raw table are."""
        return [str(self.path / name) for name in manifest.files.get(table, ())]

    def is_busy(self) -> bool:
        """Tell whether somebody refreshes at the moment."""
        if not self.path.exists():
            return False
        try:
            with self.lock(ALL):
                return False
        except Refreshing:
            return True

    def sweep(self) -> None:
        """Remove what never came into force, and what was replaced so long ago that no reader uses it. Needs the lock."""
        manifest, begun, now = self.manifest(), self.begun() or Manifest(), time.time()
        kept = manifest.names() | begun.names() | {MANIFEST, BEGUN, LOCK, ALL}
        kept |= {name for name, at in manifest.retired.items() if now - at < KEPT_SECONDS}
        for path in self.path.iterdir():
            if path.is_file() and path.name not in kept:
                path.unlink(missing_ok=True)

    @contextmanager
    def lock(self, name: str = LOCK) -> Iterator[None]:
        """Let nobody else refresh meanwhile: the files (`LOCK`), or the files and every figure after them (`ALL`).

        Raises:
            Refreshing: somebody does.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / name).open("w") as held:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise Refreshing("Somebody is refreshing the figures at the moment.") from error
            yield
