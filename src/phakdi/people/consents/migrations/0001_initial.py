from pathlib import Path

from django.db import migrations, models

import phakdi.kit.ids

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    """The consents room's tables, written in SQL for keys that begin with the member."""

    initial = True

    dependencies = []

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL((SQL / "tables_1.sql").read_text(), "DROP TABLE consent_text, consent"),
            ],
            state_operations=[
                migrations.CreateModel(
                    name="Consent",
                    fields=[
                        ("organization_id", models.UUIDField()),
                        ("id", models.UUIDField(default=phakdi.kit.ids.new_id, primary_key=True, serialize=False)),
                        ("member_id", models.UUIDField()),
                        ("purpose", models.TextField()),
                        ("channel", models.TextField()),
                        ("granted", models.BooleanField()),
                        ("text_version", models.IntegerField(default=0)),
                        ("text_hash", models.TextField(default="")),
                        ("language", models.TextField(default="")),
                        ("at", models.DateTimeField()),
                        ("source", models.TextField(default="")),
                        ("actor", models.JSONField(null=True)),
                        ("given_by", models.TextField(default="MEMBER")),
                        ("guardian", models.TextField(default="")),
                    ],
                    options={
                        "db_table": "consent",
                    },
                ),
                migrations.CreateModel(
                    name="ConsentText",
                    fields=[
                        ("organization_id", models.UUIDField()),
                        ("id", models.UUIDField(default=phakdi.kit.ids.new_id, primary_key=True, serialize=False)),
                        ("purpose", models.TextField()),
                        ("version", models.IntegerField()),
                        ("texts", models.JSONField()),
                        ("hash", models.TextField()),
                        ("effective_from", models.DateTimeField()),
                        ("created_at", models.DateTimeField()),
                    ],
                    options={
                        "db_table": "consent_text",
                    },
                ),
            ],
        ),
    ]
