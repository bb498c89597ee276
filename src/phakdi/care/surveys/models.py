"""Rows of surveys, their waves, invitations and answers."""

from django.db import models

from phakdi.care.surveys.core.questions import AnswerChannel, SurveyState
from phakdi.kit.db.models import OrganizationOwned


class Survey(OrganizationOwned):
    """What is asked, in both languages."""

    code = models.TextField()
    name = models.JSONField()
    questions = models.JSONField()
    thanks = models.JSONField(default=dict)
    state = models.TextField(choices=[(each.value, each.value) for each in SurveyState])
    reports_activity = models.BooleanField(default=True)
    ask_after_hours = models.IntegerField(null=True)
    ask_percent = models.SmallIntegerField(default=100)
    created_at = models.DateTimeField()
    created_by = models.UUIDField(null=True)
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "survey"
        constraints = (models.UniqueConstraint("organization_id", "code", name="survey_code"),)

    def __str__(self) -> str:
        return self.code


class Wave(OrganizationOwned):
    """One round of asking: everybody may answer anew."""

    survey_id = models.UUIDField()
    number = models.IntegerField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "survey_wave"
        constraints = (models.UniqueConstraint("survey_id", "number", name="survey_wave_number"),)

    def __str__(self) -> str:
        return str(self.number)


class Invitation(OrganizationOwned):
    """That a member was asked in a wave, how, and about what. Of who is forgotten, only that somebody was asked stays."""

    survey_id = models.UUIDField()
    wave_id = models.UUIDField()
    member_id = models.UUIDField(null=True)
    channel = models.TextField()
    message_id = models.UUIDField(null=True)
    store = models.TextField(default="")
    staff = models.TextField(default="")
    visit = models.TextField(default="")
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "survey_invitation"
        constraints = (models.UniqueConstraint("wave_id", "member_id", name="survey_invitation_once"),)
        indexes = (models.Index("organization_id", "member_id", "asked_at", name="survey_invitation_lately"),)

    def __str__(self) -> str:
        return self.channel


class Answer(OrganizationOwned):
    """What somebody answered in a wave: one row, however often they change it. ``key`` stands for whoever has no name."""

    survey_id = models.UUIDField()
    wave_id = models.UUIDField()
    member_id = models.UUIDField(null=True)
    key = models.TextField(null=True)
    channel = models.TextField(choices=[(each.value, each.value) for each in AnswerChannel])
    answers = models.JSONField()
    metric = models.TextField(default="")
    scale = models.IntegerField(null=True)
    score = models.IntegerField(null=True)
    text = models.TextField(default="")
    sentiment = models.TextField(default="")
    sentiment_score = models.FloatField(default=0)
    store = models.TextField(default="")
    staff = models.TextField(default="")
    visit = models.TextField(default="")
    journey = models.TextField(default="")
    answered_on = models.DateField()
    first_at = models.DateTimeField()
    answered_at = models.DateTimeField()
    follow_up = models.TextField(default="")
    follow_note = models.TextField(default="")
    followed_by = models.UUIDField(null=True)
    followed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "survey_answer"
        constraints = (
            models.UniqueConstraint("wave_id", "member_id", name="survey_answer_member"),
            models.UniqueConstraint("wave_id", "key", name="survey_answer_key"),
        )
        indexes = (models.Index("organization_id", "survey_id", "answered_at", name="survey_answer_latest"),)

    def __str__(self) -> str:
        return f"{self.metric} {self.score}"
