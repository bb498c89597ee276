from django.db import migrations, models

import phakdi.kit.ids


class Migration(migrations.Migration):
    """How each refresh of the figures went."""

    initial = True

    dependencies = [("organizations", "0001_initial"), ("ledger", "0001_initial"), ("engine", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="InsightRun",
            fields=[
                ("organization_id", models.UUIDField()),
                ("id", models.UUIDField(default=phakdi.kit.ids.new_id, primary_key=True, serialize=False)),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("as_of", models.DateTimeField(null=True)),
                ("rows", models.BigIntegerField(default=0)),
                ("steps", models.JSONField(default=list)),
                ("error", models.TextField(default="")),
            ],
            options={
                "db_table": "insight_run",
                "indexes": [models.Index(fields=["organization_id", "-started_at"], name="insight_run_latest")],
            },
        ),
    ]
