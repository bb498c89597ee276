"""Rows of what-ifs: each run with its report, and what it says of each member."""

from django.db import models

from phakdi.kit.db.models import OrganizationOwned, OrganizationRows


class Backtest(OrganizationOwned):
    """One what-if: which drafts over which time, how far it is, and the report once it is done."""

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "WAITING"
        RUNNING = "RUNNING"
        DONE = "DONE"
        FAILED = "FAILED"

    state = models.TextField(choices=State.choices, default=State.WAITING)
    first_day = models.DateField()
    last_day = models.DateField()
    drafts = models.JSONField()  # [{"key", "name", "digest", "text"}]
    done = models.IntegerField(default=0)  # parts
    parts = models.IntegerField(default=0)
    asked_at = models.DateTimeField()
    asked_by = models.UUIDField(null=True)
    finished_at = models.DateTimeField(null=True)
    error = models.TextField(default="")
    report = models.JSONField(null=True)

    class Meta:
        db_table = "backtest"

    def __str__(self) -> str:
        return f"{self.first_day} to {self.last_day}"


class BacktestMember(OrganizationRows):
    """What one member would have had: benefit against the program in force, in minor units, and the figures behind it."""

    pk = models.CompositePrimaryKey("backtest_id", "member_id")
    backtest_id = models.UUIDField()
    member_id = models.UUIDField(db_index=True)
    difference_a = models.BigIntegerField(default=0)
    difference_b = models.BigIntegerField(default=0)
    doc = models.JSONField()

    class Meta:
        db_table = "backtest_member"
        indexes = [
            models.Index(fields=["backtest_id", "difference_a"], name="backtest_member_a"),
            models.Index(fields=["backtest_id", "difference_b"], name="backtest_member_b"),
        ]

    def __str__(self) -> str:
        return str(self.member_id)
