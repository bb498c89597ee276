from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    """The guides room's table, and the look whether there is an organization."""

    initial = True

    dependencies = [("organizations", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Guide",
            fields=[
                ("organization_id", models.UUIDField(primary_key=True, serialize=False)),
                ("business", models.TextField(default="")),
                ("dismissed_at", models.DateTimeField(null=True)),
            ],
            options={"db_table": "guide"},
        ),
        migrations.RunSQL((SQL / "empty_1.sql").read_text(encoding="utf-8"), "DROP FUNCTION guide_installation_is_empty()"),
    ]
