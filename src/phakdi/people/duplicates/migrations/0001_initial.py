from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    """Keys of blocks, pairs that may be one person, and how far the members were read."""

    initial = True
    dependencies = []

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    (SQL / "tables_1.sql").read_text(),
                    "DROP TABLE duplicate_scan; DROP TABLE duplicate_pair; DROP TABLE duplicate_key",
                )
            ],
            state_operations=[
                migrations.CreateModel(
                    name="Pair",
                    fields=[
                        ("organization_id", models.UUIDField()),
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "low_id", "high_id", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("low_id", models.UUIDField()),
                        ("high_id", models.UUIDField()),
                        (
                            "state",
                            models.TextField(
                                choices=[("OPEN", "Open"), ("LATER", "Later"), ("DIFFERENT", "Different")], default="OPEN"
                            ),
                        ),
                        ("strength", models.TextField()),
                        ("probability", models.FloatField()),
                        ("evidence", models.JSONField()),
                        ("fingerprint", models.TextField()),
                        ("found_at", models.DateTimeField()),
                        ("decided_at", models.DateTimeField(null=True)),
                        ("decided_by", models.JSONField(null=True)),
                    ],
                    options={"db_table": "duplicate_pair"},
                ),
                migrations.CreateModel(
                    name="Scan",
                    fields=[
                        ("organization_id", models.UUIDField(primary_key=True, serialize=False)),
                        ("members", models.IntegerField(default=0)),
                        ("prior", models.FloatField(null=True)),
                        ("m", models.JSONField(null=True)),
                        ("u", models.JSONField(null=True)),
                        ("estimated_at", models.DateTimeField(null=True)),
                        ("estimated_from", models.IntegerField(default=0)),
                        ("read_at", models.DateTimeField(null=True)),
                    ],
                    options={"db_table": "duplicate_scan"},
                ),
            ],
        )
    ]
