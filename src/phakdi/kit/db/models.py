"""What rows of an organization have in common."""

from django.db import models

from phakdi.kit.ids import new_id


class OrganizationRows(models.Model):
    """Rows that belong to one organization; row-level security keeps them apart."""

    organization_id = models.UUIDField()

    class Meta:
        abstract = True


class OrganizationOwned(OrganizationRows):
    """Rows of an organization that have an identifier of their own."""

    id = models.UUIDField(primary_key=True, default=new_id)

    class Meta:
        abstract = True
