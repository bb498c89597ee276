"""Every write of imports, inside the caller's transaction."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from phakdi.kit.db.scope import in_transaction
from phakdi.kit.errors import Conflict
from phakdi.kit.ids import new_id
from phakdi.platform.imports import queries
from phakdi.platform.imports.core import WHOLE, ImportKind, ImportState, Reject
from phakdi.platform.imports.models import Import, ImportSlice

NAME_MAX = 200
REJECTS_KEPT = 10_000


class ImportRuns(Conflict):
    """Somebody else is at this import right now."""

    code = "import_runs"


class NotUndoable(Conflict):
    """An import is undone once it is finished, and only once."""

    code = "import_not_undoable"


@in_transaction
def begin(
    *,
    organization_id: UUID,
    kind: ImportKind,
    file_name: str,
    digest: str,
    mapping: Mapping[str, Any],
    slices: int,
    now: datetime,
    created_by_id: UUID | None = None,
) -> Import:
    """Return the unfinished import of this file if there is one, else begin it."""
    found = queries.find_unfinished(organization_id=organization_id, kind=kind, digest=digest)
    if found is not None:
        return found
    made = Import(
        organization_id=organization_id,
        id=new_id(),
        kind=kind.value,
        file_name=file_name[:NAME_MAX],
        digest=digest,
        mapping=dict(mapping),
        slices=slices,
        started_at=now,
        created_by_id=created_by_id,
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        raise ImportRuns("This file is being imported right now.") from error
    return made


@contextmanager
def only_one(import_id: UUID) -> Iterator[None]:
    """Hold the import for this process, on the session of its connection: it ends with the process.

    Raises:
        ImportRuns: another process holds it.
    """
    key = f"import:{import_id}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [key])
        if not cursor.fetchone()[0]:
            raise ImportRuns("This file is being imported right now.", import_id=str(import_id))
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [key])


@in_transaction
def mark_slice(
    *,
    organization_id: UUID,
    import_id: UUID,
    number: int,
    counts: Mapping[str, int],
    rejects: Iterable[Reject],
    now: datetime,
) -> None:
    """Note that a slice is written; a second marker for it is refused by the database and takes the slice with it."""
    told = [[reject.line, reject.code, reject.column, dict(reject.details)] for reject in rejects]
    ImportSlice(
        organization_id=organization_id, import_id=import_id, number=number, counts=dict(counts), rejects=told, finished_at=now
    ).save(force_insert=True)


@in_transaction
def finish(
    *, organization_id: UUID, import_id: UUID, counts: Mapping[str, int], rejects: Iterable[Reject], now: datetime
) -> None:
    """Note that an import is through, with what came of it and up to 10,000 rejected rows, those of reading included."""
    everything = [[reject.line, reject.code, reject.column, dict(reject.details)] for reject in islice(rejects, REJECTS_KEPT)]
    whole = ImportSlice(organization_id=organization_id, import_id=import_id, number=WHOLE, rejects=everything, finished_at=now)
    whole.save(force_insert=True)
    Import.objects.filter(organization_id=organization_id, id=import_id, state=ImportState.RUNNING.value).update(
        state=ImportState.DONE.value, counts=dict(counts), finished_at=now
    )


@in_transaction
def begin_undo(*, organization_id: UUID, import_id: UUID) -> Import:
    """Note that an import is being taken back and return it; one that was interrupted in between goes on.

    Raises:
        NotUndoable: it was taken back before.
    """
    found = queries.get_import(organization_id=organization_id, import_id=import_id)
    undoable = (ImportState.RUNNING.value, ImportState.DONE.value, ImportState.UNDOING.value)
    changed = Import.objects.filter(organization_id=organization_id, id=import_id, state__in=undoable)
    if changed.update(state=ImportState.UNDOING.value) == 0:
        raise NotUndoable("This import was undone before.", import_id=str(import_id))
    return found


@in_transaction
def finish_undo(*, organization_id: UUID, import_id: UUID, counts: Mapping[str, int], now: datetime) -> None:
    """Note that an import is taken back, with what came of it."""
    found = queries.get_import(organization_id=organization_id, import_id=import_id)
    Import.objects.filter(organization_id=organization_id, id=import_id).update(
        state=ImportState.UNDONE.value, undone_at=now, counts={**found.counts, "undone": dict(counts)}
    )


@in_transaction
def forget_rejects(*, organization_id: UUID, texts: Collection[str]) -> int:
    """Destroy the details of rejected rows in which one of these texts stands, and return in how many slices."""
    wanted = [text for text in texts if text]
    count = 0
    for piece in ImportSlice.objects.filter(organization_id=organization_id).exclude(rejects=[]).iterator():
        kept = [[*row[:3], {}] if any(text in str(row[3]) for text in wanted) else row for row in piece.rejects]
        if kept != piece.rejects:
            ImportSlice.objects.filter(pk=piece.pk).update(rejects=kept)
            count += 1
    return count
