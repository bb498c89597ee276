from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    """What models expect of members."""

    initial = True

    dependencies = [("organizations", "0001_initial"), ("members", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL((SQL / "tables_1.sql").read_text(), "DROP TABLE member_trait")],
            state_operations=[
                migrations.CreateModel(
                    name="MemberTrait",
                    fields=[
                        ("organization_id", models.UUIDField()),
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "member_id", "source", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("member_id", models.UUIDField()),
                        ("source", models.TextField()),
                        ("traits", models.JSONField()),
                        ("missing", models.JSONField()),
                        ("run_id", models.UUIDField()),
                        ("computed_at", models.DateTimeField()),
                    ],
                    options={"db_table": "member_trait"},
                ),
            ],
        ),
    ]
