from pathlib import Path

from django.db import migrations, models

import phakdi.kit.ids

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    """How an organization shows itself, what it switched on and off, and whose a host name is."""

    dependencies = [("organizations", "0001_initial")]

    operations = [
        migrations.AddField("organization", "modules", models.JSONField(default=dict, db_default={})),
        migrations.CreateModel(
            name="Brand",
            fields=[
                ("organization_id", models.UUIDField(unique=True)),
                ("id", models.UUIDField(default=phakdi.kit.ids.new_id, primary_key=True, serialize=False)),
                ("names", models.JSONField(default=dict)),
                ("accent", models.TextField(default="")),
                ("greeting", models.JSONField(default=dict)),
                ("welcome", models.JSONField(default=dict)),
                ("phone", models.TextField(default="")),
                ("line_url", models.TextField(default="")),
                ("website", models.TextField(default="")),
                ("domain", models.TextField(null=True, unique=True)),
                ("logo_file_id", models.UUIDField(null=True)),
                ("logo_hash", models.TextField(default="")),
                ("changed_at", models.DateTimeField()),
            ],
            options={"db_table": "organization_brand"},
        ),
        migrations.RunSQL((SQL / "face_1.sql").read_text(), "DROP FUNCTION organization_face, organization_find_by_domain"),
    ]
