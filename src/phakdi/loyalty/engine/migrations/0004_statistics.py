from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    """Let imports tell the planner of what they wrote."""

    dependencies = [("engine", "0003_state_before"), ("members", "0001_initial")]

    operations = [migrations.RunSQL((SQL / "statistics_1.sql").read_text(), "DROP FUNCTION engine_refresh_statistics")]
