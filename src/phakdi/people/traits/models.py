"""Rows of traits. `sql/tables_1.sql` has their key."""

from django.db import models

from phakdi.kit.db.models import OrganizationRows


class MemberTrait(OrganizationRows):
    """What one source says of one member."""

    pk = models.CompositePrimaryKey("member_id", "source")
    member_id = models.UUIDField()
    source = models.TextField()
    traits = models.JSONField()  # by name, as `core.TRAITS` types them
    missing = models.JSONField()  # why a trait is not there: a code by name
    run_id = models.UUIDField()
    computed_at = models.DateTimeField()

    class Meta:
        db_table = "member_trait"

    def __str__(self) -> str:
        return f"{self.member_id} {self.source}"
