"""Rows of members. `sql/tables_1.sql` has their keys and constraints."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from phakdi.kit.db.models import OrganizationOwned, OrganizationRows
from phakdi.people.members.core.status import FrozenBy, Status


class Member(OrganizationOwned):
    """A person enrolled, or a shadow that has earned before anybody enrolled."""

    number = models.TextField()
    status = models.TextField(choices=[(s.value, s.value.capitalize()) for s in Status])
    status_reason = models.TextField(default="")
    frozen_by = models.TextField(default="", choices=[(by.value, by.value.capitalize()) for by in FrozenBy])
    merged_into = models.UUIDField(null=True)
    title = models.TextField(default="")
    given_name = models.TextField(default="")
    family_name = models.TextField(default="")
    nickname = models.TextField(default="")
    birthday = models.DateField(null=True)
    gender = models.TextField(default="")
    language = models.TextField(default="th")
    email = models.TextField(default="")
    phone = models.TextField(default="")
    attributes = models.JSONField(default=dict)
    segments = ArrayField(models.TextField(), default=list)
    joined_at = models.DateTimeField(null=True)
    home_store = models.TextField(default="")
    referred_by = models.UUIDField(null=True)
    source = models.TextField(default="")
    spend_held_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    import_id = models.UUIDField(null=True)
    search_key = models.TextField(default="")
    search_digits = models.TextField(default="")
    search_grams = ArrayField(models.IntegerField(), default=list)
    sort_key = models.TextField(default="")

    class Meta:
        db_table = "member"

    def __str__(self) -> str:
        return self.number

    @property
    def full_name(self) -> str:
        """The name as it is written on a letter; the nickname where nothing else is known."""
        return " ".join(part for part in (self.title, self.given_name, self.family_name) if part) or self.nickname

    @property
    def shown_name(self) -> str:
        """How the member is greeted: by nickname, else by given name, else by number."""
        return self.nickname or self.given_name or self.number


class Identity(OrganizationRows):
    """One way by which a member is known; nobody else in the organization has it."""

    pk = models.CompositePrimaryKey("organization_id", "kind", "value")
    kind = models.TextField()
    value = models.TextField()
    member_id = models.UUIDField()
    verified_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    import_id = models.UUIDField(null=True)
    merged_from = models.UUIDField(null=True)  # whose it was before that member became part of this one

    class Meta:
        db_table = "identity"

    def __str__(self) -> str:
        return self.kind


class AttributeDefinition(OrganizationOwned):
    """An attribute that the organization keeps of its members."""

    key = models.TextField()
    type = models.TextField()
    labels = models.JSONField(default=dict)
    choices = ArrayField(models.TextField(), default=list)
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "attribute_definition"

    def __str__(self) -> str:
        return self.key


class MemberBefore(OrganizationRows):
    """A member as they were before an import changed them."""

    pk = models.CompositePrimaryKey("member_id", "import_id")
    member_id = models.UUIDField()
    import_id = models.UUIDField()
    row_before = models.JSONField()
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "member_before"

    def __str__(self) -> str:
        return str(self.member_id)


class MemberMerge(OrganizationRows):
    """A member who became part of another one, and what that changed of the survivor's row."""

    id = models.UUIDField(primary_key=True)
    survivor_id = models.UUIDField()
    merged_id = models.UUIDField()
    merged_at = models.DateTimeField()
    actor = models.JSONField()
    doc = models.JSONField()
    undone_at = models.DateTimeField(null=True)
    undone_by = models.JSONField(null=True)

    class Meta:
        db_table = "member_merge"

    def __str__(self) -> str:
        return f"{self.merged_id} into {self.survivor_id}"
