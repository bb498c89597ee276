from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    """What members hold as one number for each unit. There is no way back: the function before would leave it behind."""

    dependencies = [("daily", "0003_rows_behind")]

    operations = [migrations.RunSQL((SQL / "held_1.sql").read_text(encoding="utf-8"))]
