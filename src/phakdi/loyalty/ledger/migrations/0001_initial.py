from pathlib import Path

from django.db import migrations, models

import phakdi.kit.ids

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    """The ledger's tables, written in SQL for keys that begin with the member."""

    initial = True

    dependencies = []

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL((SQL / "tables_1.sql").read_text(), "DROP TABLE activity, receipt, entry, lot, wallet, voucher")
            ],
            state_operations=[
                migrations.CreateModel(
                    name="Activity",
                    fields=[
                        ("organization_id", models.UUIDField()),
                        ("id", models.UUIDField(default=phakdi.kit.ids.new_id, primary_key=True, serialize=False)),
                        ("member_id", models.UUIDField()),
                        ("kind", models.TextField()),
                        ("ref", models.TextField(default="")),
                        ("origin", models.TextField(default="")),
                        ("of", models.TextField(default="")),
                        ("channel", models.TextField(default="")),
                        ("store", models.TextField(default="")),
                        ("tender", models.TextField(default="")),
                        ("amount_minor", models.BigIntegerField(null=True)),
                        ("occurred_at", models.DateTimeField()),
                        ("recorded_at", models.DateTimeField()),
                        ("program_version_id", models.UUIDField(null=True)),
                        ("data", models.JSONField(default=dict)),
                        ("outcome", models.JSONField(default=dict)),
                        ("verdicts", models.JSONField(default=list)),
                        ("state", models.TextField(choices=[("BOOKED", "Booked"), ("REVIEW", "Review")], default="BOOKED")),
                        ("import_id", models.UUIDField(null=True)),
                        ("actor", models.JSONField(null=True)),
                    ],
                    options={
                        "db_table": "activity",
                    },
                ),
                migrations.CreateModel(
                    name="Entry",
                    fields=[
                        ("organization_id", models.UUIDField()),
                        ("id", models.UUIDField(default=phakdi.kit.ids.new_id, primary_key=True, serialize=False)),
                        ("member_id", models.UUIDField()),
                        ("activity_id", models.UUIDField(null=True)),
                        ("program_version_id", models.UUIDField(null=True)),
                        ("seq", models.IntegerField()),
                        ("kind", models.TextField()),
                        ("unit", models.TextField()),
                        ("points", models.BigIntegerField()),
                        ("source", models.TextField()),
                        ("target", models.TextField()),
                        ("rule", models.TextField(default="")),
                        ("reason", models.TextField(default="")),
                        ("params", models.JSONField(default=dict)),
                        ("reverses_id", models.UUIDField(null=True)),
                        ("uses", models.JSONField(default=list)),
                        ("pot", models.TextField(default="")),
                        ("ref", models.TextField(default="")),
                        ("effective_at", models.DateTimeField()),
                        ("recorded_at", models.DateTimeField()),
                    ],
                    options={
                        "db_table": "entry",
                    },
                ),
                migrations.CreateModel(
                    name="Lot",
                    fields=[
                        ("organization_id", models.UUIDField()),
                        ("id", models.UUIDField(default=phakdi.kit.ids.new_id, primary_key=True, serialize=False)),
                        ("member_id", models.UUIDField()),
                        ("activity_id", models.UUIDField(null=True)),
                        ("unit", models.TextField()),
                        ("granted", models.BigIntegerField()),
                        ("remaining", models.BigIntegerField()),
                        ("earned_at", models.DateTimeField()),
                        ("available_at", models.DateTimeField(null=True)),
                        ("expires_at", models.DateTimeField(null=True)),
                        ("is_pending", models.BooleanField(default=False)),
                        ("waits_for", models.TextField(default="")),
                        ("cancel_at", models.DateTimeField(null=True)),
                        ("pot", models.TextField(default="")),
                        ("rule", models.TextField(default="")),
                        ("is_bonus", models.BooleanField(default=False)),
                        ("ref", models.TextField(default="")),
                        ("is_open", models.BooleanField()),
                    ],
                    options={
                        "db_table": "lot",
                    },
                ),
                migrations.CreateModel(
                    name="Receipt",
                    fields=[
                        ("organization_id", models.UUIDField()),
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "organization_id",
                                "origin",
                                "number",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("origin", models.TextField()),
                        ("number", models.TextField()),
                        ("member_id", models.UUIDField()),
                        ("activity_id", models.UUIDField()),
                        ("content_hash", models.TextField()),
                    ],
                    options={
                        "db_table": "receipt",
                    },
                ),
                migrations.CreateModel(
                    name="Voucher",
                    fields=[
                        ("organization_id", models.UUIDField()),
                        ("id", models.UUIDField(default=phakdi.kit.ids.new_id, primary_key=True, serialize=False)),
                        ("member_id", models.UUIDField()),
                        ("activity_id", models.UUIDField(null=True)),
                        ("definition", models.TextField()),
                        (
                            "state",
                            models.TextField(
                                choices=[
                                    ("ISSUED", "Issued"),
                                    ("HELD", "Held"),
                                    ("USED", "Used"),
                                    ("EXPIRED", "Expired"),
                                    ("CANCELLED", "Cancelled"),
                                ]
                            ),
                        ),
                        ("issued_at", models.DateTimeField()),
                        ("starts_at", models.DateTimeField()),
                        ("expires_at", models.DateTimeField(null=True)),
                        ("value_minor", models.BigIntegerField(null=True)),
                        ("uses_left", models.IntegerField(default=1)),
                        ("rule", models.TextField(default="")),
                        ("ref", models.TextField(default="")),
                        ("choice", models.TextField(default="")),
                    ],
                    options={
                        "db_table": "voucher",
                    },
                ),
                migrations.CreateModel(
                    name="Wallet",
                    fields=[
                        ("organization_id", models.UUIDField()),
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "member_id", "unit", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("member_id", models.UUIDField()),
                        ("unit", models.TextField()),
                        ("active", models.BigIntegerField(default=0)),
                        ("pending", models.BigIntegerField(default=0)),
                        ("held", models.BigIntegerField(default=0)),
                        ("debt", models.BigIntegerField(default=0)),
                        ("earned", models.BigIntegerField(default=0)),
                        ("spent", models.BigIntegerField(default=0)),
                        ("expired", models.BigIntegerField(default=0)),
                    ],
                    options={
                        "db_table": "wallet",
                    },
                ),
            ],
        ),
    ]
