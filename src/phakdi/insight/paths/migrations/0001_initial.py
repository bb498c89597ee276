from django.db import migrations, models


class Migration(migrations.Migration):
    """Figures of paths as they were last worked out."""

    initial = True

    dependencies = [("organizations", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="PathLook",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "organization_id", "kind", "name", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("organization_id", models.UUIDField()),
                ("kind", models.TextField()),
                ("name", models.TextField()),
                ("as_of", models.DateTimeField()),
                ("doc", models.JSONField()),
            ],
            options={"db_table": "insight_path_look"},
        ),
    ]
