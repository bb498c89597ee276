"""Everything of an installation in one file, and back: the database as PostgreSQL dumps it, and stored files."""

import json
import os
import subprocess
import tarfile
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections

from phakdi import __version__
from phakdi.kit.db.embedded import binary
from phakdi.kit.errors import Invalid, Unavailable

DUMP, MANIFEST, FILES = "database.dump", "manifest.json", "files"
FORMAT = 1
HOUR_SECONDS = 3600


class BadArchive(Invalid):
    """The file is no backup that this version can read."""

    code = "backup_unreadable"


def write_backup(path: Path) -> int:
    """Write the database and stored files into ``path``, whole or not at all, and return its size in bytes.

    Taken while the product runs: the database as of one instant.

    Raises:
        Unavailable: PostgreSQL's own tool failed; its message tells why.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.absolute().parent) as folder:
        dump = Path(folder) / DUMP
        _postgres("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={dump}")
        manifest = Path(folder) / MANIFEST
        told = {"format": FORMAT, "version": __version__, "created_at": datetime.now(UTC).isoformat()}
        manifest.write_text(json.dumps(told), encoding="utf-8")
        part = Path(folder) / "backup"
        with tarfile.open(part, "w") as archive:
            archive.add(manifest, MANIFEST)
            archive.add(dump, DUMP)
            if (files := settings.DATA_DIR / FILES).exists():
                archive.add(files, FILES)
        part.chmod(0o600)
        size = part.stat().st_size
        part.replace(path)
    return size


def restore_backup(path: Path) -> None:
    """Replace the database and stored files by what ``path`` holds.

    The database is replaced in one transaction: where that fails, it stays as it was.

    Raises:
        BadArchive: it is no backup, or one of a newer version.
        Unavailable: PostgreSQL's own tool failed; its message tells why.
    """
    with tempfile.TemporaryDirectory() as folder:
        _unpack(path, Path(folder))
        script = Path(folder) / "restore.sql"
        _postgres("pg_restore", "--no-owner", "--no-privileges", f"--file={script}", str(Path(folder) / DUMP), connects=False)
        begin = Path(folder) / "begin.sql"
        begin.write_text("DROP SCHEMA public CASCADE;\nCREATE SCHEMA public;\n", encoding="utf-8")
        _postgres("psql", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", f"--file={begin}", f"--file={script}")
        if (files := Path(folder) / FILES).exists():
            _replace_files(files)
    connections.close_all()


def _unpack(path: Path, folder: Path) -> None:
    try:
        with tarfile.open(path) as archive:
            archive.extractall(folder, filter="data")
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, tarfile.TarError, ValueError) as error:
        raise BadArchive(f"{path} is no backup that can be read: {error}", file=str(path)) from error
    if manifest.get("format") != FORMAT:
        raise BadArchive(f"{path} was written by Phakdi {manifest.get('version')}; restore it with that version.", file=str(path))


def _replace_files(files: Path) -> None:
    target = settings.DATA_DIR / FILES
    for source in sorted(found for found in files.rglob("*") if found.is_file()):
        place = target / source.relative_to(files)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(source.read_bytes())


def _postgres(name: str, *arguments: str, connects: bool = True) -> None:
    """Run one of PostgreSQL's tools as the owner of the tables."""
    environment = {**os.environ}
    command = [str(binary(name)), *arguments]
    if connects:
        database = connections["owner"].settings_dict
        names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
        environment |= {variable: str(database[name]) for variable, name in names.items() if database[name]}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=HOUR_SECONDS)  # noqa: S603
    if done.returncode:
        raise Unavailable(f"{name} failed: {done.stderr.strip()}", code="postgres_tool_failed")
