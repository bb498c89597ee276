"""What a survey asks, and reading an answer to it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from phakdi.kit.errors import Invalid
from phakdi.kit.text import LANGUAGES

QUESTIONS_MAX, CHOICES_MAX, WORDS_MAX, TEXT_MAX = 8, 20, 300, 2000
CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
DAYS_BETWEEN_ASKS = 30  # across all surveys (R142)


class QuestionKind(StrEnum):
    """How a question is answered."""

    NPS = "NPS"  # 0–10: would you recommend us
    CSAT = "CSAT"  # 1–5, 1–7, 0–10 or 1–10: how satisfied
    SCORE = "SCORE"  # a number on a scale of one's own; no share is made of it
    CHOICE = "CHOICE"
    CHOICES = "CHOICES"
    TEXT = "TEXT"


class SurveyState(StrEnum):
    """Where a survey is."""

    DRAFT = "DRAFT"
    OPEN = "OPEN"
    CLOSED = "CLOSED"


class AnswerChannel(StrEnum):
    """The way an answer came."""

    LINK = "LINK"  # a member's own link
    OPEN = "OPEN"  # a link or code for everybody
    PORTAL = "PORTAL"
    API = "API"


class FollowUp(StrEnum):
    """What became of words that call for somebody."""

    NONE = ""
    OPEN = "OPEN"
    DONE = "DONE"


SCORED = frozenset({QuestionKind.NPS, QuestionKind.CSAT, QuestionKind.SCORE})
SCALES = frozenset({(1, 5), (1, 7), (0, 10), (1, 10)})


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the answers to choose from."""

    key: str
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Question:
    """One question; ``lowest`` and ``highest`` are the ends of a scored one's scale."""

    key: str
    kind: QuestionKind
    words: Mapping[str, str]
    lowest: int = 0
    highest: int = 0
    choices: tuple[Choice, ...] = ()
    is_needed: bool = False

    @property
    def is_scored(self) -> bool:
        """Whether the answer is a number."""
        return self.kind in SCORED

    @property
    def scale(self) -> range:
        """Every number that may be answered."""
        return range(self.lowest, self.highest + 1)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a survey is to be. ``ask_after_hours``: ask by itself so many hours after a purchase, a share (1–100) of bills."""

    name: Mapping[str, str]
    questions: tuple[Question, ...]
    thanks: Mapping[str, str] = field(default_factory=dict)
    reports_activity: bool = True
    ask_after_hours: int | None = None
    ask_percent: int = 100

    def check(self) -> None:
        """Raise Invalid where it cannot be asked like this."""
        _words(self.name, "name")
        if not self.questions:
            raise Invalid("Ask at least one question.", code="survey_empty", field="questions")
        if len(self.questions) > QUESTIONS_MAX:
            raise Invalid("These are too many questions.", code="survey_long", field="questions", most=QUESTIONS_MAX)
        if len({each.key for each in self.questions}) < len(self.questions):
            raise Invalid("Two questions have one key.", code="survey_question_twice", field="questions")
        for question in self.questions:
            _check_question(question)
        if self.ask_after_hours is not None and not 0 <= self.ask_after_hours <= 24 * 14:
            raise Invalid("Ask within two weeks.", code="survey_hours", field="ask_after_hours")
        if not 1 <= self.ask_percent <= 100:  # noqa: PLR2004 - percent
            raise Invalid("A share is 1 to 100 percent.", code="survey_percent", field="ask_percent")

    @property
    def scored(self) -> Question | None:
        """The question whose answers make the survey's figure: the first with a number."""
        return scored_of(self.questions)


@dataclass(frozen=True, slots=True)
class Given:
    """An answer that was read: by question, with the survey's figure and all its free words."""

    answers: Mapping[str, Any]
    metric: str
    scale: int | None
    score: int | None
    text: str


def scored_of(questions: Sequence[Question]) -> Question | None:
    """Return the first question with a number."""
    return next((each for each in questions if each.is_scored), None)


