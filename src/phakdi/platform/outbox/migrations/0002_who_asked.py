from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    """What happens often makes jobs only where somebody asked to be told."""

    dependencies = [("outbox", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    (SQL / "interest_1.sql").read_text(encoding="utf-8"),
                    "DROP FUNCTION outbox_relay(text[], text[], boolean[], timestamptz[], boolean[], boolean[], timestamptz, integer);"
                    "DROP TABLE outbox_interest",
                )
            ],
            state_operations=[
                migrations.CreateModel(
                    name="Interest",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "organization_id",
                                "consumer",
                                "topic",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("organization_id", models.UUIDField()),
                        ("consumer", models.TextField()),
                        ("topic", models.TextField()),
                    ],
                    options={"db_table": "outbox_interest"},
                )
            ],
        )
    ]
