"""What-ifs, and what they say of members."""

from django.db import migrations, models

import phakdi.kit.ids


class Migration(migrations.Migration):
    """Two tables: runs, and members of them."""

    initial = True

    dependencies = [("organizations", "0001_initial"), ("members", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Backtest",
            fields=[
                ("organization_id", models.UUIDField()),
                ("id", models.UUIDField(default=phakdi.kit.ids.new_id, primary_key=True, serialize=False)),
                (
                    "state",
                    models.TextField(
                        choices=[("WAITING", "Waiting"), ("RUNNING", "Running"), ("DONE", "Done"), ("FAILED", "Failed")],
                        default="WAITING",
                    ),
                ),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("drafts", models.JSONField()),
                ("done", models.IntegerField(default=0)),
                ("parts", models.IntegerField(default=0)),
                ("asked_at", models.DateTimeField()),
                ("asked_by", models.UUIDField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("error", models.TextField(default="")),
                ("report", models.JSONField(null=True)),
            ],
            options={
                "db_table": "backtest",
            },
        ),
        migrations.CreateModel(
            name="BacktestMember",
            fields=[
                ("organization_id", models.UUIDField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "backtest_id", "member_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("backtest_id", models.UUIDField()),
                ("member_id", models.UUIDField(db_index=True)),
                ("difference_a", models.BigIntegerField(default=0)),
                ("difference_b", models.BigIntegerField(default=0)),
                ("doc", models.JSONField()),
            ],
            options={
                "db_table": "backtest_member",
                "indexes": [
                    models.Index(fields=["backtest_id", "difference_a"], name="backtest_member_a"),
                    models.Index(fields=["backtest_id", "difference_b"], name="backtest_member_b"),
                ],
            },
        ),
    ]
