from django.db import migrations, models

import phakdi.kit.ids


class Migration(migrations.Migration):
    """The files room's table."""

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="StoredFile",
            fields=[
                ("organization_id", models.UUIDField()),
                ("id", models.UUIDField(default=phakdi.kit.ids.new_id, primary_key=True, serialize=False)),
                ("kind", models.TextField(choices=[("IMPORT", "Import"), ("REJECTS", "Rejects"), ("EXPORT", "Export")])),
                ("name", models.TextField()),
                ("size_bytes", models.BigIntegerField()),
                ("sha256", models.TextField()),
                ("created_by", models.TextField(default="")),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "db_table": "stored_file",
                "indexes": [models.Index(fields=["organization_id", "kind", "created_at"], name="stored_file_latest")],
            },
        ),
    ]
