from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    """The engine's tables."""

    initial = True

    dependencies = []

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL((SQL / "tables_1.sql").read_text(), "DROP TABLE member_state, order_state, budget_slice")
            ],
            state_operations=[
                migrations.CreateModel(
                    name="BudgetSlice",
                    fields=[
                        ("organization_id", models.UUIDField()),
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "organization_id",
                                "budget",
                                "slice_no",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("budget", models.TextField()),
                        ("slice_no", models.IntegerField()),
                        ("granted", models.BigIntegerField()),
                        ("remaining", models.BigIntegerField()),
                    ],
                    options={
                        "db_table": "budget_slice",
                    },
                ),
                migrations.CreateModel(
                    name="KeptOrder",
                    fields=[
                        ("organization_id", models.UUIDField()),
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "member_id", "ref", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("member_id", models.UUIDField()),
                        ("ref", models.TextField()),
                        ("doc", models.JSONField()),
                    ],
                    options={
                        "db_table": "order_state",
                    },
                ),
                migrations.CreateModel(
                    name="KeptState",
                    fields=[
                        ("organization_id", models.UUIDField()),
                        ("member_id", models.UUIDField(primary_key=True, serialize=False)),
                        ("version", models.BigIntegerField()),
                        ("clock", models.DateTimeField(null=True)),
                        ("level", models.TextField(default="")),
                        ("due_at", models.DateTimeField(null=True)),
                        ("doc", models.JSONField(default=dict)),
                    ],
                    options={
                        "db_table": "member_state",
                    },
                ),
            ],
        ),
    ]
