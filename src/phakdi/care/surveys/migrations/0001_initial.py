from django.db import migrations, models

import phakdi.kit.ids


class Migration(migrations.Migration):
    """Surveys, their waves, invitations and answers."""

    initial = True

    dependencies = [("organizations", "0001_initial"), ("members", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Answer",
            fields=[
                ("organization_id", models.UUIDField()),
                ("id", models.UUIDField(default=phakdi.kit.ids.new_id, primary_key=True, serialize=False)),
                ("survey_id", models.UUIDField()),
                ("wave_id", models.UUIDField()),
                ("member_id", models.UUIDField(null=True)),
                ("key", models.TextField(null=True)),
                ("channel", models.TextField(choices=[("LINK", "LINK"), ("OPEN", "OPEN"), ("PORTAL", "PORTAL"), ("API", "API")])),
                ("answers", models.JSONField()),
                ("metric", models.TextField(default="")),
                ("scale", models.IntegerField(null=True)),
                ("score", models.IntegerField(null=True)),
                ("text", models.TextField(default="")),
                ("sentiment", models.TextField(default="")),
                ("sentiment_score", models.FloatField(default=0)),
                ("store", models.TextField(default="")),
                ("staff", models.TextField(default="")),
                ("visit", models.TextField(default="")),
                ("journey", models.TextField(default="")),
                ("answered_on", models.DateField()),
                ("first_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField()),
                ("follow_up", models.TextField(default="")),
                ("follow_note", models.TextField(default="")),
                ("followed_by", models.UUIDField(null=True)),
                ("followed_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "survey_answer",
                "indexes": [
                    models.Index(
                        models.F("organization_id"), models.F("survey_id"), models.F("answered_at"), name="survey_answer_latest"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(models.F("wave_id"), models.F("member_id"), name="survey_answer_member"),
                    models.UniqueConstraint(models.F("wave_id"), models.F("key"), name="survey_answer_key"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("organization_id", models.UUIDField()),
                ("id", models.UUIDField(default=phakdi.kit.ids.new_id, primary_key=True, serialize=False)),
                ("survey_id", models.UUIDField()),
                ("wave_id", models.UUIDField()),
                ("member_id", models.UUIDField(null=True)),
                ("channel", models.TextField()),
                ("message_id", models.UUIDField(null=True)),
                ("store", models.TextField(default="")),
                ("staff", models.TextField(default="")),
                ("visit", models.TextField(default="")),
                ("asked_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "survey_invitation",
                "indexes": [
                    models.Index(
                        models.F("organization_id"), models.F("member_id"), models.F("asked_at"), name="survey_invitation_lately"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(models.F("wave_id"), models.F("member_id"), name="survey_invitation_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Survey",
            fields=[
                ("organization_id", models.UUIDField()),
                ("id", models.UUIDField(default=phakdi.kit.ids.new_id, primary_key=True, serialize=False)),
                ("code", models.TextField()),
                ("name", models.JSONField()),
                ("questions", models.JSONField()),
                ("thanks", models.JSONField(default=dict)),
                ("state", models.TextField(choices=[("DRAFT", "DRAFT"), ("OPEN", "OPEN"), ("CLOSED", "CLOSED")])),
                ("reports_activity", models.BooleanField(default=True)),
                ("ask_after_hours", models.IntegerField(null=True)),
                ("ask_percent", models.SmallIntegerField(default=100)),
                ("created_at", models.DateTimeField()),
                ("created_by", models.UUIDField(null=True)),
                ("updated_at", models.DateTimeField()),
            ],
            options={
                "db_table": "survey",
                "constraints": [models.UniqueConstraint(models.F("organization_id"), models.F("code"), name="survey_code")],
            },
        ),
        migrations.CreateModel(
            name="Wave",
            fields=[
                ("organization_id", models.UUIDField()),
                ("id", models.UUIDField(default=phakdi.kit.ids.new_id, primary_key=True, serialize=False)),
                ("survey_id", models.UUIDField()),
                ("number", models.IntegerField()),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "survey_wave",
                "constraints": [models.UniqueConstraint(models.F("survey_id"), models.F("number"), name="survey_wave_number")],
            },
        ),
    ]
