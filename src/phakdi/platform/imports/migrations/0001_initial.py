from pathlib import Path

from django.db import migrations, models

import phakdi.kit.ids

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    """The imports room's tables, written in SQL for their keys."""

    initial = True

    dependencies = []

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL((SQL / "tables_1.sql").read_text(), "DROP TABLE import_slice, import"),
            ],
            state_operations=[
                migrations.CreateModel(
                    name="Import",
                    fields=[
                        ("organization_id", models.UUIDField()),
                        ("id", models.UUIDField(default=phakdi.kit.ids.new_id, primary_key=True, serialize=False)),
                        ("kind", models.TextField(choices=[("MEMBERS", "Members"), ("PURCHASES", "Purchases")])),
                        (
                            "state",
                            models.TextField(
                                choices=[
                                    ("RUNNING", "Running"),
                                    ("DONE", "Done"),
                                    ("UNDOING", "Undoing"),
                                    ("UNDONE", "Undone"),
                                ],
                                default="RUNNING",
                            ),
                        ),
                        ("file_name", models.TextField()),
                        ("digest", models.TextField()),
                        ("mapping", models.JSONField(default=dict)),
                        ("counts", models.JSONField(default=dict)),
                        ("slices", models.IntegerField(default=0)),
                        ("started_at", models.DateTimeField()),
                        ("finished_at", models.DateTimeField(null=True)),
                        ("undone_at", models.DateTimeField(null=True)),
                        ("created_by_id", models.UUIDField(null=True)),
                    ],
                    options={"db_table": "import"},
                ),
                migrations.CreateModel(
                    name="ImportSlice",
                    fields=[
                        ("organization_id", models.UUIDField()),
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "import_id", "number", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("import_id", models.UUIDField()),
                        ("number", models.IntegerField()),
                        ("counts", models.JSONField(default=dict)),
                        ("rejects", models.JSONField(default=list)),
                        ("finished_at", models.DateTimeField()),
                    ],
                    options={"db_table": "import_slice"},
                ),
            ],
        )
    ]
