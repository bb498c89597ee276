from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    """How long spending is held after a contact was changed: a setting of the organization."""

    dependencies = [("codes", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL((SQL / "hold_1.sql").read_text(), "ALTER TABLE code_policy DROP COLUMN hold_hours"),
            ],
            state_operations=[migrations.AddField("keptpolicy", "hold_hours", models.IntegerField(default=24))],
        ),
    ]
