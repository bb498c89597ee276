from django.db import migrations, models


class Migration(migrations.Migration):
    """The last forecast of each figure."""

    initial = True

    dependencies = [("organizations", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="KeptForecast",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "organization_id", "figure", "grain", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("organization_id", models.UUIDField()),
                ("figure", models.TextField()),
                ("grain", models.TextField()),
                ("made_at", models.DateTimeField()),
                ("doc", models.JSONField()),
            ],
            options={"db_table": "forecast"},
        ),
    ]
