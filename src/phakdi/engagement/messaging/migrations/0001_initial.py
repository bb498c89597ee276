from pathlib import Path

from django.db import migrations, models

import phakdi.kit.ids

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    """The messaging room's tables, and how senders claim what is due."""

    initial = True

    dependencies = []

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL((SQL / "tables_1.sql").read_text(), "DROP TABLE message, delivery_attempt, channel_connection"),
            ],
            state_operations=[
                migrations.CreateModel(
                    name="ChannelConnection",
                    fields=[
                        ("organization_id", models.UUIDField()),
                        ("id", models.UUIDField(default=phakdi.kit.ids.new_id, primary_key=True, serialize=False)),
                        ("channel", models.TextField()),
                        ("provider", models.TextField()),
                        ("settings", models.JSONField(default=dict)),
                        ("sealed_secrets", models.TextField(default="")),
                        ("is_enabled", models.BooleanField(default=True)),
                        ("last_ok_at", models.DateTimeField(null=True)),
                        ("last_error_at", models.DateTimeField(null=True)),
                        ("last_error", models.TextField(default="")),
                        ("quota_left", models.BigIntegerField(null=True)),
                        ("updated_at", models.DateTimeField()),
                    ],
                    options={
                        "db_table": "channel_connection",
                    },
                ),
                migrations.CreateModel(
                    name="DeliveryAttempt",
                    fields=[
                        ("organization_id", models.UUIDField()),
                        ("id", models.UUIDField(default=phakdi.kit.ids.new_id, primary_key=True, serialize=False)),
                        ("message_id", models.UUIDField()),
                        ("number", models.IntegerField()),
                        ("provider", models.TextField()),
                        ("state", models.TextField()),
                        ("request_hash", models.TextField()),
                        ("code", models.TextField(default="")),
                        ("status", models.IntegerField(null=True)),
                        ("provider_ref", models.TextField(default="")),
                        ("prepared_at", models.DateTimeField()),
                        ("finished_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "db_table": "delivery_attempt",
                    },
                ),
                migrations.CreateModel(
                    name="Message",
                    fields=[
                        ("organization_id", models.UUIDField()),
                        ("id", models.UUIDField(default=phakdi.kit.ids.new_id, primary_key=True, serialize=False)),
                        ("member_id", models.UUIDField(null=True)),
                        (
                            "kind",
                            models.TextField(
                                choices=[
                                    ("SECURITY", "Security"),
                                    ("TRANSACTIONAL", "Transactional"),
                                    ("SERVICE", "Service"),
                                    ("LOYALTY", "Loyalty"),
                                    ("MARKETING", "Marketing"),
                                ],
                                db_column="class",
                            ),
                        ),
                        ("priority", models.SmallIntegerField()),
                        ("template", models.TextField(default="")),
                        ("language", models.TextField()),
                        (
                            "channel",
                            models.TextField(choices=[("SMS", "SMS"), ("EMAIL", "EMAIL"), ("LINE", "LINE"), ("PUSH", "PUSH")]),
                        ),
                        ("destination", models.TextField()),
                        ("subject", models.TextField(default="")),
                        ("body", models.TextField()),
                        ("sealed", models.TextField(default="")),
                        ("unsubscribe_url", models.TextField(default="")),
                        ("parts", models.IntegerField(default=1)),
                        (
                            "state",
                            models.TextField(
                                choices=[
                                    ("QUEUED", "Queued"),
                                    ("SENT", "Sent"),
                                    ("FAILED", "Failed"),
                                    ("AMBIGUOUS", "Ambiguous"),
                                    ("CANCELLED", "Cancelled"),
                                ]
                            ),
                        ),
                        ("state_reason", models.TextField(default="")),
                        ("key", models.TextField(null=True)),
                        ("tries", models.IntegerField(default=0)),
                        ("provider", models.TextField(default="")),
                        ("provider_ref", models.TextField(default="")),
                        ("created_at", models.DateTimeField()),
                        ("due_at", models.DateTimeField()),
                        ("expires_at", models.DateTimeField(null=True)),
                        ("finished_at", models.DateTimeField(null=True)),
                        ("lease_until", models.DateTimeField(null=True)),
                        ("lease_token", models.UUIDField(null=True)),
                    ],
                    options={
                        "db_table": "message",
                    },
                ),
            ],
        ),
        migrations.RunSQL((SQL / "claim_1.sql").read_text(), "DROP FUNCTION message_claim(timestamptz, timestamptz, integer)"),
    ]
