"""Rows of imports. `sql/tables_1.sql` has their keys and constraints."""

from django.db import models

from phakdi.kit.db.models import OrganizationOwned, OrganizationRows
from phakdi.platform.imports.core import ImportKind, ImportState


class Import(OrganizationOwned):
    """One file on its way in: what it is, how it is read, how far it came and what became of its rows."""

    kind = models.TextField(choices=[(kind.value, kind.value.capitalize()) for kind in ImportKind])
    state = models.TextField(
        default=ImportState.RUNNING.value, choices=[(state.value, state.value.capitalize()) for state in ImportState]
    )
    file_name = models.TextField()
    digest = models.TextField()  # of the file and of everything that decides how it is read
    mapping = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    slices = models.IntegerField(default=0)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    created_by_id = models.UUIDField(null=True)

    class Meta:
        db_table = "import"

    def __str__(self) -> str:
        return self.file_name


class ImportSlice(OrganizationRows):
    """A part of an import that is written: its marker, in the same transaction as its rows."""

    pk = models.CompositePrimaryKey("import_id", "number")
    import_id = models.UUIDField()
    number = models.IntegerField()
    counts = models.JSONField(default=dict)
    rejects = models.JSONField(default=list)  # [line, code, field, details] of each
    finished_at = models.DateTimeField()

    class Meta:
        db_table = "import_slice"

    def __str__(self) -> str:
        return f"{self.import_id} {self.number}"
