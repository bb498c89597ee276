"""Programs and their versions. A version is written once; what is in force follows from its date."""

from django.db import models

from phakdi.kit.db.models import OrganizationOwned


class Program(OrganizationOwned):
    """A loyalty program of an organization."""

    key = models.TextField()
    name = models.TextField(default="")

    class Meta:
        db_table = "program"
        constraints = [models.UniqueConstraint(fields=["organization_id", "key"], name="program_key_once")]

    def __str__(self) -> str:
        return self.name or self.key


class ProgramVersion(OrganizationOwned):
    """One version of a program: the text as it was written and the document read from it."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="versions")
    number = models.IntegerField()
    text = models.TextField()
    document = models.JSONField()
    effective_from = models.DateTimeField()
    created_at = models.DateTimeField()
    created_by_id = models.UUIDField(null=True)
    note = models.TextField(default="")
    approved_by = models.TextField(default="")

    class Meta:
        db_table = "program_version"
        constraints = [models.UniqueConstraint(fields=["program", "number"], name="program_version_number_once")]
        indexes = [models.Index(fields=["organization_id", "effective_from"], name="program_version_effective")]

    def __str__(self) -> str:
        return f"version {self.number}"


class ProgramDraft(OrganizationOwned):
    """The program as somebody is changing it: it counts for nothing until it is put in force. One for an organization."""

    text = models.TextField()
    revision = models.IntegerField(default=1)
    based_on_id = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    changed_by_id = models.UUIDField(null=True)

    class Meta:
        db_table = "program_draft"
        constraints = [models.UniqueConstraint(fields=["organization_id"], name="program_draft_once")]

    def __str__(self) -> str:
        return f"draft, revision {self.revision}"
