"""Rows of organizations and their stores."""

from django.db import models
from django.db.models import F, Q

from phakdi.kit.db.models import OrganizationOwned
from phakdi.kit.text import pick


class Organization(OrganizationOwned):
    """Whose data it is. A row of its own, so that it is seen by itself only: ``organization_id`` equals ``id``."""

    slug = models.TextField(unique=True)
    name = models.TextField()
    legal_name = models.TextField(default="")
    time_zone = models.TextField(default="Asia/Bangkok")
    currency = models.TextField(default="THB")
    language = models.TextField(default="th")
    modules = models.JSONField(default=dict, db_default={})  # what was chosen: {"portal": false}
    created_at = models.DateTimeField()

    class Meta:
        db_table = "organization"
        constraints = [models.CheckConstraint(condition=Q(organization_id=F("id")), name="organization_is_its_own")]

    def __str__(self) -> str:
        return self.name


class Brand(OrganizationOwned):
    """How an organization shows itself. One row each; without one it looks as the product does."""

    organization_id = models.UUIDField(unique=True)
    names = models.JSONField(default=dict)
    accent = models.TextField(default="")
    greeting = models.JSONField(default=dict)
    welcome = models.JSONField(default=dict)
    phone = models.TextField(default="")
    line_url = models.TextField(default="")
    website = models.TextField(default="")
    domain = models.TextField(null=True, unique=True)
    logo_file_id = models.UUIDField(null=True)
    logo_hash = models.TextField(default="")
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "organization_brand"

    def __str__(self) -> str:
        return self.accent


class Store(OrganizationOwned):
    """A place of business. Tills, programs and keys name it by its code."""

    code = models.TextField()
    name = models.JSONField()
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    address = models.TextField(default="")
    phone = models.TextField(default="")
    opening_hours = models.TextField(default="")
    hours = models.JSONField(default=dict, db_default={})  # by weekday: {"mon": ["09:00", "18:00"]}
    area = models.TextField(default="")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "store"
        constraints = [
            models.UniqueConstraint(fields=["organization_id", "code"], name="store_code_once"),
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None) | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="store_is_on_earth",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def name_in(self, language: str) -> str:
        """Return the store's name in the reader's language."""
        return pick(self.name, language)
