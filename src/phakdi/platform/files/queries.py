"""Every read of stored files. All run in a scope of the organization."""

from pathlib import Path
from uuid import UUID

from django.conf import settings

from phakdi.kit.errors import NotFound
from phakdi.platform.files.core import FileKind
from phakdi.platform.files.models import StoredFile

PAGE_MAX = 200


class UnknownFile(NotFound):
    """The organization has no such file."""

    code = "file_not_found"


def get_file(*, organization_id: UUID, file_id: UUID) -> StoredFile:
    """Return one file's row, or raise UnknownFile."""
    found = StoredFile.objects.filter(organization_id=organization_id, id=file_id).first()
    if found is None:
        raise UnknownFile("There is no such file.", file_id=str(file_id))
    return found


def files_of(*, organization_id: UUID, kind: FileKind, limit: int = 50) -> list[StoredFile]:
    """Return the organization's files of a kind, newest first."""
    found = StoredFile.objects.filter(organization_id=organization_id, kind=kind.value)
    return list(found.order_by("-created_at", "-id")[: min(limit, PAGE_MAX)])


def path_of(file: StoredFile) -> Path:
    """Return where a file lies: open it for reading only."""
    return folder_of(file.organization_id) / str(file.id)


def folder_of(organization_id: UUID) -> Path:
    """Return the folder of an organization's files."""
    return Path(settings.DATA_DIR) / "files" / str(organization_id)
