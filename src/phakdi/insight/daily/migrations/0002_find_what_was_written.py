from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    """Indexes over blocks, by which a fold finds what was written since the one before. They read each table once."""

    dependencies = [("daily", "0001_initial")]

    operations = [
        migrations.RunSQL((SQL / "index_1.sql").read_text(encoding="utf-8"), "DROP INDEX activity_lately, entry_lately"),
    ]
