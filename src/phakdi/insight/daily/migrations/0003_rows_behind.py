from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    """An index for the rows behind a figure."""

    dependencies = [("daily", "0002_find_what_was_written")]

    operations = [migrations.RunSQL((SQL / "index_2.sql").read_text(encoding="utf-8"), "DROP INDEX daily_member_by_day")]
