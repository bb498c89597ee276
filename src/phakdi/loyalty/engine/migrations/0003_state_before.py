from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    """What members were before an import, so that it can be undone."""

    dependencies = [("engine", "0002_functions"), ("ledger", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    (SQL / "undo_1.sql").read_text(), "DROP FUNCTION engine_release_receipts; DROP TABLE state_before"
                )
            ],
            state_operations=[
                migrations.CreateModel(
                    name="StateBefore",
                    fields=[
                        ("organization_id", models.UUIDField()),
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "member_id", "import_id", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("member_id", models.UUIDField()),
                        ("import_id", models.UUIDField()),
                        ("noted_at", models.DateTimeField()),
                        ("state", models.JSONField(null=True)),
                        ("wallets", models.JSONField(default=list)),
                        ("lots", models.JSONField(default=list)),
                        ("vouchers", models.JSONField(default=list)),
                        ("orders", models.JSONField(default=list)),
                    ],
                    options={"db_table": "state_before"},
                ),
            ],
        )
    ]
