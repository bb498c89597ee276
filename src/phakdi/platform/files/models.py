"""Rows of stored files."""

from django.db import models

from phakdi.kit.db.models import OrganizationOwned
from phakdi.platform.files.core import FileKind


class StoredFile(OrganizationOwned):
    """A file on disk, found by its id; ``name`` is what its owner calls it."""

    kind = models.TextField(choices=[(kind.value, kind.value.capitalize()) for kind in FileKind])
    name = models.TextField()
    size_bytes = models.BigIntegerField()
    sha256 = models.TextField()
    created_by = models.TextField(default="")
    created_at = models.DateTimeField()

    class Meta:
        db_table = "stored_file"
        indexes = [models.Index(fields=["organization_id", "kind", "created_at"], name="stored_file_latest")]

    def __str__(self) -> str:
        return self.name
