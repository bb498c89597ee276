from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"

DROP_LOAD = """
    DROP FUNCTION engine_load_shared, engine_first_answer, engine_vouchers, engine_lots
"""
DROP_POST = "DROP FUNCTION engine_post, engine_take_budget, engine_without"


class Migration(migrations.Migration):
    """The functions that load a member's state and post what was decided."""

    dependencies = [
        ("engine", "0001_initial"),
        ("ledger", "0001_initial"),
        ("members", "0001_initial"),
        ("outbox", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL((SQL / "load_1.sql").read_text(), DROP_LOAD),
        migrations.RunSQL((SQL / "post_1.sql").read_text(), DROP_POST),
    ]
