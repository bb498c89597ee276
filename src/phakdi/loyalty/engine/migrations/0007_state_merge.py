from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    """What two members were before they became one."""

    dependencies = [("engine", "0006_plans")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL((SQL / "merge_1.sql").read_text(), "DROP TABLE state_merge")],
            state_operations=[
                migrations.CreateModel(
                    name="StateMerge",
                    fields=[
                        ("organization_id", models.UUIDField()),
                        ("merge_id", models.UUIDField(primary_key=True, serialize=False)),
                        ("survivor_id", models.UUIDField()),
                        ("merged_id", models.UUIDField()),
                        ("merged_at", models.DateTimeField()),
                        ("doc", models.JSONField()),
                        ("undone_at", models.DateTimeField(null=True)),
                    ],
                    options={"db_table": "state_merge"},
                ),
            ],
        )
    ]
