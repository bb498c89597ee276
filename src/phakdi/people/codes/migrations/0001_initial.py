from pathlib import Path

import django.contrib.postgres.fields
from django.db import migrations, models

import phakdi.kit.ids

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    """The codes room's tables."""

    initial = True

    dependencies = []

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    (SQL / "tables_1.sql").read_text(), "DROP TABLE otp_challenge, code_allowance, code_budget, code_policy"
                ),
            ],
            state_operations=[
                migrations.CreateModel(
                    name="Allowance",
                    fields=[
                        ("organization_id", models.UUIDField()),
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "organization_id", "scope", "key", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("scope", models.TextField()),
                        ("key", models.TextField()),
                        ("sent", django.contrib.postgres.fields.ArrayField(base_field=models.DateTimeField(), size=None)),
                        ("last_sent_at", models.DateTimeField()),
                    ],
                    options={
                        "db_table": "code_allowance",
                    },
                ),
                migrations.CreateModel(
                    name="Budget",
                    fields=[
                        ("organization_id", models.UUIDField()),
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "organization_id", "day", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("day", models.DateField()),
                        ("sent", models.IntegerField()),
                    ],
                    options={
                        "db_table": "code_budget",
                    },
                ),
                migrations.CreateModel(
                    name="Challenge",
                    fields=[
                        ("organization_id", models.UUIDField()),
                        ("id", models.UUIDField(default=phakdi.kit.ids.new_id, primary_key=True, serialize=False)),
                        ("purpose", models.TextField()),
                        ("channel", models.TextField()),
                        ("destination_hash", models.TextField()),
                        ("session_hash", models.TextField()),
                        ("code_hash", models.TextField()),
                        ("ref", models.TextField()),
                        ("tries", models.IntegerField(default=0)),
                        ("tries_max", models.IntegerField()),
                        ("created_at", models.DateTimeField()),
                        ("expires_at", models.DateTimeField()),
                        ("used_at", models.DateTimeField(null=True)),
                        ("accepted_at", models.DateTimeField(null=True)),
                        ("spent_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "db_table": "otp_challenge",
                    },
                ),
                migrations.CreateModel(
                    name="KeptPolicy",
                    fields=[
                        ("organization_id", models.UUIDField(primary_key=True, serialize=False)),
                        ("daily_budget", models.IntegerField()),
                        ("countries", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                    ],
                    options={
                        "db_table": "code_policy",
                    },
                ),
            ],
        ),
    ]
