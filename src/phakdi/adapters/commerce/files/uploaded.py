"""An uploaded file, kept under its identifier, opened under the name that its owner gave it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from phakdi.adapters.commerce.files.guessing import guess_mapping
from phakdi.adapters.commerce.files.mapping import Kind, check_columns, dump_mapping, load_mapping
from phakdi.adapters.commerce.files.running import OpenFile
from phakdi.adapters.commerce.files.tables import Table, open_table
from phakdi.kit.db.scope import organization_scope
from phakdi.platform.files.core import safe_name
from phakdi.platform.files.queries import get_file, path_of

__all__ = ["OpenFile", "dump_mapping", "look_at_upload", "open_upload"]


@contextmanager
def open_upload(*, organization_id: UUID, file_id: UUID, kind: Kind, mapping: str = "") -> Iterator[OpenFile]:
    """Open a kept file with the mapping in ``mapping`` (YAML); without one, with what its columns probably mean.

    Raises:
        UnknownFile: the organization has no such file.
        Invalid: the file or the mapping cannot be read, or they do not fit together.
    """
    with _file(organization_id, file_id) as path:
        if not mapping.strip():
            table = open_table(path)
            yield OpenFile(table, guess_mapping(table, kind), was_guessed=True)
            return
        read = load_mapping(mapping, kind=kind)
        table = open_table(path, given=read.format)
        check_columns(read, table.columns)
        yield OpenFile(table, read, was_guessed=False)


@contextmanager
def look_at_upload(*, organization_id: UUID, file_id: UUID) -> Iterator[Table]:
    """Open a kept file as a table, whatever its columns mean.

    Raises:
        UnknownFile: the organization has no such file.
        Invalid: it is no table.
    """
    with _file(organization_id, file_id) as path:
        yield open_table(path)


@contextmanager
def _file(organization_id: UUID, file_id: UUID) -> Iterator[Path]:
    with organization_scope(organization_id):
        kept = get_file(organization_id=organization_id, file_id=file_id)
    with TemporaryDirectory() as folder:
        path = Path(folder) / safe_name(kept.name)
        path.symlink_to(path_of(kept).resolve())
        yield path
