"""Surveys and their answers."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field

from phakdi.api.schemas.members import IdentityIn
from phakdi.api.schemas.paging import NextCursor
from phakdi.api.schemas.values import In, Line, Out

Words = Annotated[
    dict[str, str], Field(description="In each language.", examples=[{"th": "แนะนำเราไหม", "en": "Would you recommend us?"}])
]
Word = Annotated[str, Field(max_length=60, pattern=r"^[A-Za-z0-9._-]*$")]


class ChoiceOut(Out):
    """An answer to choose from."""

    key: str
    words: Words


class QuestionOut(Out):
    """A question."""

    key: str = Field(examples=["q1"])
    kind: str = Field(description="NPS, CSAT, SCORE, CHOICE, CHOICES or TEXT.")
    words: Words
    lowest: int | None = Field(description="The lowest number of a scored question.")
    highest: int | None
    choices: list[ChoiceOut]
    is_needed: bool


class SurveyOut(Out):
    """A survey with its questions."""

    id: UUID
    code: str = Field(examples=["after-visit"])
    name: Words
    state: str = Field(description="DRAFT, OPEN or CLOSED.")
    metric: str = Field(description="NPS, CSAT, SCORE, or nothing where no question has a number.")
    wave: int | None = Field(description="The last round of asking; null before it was opened.")
    questions: list[QuestionOut]
    created_at: datetime


class SurveysOut(Out):
    """All surveys: open ones first."""

    items: list[SurveyOut]


class AnswerIn(In):
    """An answer. It is a member's (``member_id``, ``identity`` or ``number``) or stands for itself under its ``ref``."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"number": "M-1001", "answers": {"q1": 9, "q2": "อร่อยมาก"}, "store": "SIAM"}}
    )

    member_id: UUID | None = None
    identity: IdentityIn | None = None
    number: Annotated[str, Field(min_length=1, max_length=60)] | None = None
    ref: Annotated[str, Field(min_length=1, max_length=100)] | None = Field(
        None, description="Your own name for an answer without a member: the same one changes it."
    )
    answers: dict[str, Any] = Field(description="By question: a number, a choice's key, a list of them, or words.")
    store: Word = ""
    staff: Word = ""
    visit: Annotated[str, Field(max_length=100, description="The receipt's number.")] = ""
    journey: Line = ""


class AnswerOut(Out):
    """An answer as it stands."""

    id: UUID
    survey: str
    wave: int
    member_id: UUID | None = Field(description="Null where nobody said who answered, or who did was forgotten.")
    channel: str = Field(description="LINK, OPEN, PORTAL or API.")
    answers: dict[str, Any]
    metric: str
    score: int | None
    text: str
    sentiment: str = Field(description="pos, neu or neg: how the words sound; empty without words.")
    store: str
    staff: str
    visit: str
    journey: str
    follow_up: str = Field(description="OPEN, DONE or nothing.")
    answered_at: datetime


class KeptAnswerOut(AnswerOut):
    """An answer that was kept; ``is_new`` is false where it changed an earlier one of the wave."""

    is_new: bool


class AnswersOut(Out):
    """Answers, the newest first."""

    items: list[AnswerOut]
    next_cursor: NextCursor
