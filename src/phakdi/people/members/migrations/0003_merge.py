from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent.parent / "sql"
UNDO = """
DROP FUNCTION member_told(uuid, text[], text[]);
ALTER TABLE identity DROP COLUMN merged_from;
DROP TABLE member_merge;
"""


class Migration(migrations.Migration):
    """Members who become part of others, and the identities that come along."""

    dependencies = [("members", "0002_named")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL((SQL / "merge_1.sql").read_text(), UNDO)],
            state_operations=[
                migrations.CreateModel(
                    name="MemberMerge",
                    fields=[
                        ("organization_id", models.UUIDField()),
                        ("id", models.UUIDField(primary_key=True, serialize=False)),
                        ("survivor_id", models.UUIDField()),
                        ("merged_id", models.UUIDField()),
                        ("merged_at", models.DateTimeField()),
                        ("actor", models.JSONField()),
                        ("doc", models.JSONField()),
                        ("undone_at", models.DateTimeField(null=True)),
                        ("undone_by", models.JSONField(null=True)),
                    ],
                    options={"db_table": "member_merge"},
                ),
                migrations.AddField("identity", "merged_from", models.UUIDField(null=True)),
            ],
        )
    ]
