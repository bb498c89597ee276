from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    """Count members who became one as one. Who did so before is counted anew with the next thing they do."""

    dependencies = [("daily", "0004_held_at_once"), ("members", "0003_merge")]

    operations = [migrations.RunSQL((SQL / "merged_1.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop)]
