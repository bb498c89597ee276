"""Rows of the outbox. `sql/tables_1.sql` has their keys and constraints."""

from django.db import models

from phakdi.kit.db.models import OrganizationOwned, OrganizationRows
from phakdi.platform.outbox.core import JobState


class OutboxFact(OrganizationOwned):
    """Something that happened, told after the commit that made it true."""

    member_id = models.UUIDField(null=True)
    topic = models.TextField()
    data = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        db_table = "outbox_fact"

    def __str__(self) -> str:
        return self.topic


class Job(OrganizationRows):
    """What one consumer has to do about one fact. While a worker is at it, ``due_at`` is the end of its lease."""

    id = models.BigAutoField(primary_key=True)
    consumer = models.TextField()
    fact_id = models.UUIDField()
    member_id = models.UUIDField(null=True)
    topic = models.TextField()
    data = models.JSONField(default=dict)
    at = models.DateTimeField()
    is_ordered = models.BooleanField(default=False)
    state = models.TextField(default=JobState.READY.value, choices=[(s.value, s.value.capitalize()) for s in JobState])
    due_at = models.DateTimeField()
    lease_token = models.UUIDField(null=True)
    tries = models.IntegerField(default=0)
    last_error = models.TextField(default="")
    created_at = models.DateTimeField()
    failed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "job"

    def __str__(self) -> str:
        return f"{self.consumer}: {self.topic}"


class ScheduledTask(OrganizationRows):
    """When a task is due next for an organization, and how it went last."""

    pk = models.CompositePrimaryKey("organization_id", "task")
    task = models.TextField()
    due_at = models.DateTimeField()
    lease_token = models.UUIDField(null=True)
    tries = models.IntegerField(default=0)
    last_done_at = models.DateTimeField(null=True)
    last_error = models.TextField(default="")

    class Meta:
        db_table = "scheduled_task"

    def __str__(self) -> str:
        return self.task


class Interest(OrganizationRows):
    """An organization asked to be told of something that happens often."""

    pk = models.CompositePrimaryKey("organization_id", "consumer", "topic")
    consumer = models.TextField()
    topic = models.TextField()

    class Meta:
        db_table = "outbox_interest"

    def __str__(self) -> str:
        return f"{self.consumer}: {self.topic}"
