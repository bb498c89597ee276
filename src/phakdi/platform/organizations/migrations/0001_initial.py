from pathlib import Path

from django.db import migrations, models

import phakdi.kit.ids

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    """The organizations room's tables, and how an organization is found before one is known."""

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Organization",
            fields=[
                ("organization_id", models.UUIDField()),
                ("id", models.UUIDField(default=phakdi.kit.ids.new_id, primary_key=True, serialize=False)),
                ("slug", models.TextField(unique=True)),
                ("name", models.TextField()),
                ("legal_name", models.TextField(default="")),
                ("time_zone", models.TextField(default="Asia/Bangkok")),
                ("currency", models.TextField(default="THB")),
                ("language", models.TextField(default="th")),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "db_table": "organization",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("organization_id", models.F("id"))), name="organization_is_its_own"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Store",
            fields=[
                ("organization_id", models.UUIDField()),
                ("id", models.UUIDField(default=phakdi.kit.ids.new_id, primary_key=True, serialize=False)),
                ("code", models.TextField()),
                ("name", models.JSONField()),
                ("latitude", models.DecimalField(decimal_places=6, max_digits=9, null=True)),
                ("longitude", models.DecimalField(decimal_places=6, max_digits=9, null=True)),
                ("address", models.TextField(default="")),
                ("phone", models.TextField(default="")),
                ("opening_hours", models.TextField(default="")),
                ("area", models.TextField(default="")),
                ("is_active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "db_table": "store",
                "constraints": [
                    models.UniqueConstraint(fields=("organization_id", "code"), name="store_code_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("latitude", None), ("longitude", None)),
                            models.Q(("latitude__range", (-90, 90)), ("longitude__range", (-180, 180))),
                            _connector="OR",
                        ),
                        name="store_is_on_earth",
                    ),
                ],
            },
        ),
        migrations.RunSQL((SQL / "find_1.sql").read_text(), "DROP FUNCTION organization_find, organization_list"),
    ]
