from pathlib import Path

import django.contrib.postgres.fields
from django.db import migrations, models

import phakdi.kit.ids

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    """The keys room's tables, and how a key is found before an organization is known."""

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                ("organization_id", models.UUIDField()),
                ("id", models.UUIDField(default=phakdi.kit.ids.new_id, primary_key=True, serialize=False)),
                ("name", models.TextField()),
                ("prefix", models.TextField(unique=True)),
                ("hash", models.TextField()),
                ("scopes", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ("stores", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ("created_by", models.TextField(default="")),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                ("last_used_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "api_key",
            },
        ),
        migrations.CreateModel(
            name="KeptAnswer",
            fields=[
                ("organization_id", models.UUIDField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "organization_id",
                        "principal",
                        "route",
                        "key",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("principal", models.TextField()),
                ("route", models.TextField()),
                ("key", models.TextField()),
                ("request_hash", models.TextField()),
                ("status", models.SmallIntegerField(null=True)),
                ("body", models.BinaryField(null=True)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
            ],
            options={
                "db_table": "idempotency",
                "indexes": [models.Index(fields=["organization_id", "expires_at"], name="idempotency_old")],
            },
        ),
        migrations.RunSQL((SQL / "find_1.sql").read_text(), "DROP FUNCTION api_key_find, api_key_used"),
    ]