def read_answer(questions: Sequence[Question], raw: Mapping[str, Any]) -> Given:
    """Read what somebody answered, by question key; empty values are no answer.

    Raises:
        Invalid: an answer is missing, off its scale, not among the choices, too long, or nobody asked; ``field`` says which.
    """
    known = {each.key: each for each in questions}
    for key in raw:
        if key not in known:
            raise Invalid("Nobody asked this.", code="survey_question_unknown", field=str(key)[:60])
    answers: dict[str, Any] = {}
    for question in questions:
        value = _read(question, raw.get(question.key))
        if value in (None, "", []):
            if question.is_needed:
                raise Invalid("Please answer this question.", code="survey_answer_missing", field=question.key)
            continue
        answers[question.key] = value
    if not answers:
        raise Invalid("Please answer at least one question.", code="survey_answer_empty", field=questions[0].key)
    scored = scored_of(questions)
    score = answers.get(scored.key) if scored else None
    text = "\n".join(answers[each.key] for each in questions if each.kind is QuestionKind.TEXT and each.key in answers)
    is_scored = scored is not None and score is not None
    return Given(
        answers,
        scored.kind.value if scored and is_scored else "",
        scored.highest if scored and is_scored else None,
        score,
        text,
    )


def write_question(question: Question) -> dict[str, Any]:
    """Return a question as it is kept."""
    return {
        "key": question.key,
        "kind": question.kind.value,
        "words": dict(question.words),
        "lowest": question.lowest,
        "highest": question.highest,
        "choices": [{"key": each.key, "words": dict(each.words)} for each in question.choices],
        "is_needed": question.is_needed,
    }


def read_question(doc: Mapping[str, Any]) -> Question:
    """Return a question that was kept."""
    return Question(
        doc["key"],
        QuestionKind(doc["kind"]),
        doc["words"],
        doc["lowest"],
        doc["highest"],
        tuple(Choice(each["key"], each["words"]) for each in doc["choices"]),
        doc["is_needed"],
    )


def _check_question(question: Question) -> None:
    _words(question.words, question.key)
    scale = (question.lowest, question.highest)
    if question.kind is QuestionKind.NPS and scale != (0, 10):
        raise Invalid("This question is answered with 0 to 10.", code="survey_scale", field=question.key)
    if question.kind in {QuestionKind.CSAT, QuestionKind.SCORE} and scale not in SCALES:
        raise Invalid("There is no such scale.", code="survey_scale", field=question.key)
    if question.kind in {QuestionKind.CHOICE, QuestionKind.CHOICES}:
        if not 2 <= len(question.choices) <= CHOICES_MAX:  # noqa: PLR2004 - one is no choice
            raise Invalid("Give two choices or more.", code="survey_choices", field=question.key, most=CHOICES_MAX)
        if len({each.key for each in question.choices}) < len(question.choices):
            raise Invalid("Two choices are the same.", code="survey_choice_twice", field=question.key)
        for each in question.choices:
            _words(each.words, question.key)


def _words(words: Mapping[str, str], name: str) -> None:
    if not any(words.get(language) for language in LANGUAGES):
        raise Invalid("Write the words in Thai or English.", code="survey_words", field=name)
    if any(len(text) > WORDS_MAX for text in words.values()):
        raise Invalid("The words are too long.", code="survey_words_long", field=name, most=WORDS_MAX)


def _read(question: Question, value: Any) -> Any:
    if value is None:
        return None
    if question.is_scored:
        return _read_number(question, value)
    if question.kind is QuestionKind.TEXT:
        text = str(value).replace("\x00", "").replace("\r\n", "\n").strip()
        if len(text) > TEXT_MAX:
            raise Invalid("These are too many words.", code="survey_text_long", field=question.key, most=TEXT_MAX)
        return text
    keys = {each.key for each in question.choices}
    chosen = list(value) if isinstance(value, list | tuple) else [value]
    chosen = [each for each in dict.fromkeys(str(each) for each in chosen) if each]
    if question.kind is QuestionKind.CHOICE:
        chosen = chosen[:1] if len(chosen) <= 1 else ["?"]
    if not set(chosen) <= keys:
        raise Invalid("Choose one of the list.", code="choice_invalid", field=question.key)
    return (chosen[0] if chosen else None) if question.kind is QuestionKind.CHOICE else chosen


def _read_number(question: Question, value: Any) -> int | None:
    text = str(value).strip()
    if not text:
        return None
    if isinstance(value, bool) or not re.fullmatch(r"[0-9]{1,2}", text) or int(text) not in question.scale:
        raise Invalid(
            "This answer is not on the scale.",
            code="survey_off_scale",
            field=question.key,
            lowest=question.lowest,
            highest=question.highest,
        )
    return int(text)
