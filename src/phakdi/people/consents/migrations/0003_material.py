from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent.parent / "sql"
BACK = """
DROP INDEX consent_latest;
ALTER TABLE consent_text DROP COLUMN is_material, DROP COLUMN created_by;
"""


class Migration(migrations.Migration):
    """Words that change what is agreed to, and guardians' consents for children who join."""

    dependencies = [("consents", "0002_forget")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL((SQL / "material_1.sql").read_text(), BACK)],
            state_operations=[
                migrations.AddField("consenttext", "is_material", models.BooleanField(default=False)),
                migrations.AddField("consenttext", "created_by", models.TextField(default="")),
            ],
        ),
    ]
