"""Who answers, by which way, and what the answer is about."""

from dataclasses import dataclass
from uuid import UUID

from phakdi.care.surveys.core.questions import AnswerChannel


@dataclass(frozen=True, slots=True)
class Context:
    """What an answer is about: store and staff by their codes, the visit's receipt, the journey's name."""

    store: str = ""
    staff: str = ""
    visit: str = ""
    journey: str = ""


@dataclass(frozen=True, slots=True)
class Voice:
    """Who answers and how: a member, or whoever holds the key."""

    channel: AnswerChannel
    member_id: UUID | None = None
    key: str | None = None
