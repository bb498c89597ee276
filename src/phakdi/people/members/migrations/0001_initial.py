from pathlib import Path

import django.contrib.postgres.fields
from django.db import migrations, models

import phakdi.kit.ids

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    """The members room's tables, written in SQL for their keys."""

    initial = True

    dependencies = []

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    (SQL / "tables_1.sql").read_text(),
                    "DROP TABLE member, identity, attribute_definition, member_before; DROP FUNCTION member_note_writer()",
                ),
            ],
            state_operations=[
                migrations.CreateModel(
                    name="AttributeDefinition",
                    fields=[
                        ("organization_id", models.UUIDField()),
                        ("id", models.UUIDField(default=phakdi.kit.ids.new_id, primary_key=True, serialize=False)),
                        ("key", models.TextField()),
                        ("type", models.TextField()),
                        ("labels", models.JSONField(default=dict)),
                        (
                            "choices",
                            django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
                        ),
                        ("created_at", models.DateTimeField()),
                        ("retired_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "db_table": "attribute_definition",
                    },
                ),
                migrations.CreateModel(
                    name="Identity",
                    fields=[
                        ("organization_id", models.UUIDField()),
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "organization_id", "kind", "value", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("kind", models.TextField()),
                        ("value", models.TextField()),
                        ("member_id", models.UUIDField()),
                        ("verified_at", models.DateTimeField(null=True)),
                        ("created_at", models.DateTimeField()),
                        ("import_id", models.UUIDField(null=True)),
                    ],
                    options={
                        "db_table": "identity",
                    },
                ),
                migrations.CreateModel(
                    name="Member",
                    fields=[
                        ("organization_id", models.UUIDField()),
                        ("id", models.UUIDField(default=phakdi.kit.ids.new_id, primary_key=True, serialize=False)),
                        ("number", models.TextField()),
                        (
                            "status",
                            models.TextField(
                                choices=[
                                    ("SHADOW", "Shadow"),
                                    ("ACTIVE", "Active"),
                                    ("FROZEN", "Frozen"),
                                    ("CLOSED", "Closed"),
                                    ("MERGED", "Merged"),
                                ]
                            ),
                        ),
                        ("status_reason", models.TextField(default="")),
                        ("frozen_by", models.TextField(choices=[("", ""), ("MEMBER", "Member"), ("STAFF", "Staff")], default="")),
                        ("merged_into", models.UUIDField(null=True)),
                        ("title", models.TextField(default="")),
                        ("given_name", models.TextField(default="")),
                        ("family_name", models.TextField(default="")),
                        ("nickname", models.TextField(default="")),
                        ("birthday", models.DateField(null=True)),
                        ("gender", models.TextField(default="")),
                        ("language", models.TextField(default="th")),
                        ("email", models.TextField(default="")),
                        ("phone", models.TextField(default="")),
                        ("attributes", models.JSONField(default=dict)),
                        (
                            "segments",
                            django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
                        ),
                        ("joined_at", models.DateTimeField(null=True)),
                        ("home_store", models.TextField(default="")),
                        ("referred_by", models.UUIDField(null=True)),
                        ("source", models.TextField(default="")),
                        ("spend_held_until", models.DateTimeField(null=True)),
                        ("created_at", models.DateTimeField()),
                        ("updated_at", models.DateTimeField()),
                        ("import_id", models.UUIDField(null=True)),
                        ("search_key", models.TextField(default="")),
                        ("search_digits", models.TextField(default="")),
                        (
                            "search_grams",
                            django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), default=list, size=None),
                        ),
                        ("sort_key", models.TextField(default="")),
                    ],
                    options={
                        "db_table": "member",
                    },
                ),
                migrations.CreateModel(
                    name="MemberBefore",
                    fields=[
                        ("organization_id", models.UUIDField()),
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "member_id", "import_id", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("member_id", models.UUIDField()),
                        ("import_id", models.UUIDField()),
                        ("row_before", models.JSONField()),
                        ("changed_at", models.DateTimeField()),
                    ],
                    options={
                        "db_table": "member_before",
                    },
                ),
            ],
        ),
        migrations.RunSQL(
            (SQL / "search_1.sql").read_text(), "DROP FUNCTION member_candidates(uuid, integer[], text[], text, integer)"
        ),
    ]
