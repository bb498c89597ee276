from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    """What destroys the names in the consents of a forgotten member."""

    dependencies = [("consents", "0001_initial")]

    operations = [
        migrations.RunSQL((SQL / "forget_1.sql").read_text(), "DROP FUNCTION consent_forget_names(uuid, uuid[])"),
    ]
