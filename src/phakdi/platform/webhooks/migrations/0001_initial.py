from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import phakdi.kit.ids

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    """The webhooks room's tables, and how whoever sends finds what is due."""

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("organization_id", models.UUIDField()),
                ("id", models.UUIDField(default=phakdi.kit.ids.new_id, primary_key=True, serialize=False)),
                (
                    "state",
                    models.TextField(choices=[("WAITING", "Waiting"), ("DONE", "Done"), ("FAILED", "Failed")], default="WAITING"),
                ),
                ("tries", models.IntegerField(default=0)),
                ("due_at", models.DateTimeField()),
                ("lease_until", models.DateTimeField(null=True)),
                ("lease_token", models.UUIDField(null=True)),
                ("last_status", models.IntegerField(null=True)),
                ("last_error", models.TextField(default="")),
                ("created_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "webhook_delivery",
            },
        ),
        migrations.CreateModel(
            name="Endpoint",
            fields=[
                ("organization_id", models.UUIDField()),
                ("id", models.UUIDField(default=phakdi.kit.ids.new_id, primary_key=True, serialize=False)),
                ("name", models.TextField()),
                ("url", models.TextField()),
                ("topics", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                (
                    "state",
                    models.TextField(
                        choices=[("ACTIVE", "Active"), ("PAUSED", "Paused"), ("DISABLED", "Disabled")], default="ACTIVE"
                    ),
                ),
                ("state_reason", models.TextField(default="")),
                ("sealed_secret", models.TextField()),
                ("sealed_secret_before", models.TextField(default="")),
                ("secret_before_until", models.DateTimeField(null=True)),
                ("fails", models.IntegerField(default=0)),
                ("failing_since", models.DateTimeField(null=True)),
                ("probe_at", models.DateTimeField(null=True)),
                ("claimed_at", models.DateTimeField(null=True)),
                ("last_ok_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "db_table": "webhook_endpoint",
            },
        ),
        migrations.CreateModel(
            name="MemberSequence",
            fields=[
                ("organization_id", models.UUIDField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "organization_id", "member_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("member_id", models.UUIDField()),
                ("latest", models.BigIntegerField(default=0)),
            ],
            options={
                "db_table": "webhook_sequence",
            },
        ),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                ("organization_id", models.UUIDField()),
                ("id", models.UUIDField(default=phakdi.kit.ids.new_id, primary_key=True, serialize=False)),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("PREPARED", "Prepared"),
                            ("ACCEPTED", "Accepted"),
                            ("REFUSED", "Refused"),
                            ("UNREACHABLE", "Unreachable"),
                            ("LOST", "Lost"),
                        ]
                    ),
                ),
                ("headers", models.JSONField()),
                ("status", models.IntegerField(null=True)),
                ("answer", models.TextField(default="")),
                ("error", models.TextField(default="")),
                ("duration_ms", models.IntegerField(null=True)),
                ("prepared_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "delivery",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="webhooks.delivery"),
                ),
            ],
            options={
                "db_table": "webhook_attempt",
            },
        ),
        migrations.AddField(
            model_name="delivery",
            name="endpoint",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="webhooks.endpoint"),
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("organization_id", models.UUIDField()),
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("topic", models.TextField()),
                ("member_id", models.UUIDField(null=True)),
                ("sequence", models.BigIntegerField(null=True)),
                ("body", models.TextField()),
                ("at", models.DateTimeField()),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "db_table": "webhook_event",
                "indexes": [models.Index(fields=["organization_id", "at"], name="webhook_event_by_time")],
            },
        ),
        migrations.AddField(
            model_name="delivery",
            name="event",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="webhooks.event"),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state", "WAITING")), fields=["endpoint", "due_at"], name="webhook_delivery_due"
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("lease_until__isnull", False)), fields=["endpoint"], name="webhook_delivery_busy"
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                models.F("endpoint"), models.OrderBy(models.F("id"), descending=True), name="webhook_delivery_log"
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(fields=("endpoint", "event"), name="webhook_delivery_once"),
        ),
        migrations.RunSQL((SQL / "claim_1.sql").read_text(), "DROP FUNCTION webhook_claim"),
    ]
