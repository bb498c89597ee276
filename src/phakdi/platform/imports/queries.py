"""Every read of imports. All run in a scope of the organization."""

from collections.abc import Sequence
from uuid import UUID

from phakdi.kit.errors import NotFound
from phakdi.platform.imports.core import WHOLE, ImportKind, ImportState, Reject
from phakdi.platform.imports.models import Import, ImportSlice

PAGE_MAX = 200


class UnknownImport(NotFound):
    """The organization has no such import."""

    code = "import_not_found"


def get_import(*, organization_id: UUID, import_id: UUID) -> Import:
    """Return the import, or raise UnknownImport."""
    found = Import.objects.filter(organization_id=organization_id, id=import_id).first()
    if found is None:
        raise UnknownImport("There is no such import.", import_id=str(import_id))
    return found


def find_by_prefix(*, organization_id: UUID, text: str) -> Import:
    """Return the one import whose id begins or ends with ``text``, as people copy it from a list, or raise UnknownImport."""
    wanted = text.strip().lower()
    found = [item for item in imports_of(organization_id=organization_id) if wanted and wanted in _ends(item.id, len(wanted))]
    if len(found) != 1:
        raise UnknownImport("There is no such import." if not found else "More than one import fits.", import_id=text)
    return found[0]


def imports_of(*, organization_id: UUID, before: UUID | None = None, limit: int = PAGE_MAX) -> list[Import]:
    """Return the imports, the latest first, up to ``limit`` before the import ``before``."""
    found = Import.objects.filter(organization_id=organization_id)
    if before is not None:
        found = found.filter(id__lt=before)
    return list(found.order_by("-id")[: min(limit, PAGE_MAX)])


def find_unfinished(*, organization_id: UUID, kind: ImportKind, digest: str) -> Import | None:
    """Return the import of this file, read in this way, that was begun and not finished, or None."""
    found = Import.objects.filter(organization_id=organization_id, kind=kind.value, digest=digest)
    return found.filter(state=ImportState.RUNNING.value).first()


def undone_imports(*, organization_id: UUID) -> list[UUID]:
    """Return the imports that were taken back."""
    states = (ImportState.UNDOING.value, ImportState.UNDONE.value)
    found = Import.objects.filter(organization_id=organization_id, state__in=states)
    return list(found.order_by("id").values_list("id", flat=True))


def slices_of(*, organization_id: UUID, import_id: UUID) -> dict[int, dict[str, int]]:
    """Return which slices of the import are written, with the counts of each."""
    found = ImportSlice.objects.filter(organization_id=organization_id, import_id=import_id, number__gt=WHOLE)
    return dict(found.order_by("number").values_list("number", "counts"))


def rejects_of(*, organization_id: UUID, import_id: UUID) -> list[Reject]:
    """Return the rows that were left out, by line: all once it is through, before that those of the slices that are written."""
    found = ImportSlice.objects.filter(organization_id=organization_id, import_id=import_id).order_by("number")
    kept = list(found.values_list("number", "rejects"))
    told: Sequence[list[list[object]]] = [rows for number, rows in kept if number == WHOLE] or [rows for _, rows in kept]
    rejects = [Reject(*row) for rows in told for row in rows]  # type: ignore[arg-type]  # written by `mark_slice`
    return sorted(rejects, key=lambda reject: reject.line)


def _ends(id: UUID, length: int) -> tuple[str, str]:
    text = str(id)
    return text[:length], text[-length:]
