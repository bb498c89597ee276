from pathlib import Path

from django.db import migrations, models

import phakdi.kit.ids

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    """Tills and the bills that they kept."""

    initial = True

    dependencies = []

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL((SQL / "tables_1.sql").read_text(), "DROP TABLE till_bill, till")],
            state_operations=[
                migrations.CreateModel(
                    name="Till",
                    fields=[
                        ("organization_id", models.UUIDField()),
                        ("id", models.UUIDField(default=phakdi.kit.ids.new_id, primary_key=True, serialize=False)),
                        ("label", models.TextField(default="")),
                        ("sealed_secret", models.TextField()),
                        ("created_by_id", models.UUIDField()),
                        ("created_at", models.DateTimeField()),
                        ("seen_at", models.DateTimeField()),
                        ("closed_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "db_table": "till",
                    },
                ),
                migrations.CreateModel(
                    name="TillBill",
                    fields=[
                        ("organization_id", models.UUIDField()),
                        ("id", models.UUIDField(default=phakdi.kit.ids.new_id, primary_key=True, serialize=False)),
                        ("till_id", models.UUIDField()),
                        ("number", models.BigIntegerField()),
                        ("digest", models.TextField()),
                        (
                            "state",
                            models.TextField(
                                choices=[
                                    ("RECEIVED", "Received"),
                                    ("BOOKED", "Booked"),
                                    ("CONFLICT", "Conflict"),
                                    ("GIVEN_UP", "Given_up"),
                                ]
                            ),
                        ),
                        ("staff_id", models.UUIDField()),
                        ("sent_by_id", models.UUIDField()),
                        ("store", models.TextField(default="")),
                        ("kept_at", models.DateTimeField()),
                        ("received_at", models.DateTimeField()),
                        ("sealed", models.TextField(default="")),
                        ("reason", models.TextField(default="")),
                        ("details", models.JSONField(default=dict)),
                        ("member_id", models.UUIDField(null=True)),
                        ("activity_id", models.UUIDField(null=True)),
                        ("settled_at", models.DateTimeField(null=True)),
                        ("settled_by_id", models.UUIDField(null=True)),
                    ],
                    options={
                        "db_table": "till_bill",
                    },
                ),
            ],
        ),
    ]
