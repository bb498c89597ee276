"""The list of the forgotten, kept beside the database: a backup is older than it, so it is read again after a restore.

One line of JSON for each: organization, pseudonym, instant, and the keyed hashes of the contacts. It tells nobody who they were.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import orjson
from django.conf import settings

from phakdi.kit.db.scope import organization_scope
from phakdi.people.requests.operations import note_written
from phakdi.people.requests.queries import unwritten_erasures
from phakdi.platform.organizations.queries import all_organizations

NAME = "erasures.jsonl"


@dataclass(frozen=True, slots=True)
class Line:
    """That somebody was forgotten."""

    organization_id: UUID
    member_id: UUID
    erased_at: datetime
    hashes: tuple[str, ...]


def journal_path() -> Path:
    """Return where the journal lies."""
    return Path(settings.DATA_DIR) / NAME


def write_journal(*, organization_id: UUID) -> int:
    """Append the organization's erasures that the journal does not have yet, safely on disk, and return how many.

    Written twice after a crash in between, a line does no harm.
    """
    with organization_scope(organization_id):
        fresh = unwritten_erasures(organization_id=organization_id)
    if not fresh:
        return 0
    append(Line(organization_id, row.member_id, row.erased_at, tuple(row.hashes)) for row in fresh)
    with organization_scope(organization_id):
        note_written(organization_id=organization_id, member_ids=[row.member_id for row in fresh])
    return len(fresh)


def write_all() -> int:
    """Append what is missing for every organization: before a database is replaced by a backup."""
    return sum(write_journal(organization_id=organization.id) for organization in all_organizations())


def append(lines: Iterable[Line]) -> None:
    """Write lines at the end of the journal and wait until they are on disk."""
    path = journal_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    text = b"".join(
        orjson.dumps(
            {"organization": line.organization_id, "member": line.member_id, "at": line.erased_at, "hashes": list(line.hashes)},
            option=orjson.OPT_APPEND_NEWLINE,
        )
        for line in lines
    )
    with path.open("ab") as journal:
        os.chmod(path, 0o600)  # noqa: PTH101 - of the open file's path, at once
        journal.write(text)
        journal.flush()
        os.fsync(journal.fileno())


def read_journal() -> Iterator[Line]:
    """Yield every line, the oldest first; one that a crash cut off is left out."""
    path = journal_path()
    if not path.exists():
        return
    with path.open("rb") as journal:
        for text in journal:
            try:
                told = orjson.loads(text)
                yield Line(
                    UUID(told["organization"]), UUID(told["member"]), datetime.fromisoformat(told["at"]), tuple(told["hashes"])
                )
            except (ValueError, KeyError, TypeError):
                continue
