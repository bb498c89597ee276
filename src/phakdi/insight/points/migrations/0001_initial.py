from django.db import migrations, models


class Migration(migrations.Migration):
    """The account of each kind of points, and its closed months."""

    initial = True

    dependencies = [("organizations", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="KeptAccount",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "organization_id", "unit", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("organization_id", models.UUIDField()),
                ("unit", models.TextField()),
                ("as_of", models.DateTimeField()),
                ("doc", models.JSONField()),
            ],
            options={"db_table": "points_account"},
        ),
        migrations.CreateModel(
            name="KeptClosing",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "organization_id", "unit", "month", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("organization_id", models.UUIDField()),
                ("unit", models.TextField()),
                ("month", models.DateField()),
                ("closed_at", models.DateTimeField()),
                ("doc", models.JSONField()),
            ],
            options={"db_table": "points_closing"},
        ),
    ]
