"""A survey as people answer it: its questions with what was answered, the same on every face."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from phakdi.care.surveys.core.questions import Question, QuestionKind
from phakdi.kit.errors import Refusal
from phakdi.kit.text import pick
from phakdi.web.words import language, refusal_sentence

PREFIX = "q-"


@dataclass(frozen=True, slots=True)
class ShownChoice:
    """One answer that can be picked."""

    value: str
    words: str
    is_picked: bool


@dataclass(frozen=True, slots=True)
class ShownQuestion:
    """One question in the reader's language, with what was answered and what is wrong with it."""

    name: str
    kind: str
    words: str
    choices: tuple[ShownChoice, ...]
    low_words: str
    high_words: str
    value: str
    error: str
    is_needed: bool

    @property
    def is_scale(self) -> bool:
        """Whether it is answered with a number."""
        return bool(self.low_words)

    @property
    def places(self) -> int:
        """How many numbers the scale has."""
        return len(self.choices)


def show_questions(
    questions: tuple[Question, ...], answers: Mapping[str, Any], refusal: Refusal | None = None
) -> list[ShownQuestion]:
    """Return the questions with ``answers`` picked; a refusal stands at the question it names."""
    wrong = str(refusal.details.get("field", "")) if refusal else ""
    return [
        _shown(each, answers.get(each.key), refusal_sentence(refusal) if refusal and wrong == each.key else "")
        for each in questions
    ]


def read_posted(request: HttpRequest, questions: tuple[Question, ...]) -> dict[str, Any]:
    """Return what a form brought, by question."""
    return {
        each.key: request.POST.getlist(PREFIX + each.key)
        if each.kind is QuestionKind.CHOICES
        else request.POST.get(PREFIX + each.key, "")
        for each in questions
    }


def _shown(question: Question, value: Any, error: str) -> ShownQuestion:
    picked = {str(each) for each in value} if isinstance(value, list) else {str(value)} if value is not None else set()
    if question.is_scored:
        choices = tuple(ShownChoice(str(number), str(number), str(number) in picked) for number in question.scale)
    else:
        choices = tuple(ShownChoice(each.key, pick(each.words, language()), each.key in picked) for each in question.choices)
    low, high = _ends(question)
    text = str(value) if question.kind is QuestionKind.TEXT and value else ""
    words = pick(question.words, language())
    return ShownQuestion(PREFIX + question.key, question.kind.value, words, choices, low, high, text, error, question.is_needed)


def _ends(question: Question) -> tuple[str, str]:
    if question.kind is QuestionKind.NPS:
        return _("Not at all"), _("Certainly")
    if question.kind is QuestionKind.CSAT:
        return _("Very dissatisfied"), _("Very satisfied")
    return (_("Lowest"), _("Highest")) if question.is_scored else ("", "")
