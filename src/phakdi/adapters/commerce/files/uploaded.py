"""An uploaded file, kept under its identifier, opened under the name that its owner gave it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from phakdi.adapters.commerce.files.guessing import guess_mapping
from phakdi.adapters.commerce.files.mapping import Kind, check_columns, dump_mapping, load_mapping
from phakdi.adapters.commerce.files.running import OpenFile
from phakdi.adapters.commerce.files.tables import open_table
from phakdi.kit.db.scope import organization_scope
from phakdi.platform.files.core import safe_name
from phakdi.platform.files.queries import get_file, path_of

__all__ = ["OpenFile", "dump_mapping", "open_upload"]


@contextmanager
def open_upload(*, organization_id: UUID, file_id: UUID, kind: Kind, mapping: str = "") -> Iterator[OpenFile]:
    """Open a kept file with the mapping in ``mapping`` (YAML); without one, with what its columns probably mean.

    Raises:
        UnknownFile: the organization has no such file.
        Invalid: the file or the mapping cannot be read, or they do not fit together.
    """
    with organization_scope(organization_id):
        kept = get_file(organization_id=organization_id, file_id=file_id)
    with TemporaryDirectory() as folder:
        path = Path(folder) / safe_name(kept.name)
        path.symlink_to(path_of(kept).resolve())
        if not mapping.strip():
            table = open_table(path)
            yield OpenFile(table, guess_mapping(table, kind), was_guessed=True)
            return
        read = load_mapping(mapping, kind=kind)
        table = open_table(path, given=read.format)
        check_columns(read, table.columns)
        yield OpenFile(table, read, was_guessed=False)
