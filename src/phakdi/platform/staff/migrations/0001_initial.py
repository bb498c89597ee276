from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import phakdi.kit.ids

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    """The staff room's tables, how somebody's places are found, and where tries to sign in are counted."""

    initial = True

    dependencies = [("organizations", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("id", models.UUIDField(default=phakdi.kit.ids.new_id, primary_key=True, serialize=False)),
                ("email", models.TextField(unique=True)),
                ("name", models.TextField()),
                ("language", models.TextField(default="th")),
                ("is_active", models.BooleanField(default=True)),
                ("is_operator", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "db_table": "staff_user",
            },
        ),
        migrations.CreateModel(
            name="StaffMember",
            fields=[
                ("organization_id", models.UUIDField()),
                ("id", models.UUIDField(default=phakdi.kit.ids.new_id, primary_key=True, serialize=False)),
                (
                    "role",
                    models.TextField(
                        choices=[
                            ("OWNER", "Owner"),
                            ("MANAGER", "Manager"),
                            ("MARKETER", "Marketer"),
                            ("ANALYST", "Analyst"),
                            ("AGENT", "Agent"),
                            ("CASHIER", "Cashier"),
                            ("PARTNER", "Partner"),
                        ]
                    ),
                ),
                ("stores", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ("member_id", models.UUIDField(null=True)),
                ("is_active", models.BooleanField(default=True)),
                ("invited_at", models.DateTimeField()),
                (
                    "user",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                "db_table": "staff_member",
                "constraints": [
                    models.UniqueConstraint(fields=("organization_id", "user"), name="staff_member_once"),
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["CASHIER"]), ("stores", []), _negated=True),
                        name="staff_member_has_stores",
                    ),
                ],
            },
        ),
        migrations.RunSQL((SQL / "find_1.sql").read_text(), "DROP FUNCTION staff_places; DROP TABLE sign_in_allowance"),
    ]
