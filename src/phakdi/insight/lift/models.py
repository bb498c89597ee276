"""Rows of experiments: the plan, who was left out, and what came out last."""

from django.db import models

from phakdi.kit.db.models import OrganizationOwned, OrganizationRows


class KeptExperiment(OrganizationOwned):
    """A campaign measured against members who were left out by chance."""

    name = models.TextField()
    plan = models.JSONField()
    treated = models.IntegerField()
    held = models.IntegerField()
    created_at = models.DateTimeField()
    created_by = models.UUIDField(null=True)
    stopped_on = models.DateField(null=True)
    measured_at = models.DateTimeField(null=True)
    result = models.JSONField(null=True)

    class Meta:
        db_table = "experiment"

    def __str__(self) -> str:
        return self.name


class Assigned(OrganizationRows):
    """In which group a member is, decided before anything was sent."""

    pk = models.CompositePrimaryKey("member_id", "experiment_id")
    member_id = models.UUIDField()
    experiment_id = models.UUIDField(db_index=True)
    is_held = models.BooleanField()

    class Meta:
        db_table = "experiment_member"

    def __str__(self) -> str:
        return "held out" if self.is_held else "treated"
