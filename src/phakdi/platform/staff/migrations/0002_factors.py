from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import phakdi.kit.ids

SQL = Path(__file__).parent.parent / "sql"
BEFORE = (SQL / "find_1.sql").read_text().partition("CREATE TABLE")[0]


class Migration(migrations.Migration):
    """Second factors, sessions, links by mail; areas as places of work; points that wait for a second person."""

    dependencies = [
        ("staff", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Authenticator",
            fields=[
                ("id", models.UUIDField(default=phakdi.kit.ids.new_id, primary_key=True, serialize=False)),
                ("kind", models.TextField(choices=[("APP", "App"), ("PASSKEY", "Passkey")])),
                ("name", models.TextField()),
                ("sealed_secret", models.TextField(default="")),
                ("last_step", models.BigIntegerField(default=0)),
                ("credential_id", models.BinaryField(null=True, unique=True)),
                ("credential", models.BinaryField(null=True)),
                ("uses", models.BigIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("last_used_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "staff_authenticator",
            },
        ),
        migrations.CreateModel(
            name="HeldGrant",
            fields=[
                ("organization_id", models.UUIDField()),
                ("id", models.UUIDField(default=phakdi.kit.ids.new_id, primary_key=True, serialize=False)),
                ("member_id", models.UUIDField()),
                ("unit", models.TextField(default="")),
                ("points", models.BigIntegerField()),
                ("reason", models.TextField()),
                ("key", models.TextField()),
                ("why", models.TextField(choices=[("LARGE", "Large"), ("MANY", "Many")], default="")),
                (
                    "state",
                    models.TextField(
                        choices=[("ALONE", "Alone"), ("WAITING", "Waiting"), ("APPROVED", "Approved"), ("REFUSED", "Refused")],
                        default="WAITING",
                    ),
                ),
                ("requested_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "staff_held_grant",
            },
        ),
        migrations.CreateModel(
            name="KnownDevice",
            fields=[
                ("id", models.UUIDField(default=phakdi.kit.ids.new_id, primary_key=True, serialize=False)),
                ("hash", models.TextField()),
                ("agent", models.TextField(default="")),
                ("first_seen_at", models.DateTimeField()),
                ("last_seen_at", models.DateTimeField()),
            ],
            options={
                "db_table": "staff_device",
            },
        ),
        migrations.CreateModel(
            name="MailLink",
            fields=[
                ("id", models.UUIDField(default=phakdi.kit.ids.new_id, primary_key=True, serialize=False)),
                ("kind", models.TextField(choices=[("RESET", "Reset"), ("INVITE", "Invite")])),
                ("hash", models.TextField(unique=True)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "staff_link",
            },
        ),
        migrations.CreateModel(
            name="Policy",
            fields=[
                ("organization_id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "second_factor",
                    models.TextField(
                        choices=[("NOBODY", "Nobody"), ("LEADERS", "Leaders"), ("EVERYBODY", "Everybody")], default="NOBODY"
                    ),
                ),
                ("adjust_alone_max", models.BigIntegerField(default=5000)),
                ("grants_a_day_max", models.IntegerField(default=50)),
            ],
            options={
                "db_table": "staff_policy",
            },
        ),
        migrations.CreateModel(
            name="RecoveryCode",
            fields=[
                ("id", models.UUIDField(default=phakdi.kit.ids.new_id, primary_key=True, serialize=False)),
                ("hash", models.TextField()),
                ("used_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "staff_recovery_code",
            },
        ),
        migrations.CreateModel(
            name="SignedIn",
            fields=[
                ("id", models.UUIDField(default=phakdi.kit.ids.new_id, primary_key=True, serialize=False)),
                ("session_key", models.TextField(unique=True)),
                ("agent", models.TextField(default="")),
                ("address", models.TextField(default="")),
                ("began_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
            ],
            options={
                "db_table": "staff_session",
            },
        ),
        migrations.RemoveConstraint(
            model_name="staffmember",
            name="staff_member_has_stores",
        ),
        migrations.AddField(
            model_name="staffmember",
            name="areas",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
        ),
        migrations.AddField(
            model_name="staffmember",
            name="phone",
            field=models.TextField(default=""),
        ),
        migrations.AddConstraint(
            model_name="staffmember",
            constraint=models.CheckConstraint(
                condition=models.Q(("areas", []), ("role__in", ["CASHIER"]), ("stores", []), _negated=True),
                name="staff_member_has_place",
            ),
        ),
        migrations.AddField(
            model_name="authenticator",
            name="user",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name="heldgrant",
            name="decided_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="staff.staffmember"
            ),
        ),
        migrations.AddField(
            model_name="heldgrant",
            name="requested_by",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="staff.staffmember"),
        ),
        migrations.AddField(
            model_name="knowndevice",
            name="user",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name="maillink",
            name="user",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name="policy",
            constraint=models.CheckConstraint(
                condition=models.Q(("adjust_alone_max__gte", 0), ("grants_a_day_max__gte", 0)), name="staff_policy_not_negative"
            ),
        ),
        migrations.AddField(
            model_name="recoverycode",
            name="user",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name="signedin",
            name="user",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name="authenticator",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "APP")), fields=("user",), name="staff_authenticator_one_app"
            ),
        ),
        migrations.AddIndex(
            model_name="heldgrant",
            index=models.Index(fields=["organization_id", "state", "requested_at"], name="staff_held_grant_waiting"),
        ),
        migrations.AddIndex(
            model_name="heldgrant",
            index=models.Index(fields=["requested_by", "requested_at"], name="staff_held_grant_of_person"),
        ),
        migrations.AddConstraint(
            model_name="heldgrant",
            constraint=models.UniqueConstraint(fields=("organization_id", "key"), name="staff_held_grant_once"),
        ),
        migrations.AddConstraint(
            model_name="heldgrant",
            constraint=models.CheckConstraint(
                condition=models.Q(("decided_by", models.F("requested_by")), _negated=True), name="staff_held_grant_second_person"
            ),
        ),
        migrations.AddConstraint(
            model_name="knowndevice",
            constraint=models.UniqueConstraint(fields=("user", "hash"), name="staff_device_once"),
        ),
        migrations.AddConstraint(
            model_name="recoverycode",
            constraint=models.UniqueConstraint(fields=("user", "hash"), name="staff_recovery_code_once"),
        ),
        migrations.RunSQL(
            "DROP FUNCTION staff_places;\n" + (SQL / "find_2.sql").read_text(), "DROP FUNCTION staff_places;\n" + BEFORE
        ),
    ]
