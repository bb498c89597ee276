"""Rows of presence. `sql/tables_1.sql` has their keys."""

from django.db import models

from phakdi.kit.db.models import OrganizationOwned, OrganizationRows


class MemberSession(OrganizationOwned):
    """A browser in which a member is signed in."""

    member_id = models.UUIDField()
    browser = models.TextField(default="")
    way = models.TextField()
    begun_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "member_session"

    def __str__(self) -> str:
        return self.browser or str(self.pk)


class ReadMark(OrganizationRows):
    """Up to when a member has read what happened to their points."""

    pk = models.CompositePrimaryKey("member_id", "organization_id")
    member_id = models.UUIDField()
    read_until = models.DateTimeField()

    class Meta:
        db_table = "member_read_mark"

    def __str__(self) -> str:
        return str(self.read_until)
