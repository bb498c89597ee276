from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"

DROP = "DROP FUNCTION IF EXISTS engine_load, engine_load_many"


class Migration(migrations.Migration):
    """The functions that load a member's state, with until when spending is held, in place of those without it."""

    dependencies = [("engine", "0004_statistics"), ("members", "0001_initial")]

    operations = [
        migrations.RunSQL(DROP, migrations.RunSQL.noop),
        migrations.RunSQL((SQL / "load_2.sql").read_text(), DROP),
    ]
