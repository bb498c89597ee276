from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    """What destroys the details of entries about a forgotten member."""

    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.RunSQL((SQL / "forget_1.sql").read_text(), "DROP FUNCTION audit_forget_details(uuid, uuid[], text[])"),
    ]
