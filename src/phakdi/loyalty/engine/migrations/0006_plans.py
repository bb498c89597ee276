from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    """Let batches look up by key from the first day on."""

    dependencies = [("engine", "0005_load")]

    operations = [migrations.RunSQL((SQL / "plans_1.sql").read_text(), migrations.RunSQL.noop)]
