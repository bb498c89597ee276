"""What may be kept as a file, and how large it may be."""

import re
from enum import StrEnum

from phakdi.kit.errors import Invalid

MEGABYTE = 1024 * 1024
NAME_MAX = 120
_NOT_IN_NAMES = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|]+")


class FileKind(StrEnum):
    """What a file is for."""

    IMPORT = "IMPORT"  # uploaded to be imported
    REJECTS = "REJECTS"  # rows of an import that were not taken, each with its reason
    EXPORT = "EXPORT"
    LOGO = "LOGO"  # drawn by us from what was uploaded


SIZE_MAX = {
    FileKind.IMPORT: 512 * MEGABYTE,
    FileKind.REJECTS: 512 * MEGABYTE,
    FileKind.EXPORT: 2048 * MEGABYTE,
    FileKind.LOGO: 8 * MEGABYTE,
}


class FileTooLarge(Invalid):
    """The file is larger than its kind may be; ``details['most']`` says how many bytes that is."""

    code = "file_too_large"


def safe_name(name: str) -> str:
    """Return a name that no file system and no header takes for something else. It is shown, never used as a path."""
    cleaned = " ".join(_NOT_IN_NAMES.sub(" ", name).split()).lstrip(". ")
    return cleaned[-NAME_MAX:] or "file"
