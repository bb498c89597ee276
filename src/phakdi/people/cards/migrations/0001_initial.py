from pathlib import Path

import django.contrib.postgres.fields
from django.db import migrations, models

SQL = Path(__file__).parent.parent / "sql"


def key(*columns: str) -> models.CompositePrimaryKey:
    return models.CompositePrimaryKey(*columns, blank=True, editable=False, primary_key=True, serialize=False)


class Migration(migrations.Migration):
    """The cards room's tables."""

    initial = True

    dependencies = []

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    (SQL / "tables_1.sql").read_text(), "DROP TABLE member_card, member_card_use, member_invitation"
                ),
            ],
            state_operations=[
                migrations.CreateModel(
                    name="Card",
                    fields=[
                        ("organization_id", models.UUIDField()),
                        ("pk", key("organization_id", "pub")),
                        ("pub", models.TextField()),
                        ("member_id", models.UUIDField()),
                        ("sealed_secret", models.TextField()),
                        (
                            "faults",
                            django.contrib.postgres.fields.ArrayField(base_field=models.DateTimeField(), default=list, size=None),
                        ),
                        ("locked_until", models.DateTimeField(null=True)),
                        ("created_at", models.DateTimeField()),
                    ],
                    options={"db_table": "member_card"},
                ),
                migrations.CreateModel(
                    name="CardUse",
                    fields=[
                        ("organization_id", models.UUIDField()),
                        ("pk", key("member_id", "step", "purpose")),
                        ("member_id", models.UUIDField()),
                        ("step", models.BigIntegerField()),
                        ("purpose", models.TextField()),
                        ("used_at", models.DateTimeField()),
                    ],
                    options={"db_table": "member_card_use"},
                ),
                migrations.CreateModel(
                    name="Invitation",
                    fields=[
                        ("organization_id", models.UUIDField()),
                        ("pk", key("organization_id", "word")),
                        ("word", models.TextField()),
                        ("member_id", models.UUIDField()),
                        ("created_at", models.DateTimeField()),
                    ],
                    options={"db_table": "member_invitation"},
                ),
            ],
        ),
    ]
