from django.db import migrations, models

import phakdi.kit.ids


class Migration(migrations.Migration):
    """Makings of lists, and the products that are never shown."""

    initial = True

    dependencies = [("organizations", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="NeverShown",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "organization_id", "product", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("organization_id", models.UUIDField()),
                ("product", models.TextField()),
                ("added_at", models.DateTimeField()),
            ],
            options={"db_table": "recommend_never"},
        ),
        migrations.CreateModel(
            name="RecommendRun",
            fields=[
                ("organization_id", models.UUIDField()),
                ("id", models.UUIDField(default=phakdi.kit.ids.new_id, primary_key=True, serialize=False)),
                ("made_at", models.DateTimeField()),
                ("doc", models.JSONField()),
            ],
            options={
                "db_table": "recommend_run",
                "indexes": [models.Index(fields=["organization_id", "made_at"], name="recommend_run_by_time")],
            },
        ),
    ]
