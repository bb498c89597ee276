"""Rows of consents. `sql/tables_1.sql` has their keys and constraints; a consent's key begins with the member."""

from django.db import models

from phakdi.kit.db.models import OrganizationOwned


class ConsentText(OrganizationOwned):
    """The words of one version of a consent, in every language."""

    purpose = models.TextField()
    version = models.IntegerField()
    texts = models.JSONField()
    hash = models.TextField()
    effective_from = models.DateTimeField()
    is_material = models.BooleanField(default=False)  # it changes what is agreed to: members are asked again
    created_by = models.TextField(default="")
    created_at = models.DateTimeField()

    class Meta:
        db_table = "consent_text"

    def __str__(self) -> str:
        return f"{self.purpose} {self.version}"


class Consent(OrganizationOwned):
    """One yes or no of a member; never changed, only followed by another."""

    member_id = models.UUIDField()
    purpose = models.TextField()
    channel = models.TextField()
    granted = models.BooleanField()
    text_version = models.IntegerField(default=0)
    text_hash = models.TextField(default="")
    language = models.TextField(default="")
    at = models.DateTimeField()
    source = models.TextField(default="")
    actor = models.JSONField(null=True)
    given_by = models.TextField(default="MEMBER")
    guardian = models.TextField(default="")

    class Meta:
        db_table = "consent"

    def __str__(self) -> str:
        return f"{self.purpose} {self.channel}: {'yes' if self.granted else 'no'}"
