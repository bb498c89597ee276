from django.db import migrations, models

import phakdi.kit.ids


class Migration(migrations.Migration):
    """Runs of the models, and the lists that pages show."""

    initial = True

    dependencies = [("organizations", "0001_initial"), ("members", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="LifetimeRun",
            fields=[
                ("organization_id", models.UUIDField()),
                ("id", models.UUIDField(default=phakdi.kit.ids.new_id, primary_key=True, serialize=False)),
                ("computed_at", models.DateTimeField()),
                ("as_of", models.DateField()),
                ("doc", models.JSONField()),
            ],
            options={"db_table": "insight_lifetime_run"},
        ),
        migrations.AddIndex(
            model_name="lifetimerun",
            index=models.Index(fields=["organization_id", "computed_at"], name="insight_lifetime_run_by_time"),
        ),
        migrations.CreateModel(
            name="LifetimeList",
            fields=[
                ("organization_id", models.UUIDField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "organization_id", "key", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("key", models.TextField()),
                ("computed_at", models.DateTimeField()),
                ("rows", models.JSONField()),
            ],
            options={"db_table": "insight_lifetime_list"},
        ),
    ]
