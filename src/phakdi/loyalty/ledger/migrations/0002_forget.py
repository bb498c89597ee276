from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    """What destroys free words in the books of a forgotten member."""

    dependencies = [("ledger", "0001_initial")]

    operations = [
        migrations.RunSQL(
            (SQL / "forget_1.sql").read_text(),
            "DROP FUNCTION ledger_forget_words(uuid, uuid[], text[]); DROP FUNCTION ledger_without_words(jsonb, text[])",
        ),
    ]
