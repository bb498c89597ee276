"""Take a file in from a browser, and have it imported in the background."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from phakdi.flows.organization_trail import note
from phakdi.kit.db.scope import organization_scope
from phakdi.platform.audit.core import Actor
from phakdi.platform.files.core import FileKind
from phakdi.platform.files.models import StoredFile
from phakdi.platform.files.operations import keep_file, write_chunks
from phakdi.platform.files.queries import get_file
from phakdi.platform.imports.queries import get_import
from phakdi.platform.outbox.operations import publish

REQUESTED = "import.requested"  # data: {"file", "kind", "mapping", "unknown", "staff"}
UNDO_REQUESTED = "import.undo_requested"  # data: {"import", "staff"}

__all__ = ["REQUESTED", "UNDO_REQUESTED", "StoredFile", "keep_upload", "request_import", "request_undo"]


def keep_upload(*, organization_id: UUID, name: str, chunks: Iterable[bytes], now: datetime, actor: Actor) -> StoredFile:
    """Keep an uploaded file, to be looked at and imported. Raises FileTooLarge."""
    written = write_chunks(organization_id=organization_id, kind=FileKind.IMPORT, chunks=chunks)
    with organization_scope(organization_id):
        return keep_file(
            organization_id=organization_id, kind=FileKind.IMPORT, written=written, name=name, now=now, created_by=actor.id
        )


def request_import(
    *, organization_id: UUID, file_id: UUID, kind: str, mapping: str, unknown: str, now: datetime, actor: Actor
) -> None:
    """Have a kept file imported as soon as a worker is free; ``mapping`` is YAML, ``kind`` members or purchases.

    Raises:
        UnknownFile: the organization has no such file.
    """
    data = {"file": str(file_id), "kind": kind, "mapping": mapping, "unknown": unknown, "staff": actor.id}
    with organization_scope(organization_id):
        get_file(organization_id=organization_id, file_id=file_id)
        publish(organization_id=organization_id, topic=REQUESTED, data=data, at=now)
        subject = ("file", str(file_id))
        note(organization_id=organization_id, action=REQUESTED, subject=subject, now=now, actor=actor, data={"kind": kind})


def request_undo(*, organization_id: UUID, import_id: UUID, now: datetime, actor: Actor) -> None:
    """Have an import taken back as soon as a worker is free. Raises UnknownImport."""
    data = {"import": str(import_id), "staff": actor.id}
    with organization_scope(organization_id):
        get_import(organization_id=organization_id, import_id=import_id)
        publish(organization_id=organization_id, topic=UNDO_REQUESTED, data=data, at=now)
        subject = ("import", str(import_id))
        note(organization_id=organization_id, action=UNDO_REQUESTED, subject=subject, now=now, actor=actor)
