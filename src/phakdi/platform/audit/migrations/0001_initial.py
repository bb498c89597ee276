from pathlib import Path

from django.db import migrations, models

import phakdi.kit.ids

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    """The audit room's tables."""

    initial = True

    dependencies = []

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL((SQL / "tables_1.sql").read_text(), "DROP TABLE audit_entry, audit_seal")],
            state_operations=[
                migrations.CreateModel(
                    name="AuditEntry",
                    fields=[
                        ("organization_id", models.UUIDField()),
                        ("id", models.UUIDField(default=phakdi.kit.ids.new_id, primary_key=True, serialize=False)),
                        ("at", models.DateTimeField()),
                        ("action", models.TextField()),
                        ("actor_kind", models.TextField()),
                        ("actor_id", models.TextField()),
                        ("subject_kind", models.TextField()),
                        ("subject_id", models.TextField()),
                        ("data", models.JSONField(default=dict)),
                    ],
                    options={
                        "db_table": "audit_entry",
                    },
                ),
                migrations.CreateModel(
                    name="AuditSeal",
                    fields=[
                        ("organization_id", models.UUIDField()),
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "organization_id", "position", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("position", models.BigIntegerField()),
                        ("entry_id", models.UUIDField()),
                        ("hash", models.BinaryField()),
                    ],
                    options={
                        "db_table": "audit_seal",
                    },
                ),
            ],
        ),
    ]
