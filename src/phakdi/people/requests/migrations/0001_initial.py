from pathlib import Path

from django.db import migrations, models

import phakdi.kit.ids

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    """The requests room's tables."""

    initial = True

    dependencies = []

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    (SQL / "tables_1.sql").read_text(), "DROP TABLE data_request, erasure, forgotten_contact, data_breach"
                ),
            ],
            state_operations=[
                migrations.CreateModel(
                    name="Breach",
                    fields=[
                        ("organization_id", models.UUIDField()),
                        ("id", models.UUIDField(default=phakdi.kit.ids.new_id, primary_key=True, serialize=False)),
                        ("title", models.TextField()),
                        ("description", models.TextField(default="")),
                        ("happened_at", models.DateTimeField(null=True)),
                        ("known_at", models.DateTimeField()),
                        ("members_count", models.IntegerField(null=True)),
                        ("risk", models.TextField(default="")),
                        ("measures", models.TextField(default="")),
                        ("authority_told_at", models.DateTimeField(null=True)),
                        ("members_told_at", models.DateTimeField(null=True)),
                        ("closed_at", models.DateTimeField(null=True)),
                        ("created_at", models.DateTimeField()),
                    ],
                    options={
                        "db_table": "data_breach",
                    },
                ),
                migrations.CreateModel(
                    name="DataRequest",
                    fields=[
                        ("organization_id", models.UUIDField()),
                        ("id", models.UUIDField(default=phakdi.kit.ids.new_id, primary_key=True, serialize=False)),
                        ("member_id", models.UUIDField()),
                        (
                            "kind",
                            models.TextField(
                                choices=[
                                    ("ACCESS", "Access"),
                                    ("COPY", "Copy"),
                                    ("CORRECTION", "Correction"),
                                    ("ERASURE", "Erasure"),
                                    ("OBJECTION", "Objection"),
                                    ("RESTRICTION", "Restriction"),
                                ]
                            ),
                        ),
                        (
                            "state",
                            models.TextField(
                                choices=[
                                    ("OPEN", "Open"),
                                    ("IN_PROGRESS", "In_progress"),
                                    ("ANSWERED", "Answered"),
                                    ("REFUSED", "Refused"),
                                    ("WITHDRAWN", "Withdrawn"),
                                ],
                                default="OPEN",
                            ),
                        ),
                        ("details", models.TextField(default="")),
                        ("opened_at", models.DateTimeField()),
                        ("opened_by", models.TextField(default="member")),
                        (
                            "identity_check",
                            models.TextField(
                                choices=[
                                    ("SIGNED_IN", "Signed_in"),
                                    ("DOCUMENT", "Document"),
                                    ("CALLED_BACK", "Called_back"),
                                    ("KNOWN", "Known"),
                                    ("NONE", "None"),
                                ],
                                default="NONE",
                            ),
                        ),
                        ("due_date", models.DateField()),
                        ("assigned_to", models.UUIDField(null=True)),
                        ("started_at", models.DateTimeField(null=True)),
                        ("closed_at", models.DateTimeField(null=True)),
                        ("answer", models.TextField(default="")),
                        ("refusal_reason", models.TextField(default="")),
                        ("reminded_on", models.DateField(null=True)),
                        ("file_id", models.UUIDField(null=True)),
                    ],
                    options={
                        "db_table": "data_request",
                    },
                ),
                migrations.CreateModel(
                    name="Erasure",
                    fields=[
                        ("organization_id", models.UUIDField()),
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "organization_id", "member_id", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("member_id", models.UUIDField()),
                        ("erased_at", models.DateTimeField()),
                        ("request_id", models.UUIDField(null=True)),
                        ("counts", models.JSONField(default=dict)),
                        ("hashes", models.JSONField(default=list)),
                    ],
                    options={
                        "db_table": "erasure",
                    },
                ),
                migrations.CreateModel(
                    name="ForgottenContact",
                    fields=[
                        ("organization_id", models.UUIDField()),
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "organization_id", "hash", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("hash", models.TextField()),
                        ("forgotten_at", models.DateTimeField()),
                    ],
                    options={
                        "db_table": "forgotten_contact",
                    },
                ),
            ],
        ),
    ]
