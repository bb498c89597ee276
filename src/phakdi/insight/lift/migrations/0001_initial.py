from django.db import migrations, models

import phakdi.kit.ids


class Migration(migrations.Migration):
    """Experiments, and who takes part in which group."""

    initial = True

    dependencies = [("organizations", "0001_initial"), ("members", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="KeptExperiment",
            fields=[
                ("organization_id", models.UUIDField()),
                ("id", models.UUIDField(default=phakdi.kit.ids.new_id, primary_key=True, serialize=False)),
                ("name", models.TextField()),
                ("plan", models.JSONField()),
                ("treated", models.IntegerField()),
                ("held", models.IntegerField()),
                ("created_at", models.DateTimeField()),
                ("created_by", models.UUIDField(null=True)),
                ("stopped_on", models.DateField(null=True)),
                ("measured_at", models.DateTimeField(null=True)),
                ("result", models.JSONField(null=True)),
            ],
            options={"db_table": "experiment"},
        ),
        migrations.CreateModel(
            name="Assigned",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "member_id", "experiment_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("organization_id", models.UUIDField()),
                ("member_id", models.UUIDField()),
                ("experiment_id", models.UUIDField(db_index=True)),
                ("is_held", models.BooleanField()),
            ],
            options={"db_table": "experiment_member"},
        ),
    ]
