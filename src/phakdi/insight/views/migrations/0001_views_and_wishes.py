import django.contrib.postgres.fields
from django.db import migrations, models

import phakdi.kit.ids


class Migration(migrations.Migration):
    """Saved views, and who wants the weekly summary."""

    initial = True

    dependencies = [("organizations", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("organization_id", models.UUIDField()),
                ("id", models.UUIDField(default=phakdi.kit.ids.new_id, primary_key=True, serialize=False)),
                ("staff_id", models.UUIDField()),
                ("name", models.TextField()),
                ("report", models.TextField()),
                ("query", models.TextField(default="")),
                ("is_shared", models.BooleanField(default=False)),
                (
                    "pinned_by",
                    django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None),
                ),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "db_table": "insight_view",
                "indexes": [models.Index(fields=["organization_id", "staff_id"], name="insight_view_of_staff")],
            },
        ),
        migrations.CreateModel(
            name="SummaryWish",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "organization_id", "staff_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("organization_id", models.UUIDField()),
                ("staff_id", models.UUIDField()),
                ("wished_at", models.DateTimeField()),
                ("sent_for", models.DateField(null=True)),
            ],
            options={"db_table": "insight_summary_wish"},
        ),
    ]
