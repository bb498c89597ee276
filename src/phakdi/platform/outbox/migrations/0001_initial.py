from pathlib import Path

from django.db import migrations, models

import phakdi.kit.ids

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    """The outbox room's tables and the functions by which workers follow facts, jobs and the schedule."""

    initial = True

    dependencies = []

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL((SQL / "tables_1.sql").read_text(), "DROP TABLE outbox_fact, outbox_tick, job, scheduled_task")
            ],
            state_operations=[
                migrations.CreateModel(
                    name="Job",
                    fields=[
                        ("organization_id", models.UUIDField()),
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("consumer", models.TextField()),
                        ("fact_id", models.UUIDField()),
                        ("member_id", models.UUIDField(null=True)),
                        ("topic", models.TextField()),
                        ("data", models.JSONField(default=dict)),
                        ("at", models.DateTimeField()),
                        ("is_ordered", models.BooleanField(default=False)),
                        ("state", models.TextField(choices=[("READY", "Ready"), ("DEAD", "Dead")], default="READY")),
                        ("due_at", models.DateTimeField()),
                        ("lease_token", models.UUIDField(null=True)),
                        ("tries", models.IntegerField(default=0)),
                        ("last_error", models.TextField(default="")),
                        ("created_at", models.DateTimeField()),
                        ("failed_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "db_table": "job",
                    },
                ),
                migrations.CreateModel(
                    name="OutboxFact",
                    fields=[
                        ("organization_id", models.UUIDField()),
                        ("id", models.UUIDField(default=phakdi.kit.ids.new_id, primary_key=True, serialize=False)),
                        ("member_id", models.UUIDField(null=True)),
                        ("topic", models.TextField()),
                        ("data", models.JSONField(default=dict)),
                        ("at", models.DateTimeField()),
                    ],
                    options={
                        "db_table": "outbox_fact",
                    },
                ),
                migrations.CreateModel(
                    name="ScheduledTask",
                    fields=[
                        ("organization_id", models.UUIDField()),
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "organization_id", "task", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("task", models.TextField()),
                        ("due_at", models.DateTimeField()),
                        ("lease_token", models.UUIDField(null=True)),
                        ("tries", models.IntegerField(default=0)),
                        ("last_done_at", models.DateTimeField(null=True)),
                        ("last_error", models.TextField(default="")),
                    ],
                    options={
                        "db_table": "scheduled_task",
                    },
                ),
            ],
        ),
        migrations.RunSQL((SQL / "relay_1.sql").read_text(), "DROP FUNCTION outbox_relay, outbox_restart_relay, outbox_purge"),
        migrations.RunSQL(
            (SQL / "jobs_1.sql").read_text(),
            "DROP FUNCTION job_claim, job_extend, job_done, job_failed, schedule_ensure, schedule_claim, schedule_extend, schedule_settle, outbox_health",
        ),
    ]
