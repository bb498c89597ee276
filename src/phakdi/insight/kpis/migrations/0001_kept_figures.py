from django.db import migrations, models

import phakdi.kit.ids


class Migration(migrations.Migration):
    """Figures by window, tables, settings, targets, and what tills sold."""

    initial = True

    dependencies = [("organizations", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="KeptFigure",
            fields=[
                ("organization_id", models.UUIDField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "organization_id",
                        "figure",
                        "span",
                        "dimension",
                        "key",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("figure", models.TextField()),
                ("span", models.TextField()),
                ("dimension", models.TextField()),
                ("key", models.TextField()),
                ("first", models.DateField()),
                ("to", models.DateField()),
                ("numerator", models.BigIntegerField(null=True)),
                ("denominator", models.BigIntegerField(null=True)),
                ("value", models.FloatField(null=True)),
                ("as_of", models.DateTimeField()),
            ],
            options={
                "db_table": "insight_figure",
                "indexes": [models.Index(fields=["organization_id", "span", "dimension", "key"], name="insight_figure_by_span")],
            },
        ),
        migrations.CreateModel(
            name="KeptSettings",
            fields=[
                ("organization_id", models.UUIDField(primary_key=True, serialize=False)),
                ("doc", models.JSONField()),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "db_table": "insight_settings",
            },
        ),
        migrations.CreateModel(
            name="KeptTable",
            fields=[
                ("organization_id", models.UUIDField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "organization_id", "name", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.TextField()),
                ("as_of", models.DateTimeField()),
                ("doc", models.JSONField()),
            ],
            options={
                "db_table": "insight_figure_table",
            },
        ),
        migrations.CreateModel(
            name="Target",
            fields=[
                ("organization_id", models.UUIDField()),
                ("id", models.UUIDField(default=phakdi.kit.ids.new_id, primary_key=True, serialize=False)),
                ("figure", models.TextField()),
                ("span", models.TextField()),
                ("dimension", models.TextField(default="")),
                ("key", models.TextField(default="")),
                ("goal", models.FloatField(null=True)),
                ("by", models.DateField(null=True)),
                ("low", models.FloatField(null=True)),
                ("high", models.FloatField(null=True)),
                ("moves_percent", models.FloatField(null=True)),
                ("out_since", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "db_table": "insight_target",
                "indexes": [models.Index(fields=["organization_id", "created_at"], name="insight_target_by_time")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("goal__isnull", False),
                            ("low__isnull", False),
                            ("high__isnull", False),
                            ("moves_percent__isnull", False),
                            _connector="OR",
                        ),
                        name="insight_target_wants_something",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TillTotal",
            fields=[
                ("organization_id", models.UUIDField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "organization_id", "store", "day", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("store", models.TextField()),
                ("day", models.DateField()),
                ("bills", models.BigIntegerField()),
                ("sales_minor", models.BigIntegerField()),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "db_table": "till_total",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("bills__gte", 0)), name="till_total_bills_not_negative")
                ],
            },
        ),
    ]
