from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    """The daily room's tables, and what folds into them."""

    initial = True

    dependencies = [("ledger", "0001_initial"), ("organizations", "0001_initial"), ("members", "0001_initial")]

    operations = [
        migrations.RunSQL(
            (SQL / "tables_1.sql").read_text(encoding="utf-8"),
            "DROP TABLE daily_member, daily_sales, daily_rhythm, daily_points, daily_tick, daily_count",
        ),
        migrations.RunSQL(
            (SQL / "fold_1.sql").read_text(encoding="utf-8"),
            "DROP FUNCTION daily_is_new, daily_add, daily_members, daily_beginning, daily_fold, daily_behind, daily_restart",
        ),
    ]
