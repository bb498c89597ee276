from pathlib import Path

from django.db import migrations, models

import phakdi.kit.ids

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    """The presence room's tables."""

    initial = True

    dependencies = []

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL((SQL / "tables_1.sql").read_text(), "DROP TABLE member_session, member_read_mark"),
            ],
            state_operations=[
                migrations.CreateModel(
                    name="MemberSession",
                    fields=[
                        ("organization_id", models.UUIDField()),
                        ("id", models.UUIDField(default=phakdi.kit.ids.new_id, primary_key=True, serialize=False)),
                        ("member_id", models.UUIDField()),
                        ("browser", models.TextField(default="")),
                        ("way", models.TextField()),
                        ("begun_at", models.DateTimeField()),
                        ("last_seen_at", models.DateTimeField()),
                        ("ended_at", models.DateTimeField(null=True)),
                    ],
                    options={"db_table": "member_session"},
                ),
                migrations.CreateModel(
                    name="ReadMark",
                    fields=[
                        ("organization_id", models.UUIDField()),
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "member_id", "organization_id", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("member_id", models.UUIDField()),
                        ("read_until", models.DateTimeField()),
                    ],
                    options={"db_table": "member_read_mark"},
                ),
            ],
        ),
    ]
