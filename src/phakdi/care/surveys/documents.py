"""Surveys between rows and what pages and flows speak of."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from phakdi.care.surveys.core.questions import Question, QuestionKind, SurveyState, Wish, read_question, scored_of, write_question
from phakdi.care.surveys.models import Survey, Wave
from phakdi.kit.text import Text


@dataclass(frozen=True, slots=True)
class SurveyView:
    """A survey as it stands, with its last wave, if it was ever opened."""

    id: UUID
    organization_id: UUID
    code: str
    name: Text
    questions: tuple[Question, ...]
    thanks: Text
    state: SurveyState
    reports_activity: bool
    ask_after_hours: int | None
    ask_percent: int
    created_at: datetime
    wave: Wave | None = field(compare=False)

    @property
    def is_open(self) -> bool:
        """Whether it can be answered."""
        return self.state is SurveyState.OPEN and self.wave is not None and self.wave.closed_at is None

    @property
    def is_draft(self) -> bool:
        """Whether nobody has been asked yet."""
        return self.state is SurveyState.DRAFT

    @property
    def scored(self) -> Question | None:
        """The question whose answers make the figure."""
        return scored_of(self.questions)

    @property
    def metric(self) -> str:
        """NPS, CSAT, SCORE, or nothing where no question has a number."""
        return self.scored.kind.value if self.scored else ""

    @property
    def has_text(self) -> bool:
        """Whether words can be left."""
        return any(each.kind is QuestionKind.TEXT for each in self.questions)


def view_of(row: Survey, wave: Wave | None) -> SurveyView:
    """Return a survey from its row."""
    return SurveyView(
        row.id,
        row.organization_id,
        row.code,
        row.name,
        tuple(read_question(doc) for doc in row.questions),
        row.thanks,
        SurveyState(row.state),
        row.reports_activity,
        row.ask_after_hours,
        row.ask_percent,
        row.created_at,
        wave,
    )


def columns_of(wish: Wish) -> dict[str, Any]:
    """Return the columns that keep what a survey is to be."""
    return {
        "name": dict(wish.name),
        "questions": [write_question(each) for each in wish.questions],
        "thanks": dict(wish.thanks),
        "reports_activity": wish.reports_activity,
        "ask_after_hours": wish.ask_after_hours,
        "ask_percent": wish.ask_percent,
    }
