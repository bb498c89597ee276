from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    """The connections room's table."""

    initial = True

    dependencies = []

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL((SQL / "tables_1.sql").read_text(), "DROP TABLE provider_connection")],
            state_operations=[
                migrations.CreateModel(
                    name="ProviderConnection",
                    fields=[
                        ("organization_id", models.UUIDField()),
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "organization_id", "provider", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("provider", models.TextField()),
                        ("settings", models.JSONField(default=dict)),
                        ("sealed_secrets", models.TextField(default="")),
                        ("is_enabled", models.BooleanField(default=True)),
                        ("last_ok_at", models.DateTimeField(null=True)),
                        ("last_error_at", models.DateTimeField(null=True)),
                        ("last_error", models.TextField(default="")),
                        ("updated_at", models.DateTimeField()),
                    ],
                    options={"db_table": "provider_connection"},
                ),
            ],
        ),
    ]
