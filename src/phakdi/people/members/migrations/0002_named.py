from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    """The function that tells who is known by which identity."""

    dependencies = [("members", "0001_initial")]

    operations = [
        migrations.RunSQL((SQL / "named_1.sql").read_text(), "DROP FUNCTION member_named(uuid, text[], text[])"),
    ]
