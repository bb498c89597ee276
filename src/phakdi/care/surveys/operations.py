"""Every write of surveys, inside the caller's transaction."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection

from phakdi.care.surveys.core.questions import CODE, FollowUp, Given, Question, QuestionKind, SurveyState, Wish
from phakdi.care.surveys.core.voices import Context, Voice
from phakdi.care.surveys.documents import SurveyView, columns_of
from phakdi.care.surveys.models import Answer, Invitation, Survey, Wave
from phakdi.care.surveys.queries import find_answer, get_survey
from phakdi.kit.db.scope import in_transaction
from phakdi.kit.errors import Conflict, Invalid, Rejected

_LOCK_ASKS = "SELECT pg_advisory_xact_lock(hashtextextended('survey_asks' || %s::text, 0))"
_LOCK_ANSWER = "SELECT pg_advisory_xact_lock(hashtextextended('survey_answer' || %s::text || %s::text, 0))"


class SurveyClosed(Rejected):
    """It is not open, or this wave of it has ended."""

    code = "survey_closed"


class SurveyFixed(Conflict):
    """Somebody has been asked: questions stay as they are, so that answers can be compared."""

    code = "survey_fixed"


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it is kept, and whether it is the first of this voice in the wave."""

    row: Answer
    is_new: bool


@dataclass(frozen=True, slots=True)
class NewAsk:
    """An invitation to keep."""

    id: UUID
    member_id: UUID
    channel: str
    message_id: UUID | None = None
    store: str = ""
    visit: str = ""


@in_transaction
def create_survey(*, organization_id: UUID, code: str, wish: Wish, by: UUID | None, now: datetime) -> SurveyView:
    """Make a draft. Raises Invalid, or Conflict where the code is taken."""
    wish.check()
    if not CODE.fullmatch(code):
        raise Invalid("A code has small letters, digits and hyphens.", code="survey_code", field="code")
    if Survey.objects.filter(organization_id=organization_id, code=code).exists():
        raise Conflict("Another survey has this code.", code="survey_code_taken", field="code")
    row = Survey.objects.create(
        organization_id=organization_id, code=code, state=SurveyState.DRAFT.value, created_at=now, updated_at=now,
        created_by=by, **columns_of(wish),
    )  # fmt: skip
    return get_survey(organization_id=organization_id, survey_id=row.id)


@in_transaction
def change_survey(*, organization_id: UUID, survey_id: UUID, wish: Wish, now: datetime) -> SurveyView:
    """Change a survey. Once it was opened, kinds, scales and choices of its questions stay; words may be corrected.

    Raises:
        UnknownSurvey, Invalid.
        SurveyFixed: it would no longer ask the same.
    """
    wish.check()
    row = Survey.objects.select_for_update().filter(organization_id=organization_id, id=survey_id).first()
    before = get_survey(organization_id=organization_id, survey_id=survey_id)
    if not before.is_draft and _shape(before.questions) != _shape(wish.questions):
        raise SurveyFixed("Somebody has been asked: start another survey.", field="questions")
    assert row is not None, "get_survey has found it"
    for name, value in columns_of(wish).items():
        setattr(row, name, value)
    row.updated_at = now
    row.save()
    return get_survey(organization_id=organization_id, survey_id=survey_id)


@in_transaction
def open_wave(*, organization_id: UUID, survey_id: UUID, now: datetime) -> Wave:
    """Open the survey with a new wave: everybody may be asked and answer anew. The wave before ends."""
    row = Survey.objects.select_for_update().get(organization_id=organization_id, id=survey_id)
    Wave.objects.filter(organization_id=organization_id, survey_id=survey_id, closed_at=None).update(closed_at=now)
    last = Wave.objects.filter(organization_id=organization_id, survey_id=survey_id).order_by("-number").first()
    row.state, row.updated_at = SurveyState.OPEN.value, now
    row.save(update_fields=["state", "updated_at"])
    number = last.number + 1 if last else 1
    return Wave.objects.create(organization_id=organization_id, survey_id=survey_id, number=number, opened_at=now)


@in_transaction
def close_survey(*, organization_id: UUID, survey_id: UUID, now: datetime) -> None:
    """Take no more answers. Safe to repeat."""
    Wave.objects.filter(organization_id=organization_id, survey_id=survey_id, closed_at=None).update(closed_at=now)
    found = Survey.objects.filter(organization_id=organization_id, id=survey_id)
    found.update(state=SurveyState.CLOSED.value, updated_at=now)


@in_transaction
def lock_asks(*, organization_id: UUID) -> None:
    """Let nobody else ask members of this organization until the transaction ends, so that nobody is asked twice."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_ASKS, [organization_id])


@in_transaction
def keep_asks(*, organization_id: UUID, survey: SurveyView, asks: Sequence[NewAsk], now: datetime) -> None:
    """Keep who is asked."""
    assert survey.wave is not None, "only an open survey asks"
    Invitation.objects.bulk_create(
        [
            Invitation(
                organization_id=organization_id, id=ask.id, survey_id=survey.id, wave_id=survey.wave.id, member_id=ask.member_id,
                channel=ask.channel, message_id=ask.message_id, store=ask.store, visit=ask.visit, asked_at=now,
            )
            for ask in asks
        ],
        batch_size=1000,
    )  # fmt: skip


@in_transaction
def keep_answer(
    *, survey: SurveyView, voice: Voice, given: Given, context: Context, sentiment: tuple[str, float], today: date, now: datetime
) -> Kept:
    """Keep an answer in the survey's present wave; who answered before changes it. ``today`` is the program's day.

    Raises:
        SurveyClosed: it takes no answers.
    """
    if not survey.is_open or survey.wave is None:
        raise SurveyClosed("This survey takes no more answers.", survey=survey.code)
    wave_id, organization_id = survey.wave.id, survey.organization_id
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_ANSWER, [wave_id, voice.member_id or voice.key])
    row = find_answer(organization_id=organization_id, wave_id=wave_id, member_id=voice.member_id, key=voice.key)
    is_new = row is None
    if row is None:
        row = Answer(
            organization_id=organization_id, survey_id=survey.id, wave_id=wave_id, member_id=voice.member_id, first_at=now,
            key=None if voice.member_id else voice.key,
        )  # fmt: skip
    words_changed = row.text != given.text
    row.channel, row.answers, row.text = voice.channel.value, dict(given.answers), given.text
    row.metric, row.scale, row.score = given.metric, given.scale, given.score
    row.sentiment, row.sentiment_score = sentiment
    row.store, row.staff = context.store or row.store, context.staff or row.staff
    row.visit, row.journey = context.visit or row.visit, context.journey or row.journey
    row.answered_at, row.answered_on = now, today
    if words_changed or is_new:
        row.follow_up = (FollowUp.OPEN if given.text and sentiment[0] == "neg" else FollowUp.NONE).value
    row.save(force_insert=is_new)
    if voice.member_id is not None:
        asked = Invitation.objects.filter(organization_id=organization_id, wave_id=wave_id, member_id=voice.member_id)
        asked.filter(answered_at=None).update(answered_at=now)
    return Kept(row, is_new)


@in_transaction
def follow_up(*, organization_id: UUID, answer_id: UUID, state: FollowUp, note: str, by: UUID, now: datetime) -> None:
    """Note what became of somebody's words."""
    found = Answer.objects.filter(organization_id=organization_id, id=answer_id)
    found.update(follow_up=state.value, follow_note=note, followed_by=by, followed_at=now)


@in_transaction
def forget_members(*, organization_id: UUID, member_ids: Collection[UUID]) -> int:
    """Take name, words and what tells the visit off everything that members answered, and return how many answers; figures stay."""
    answers = Answer.objects.filter(organization_id=organization_id, member_id__in=member_ids)
    survey_ids = set(answers.values_list("survey_id", flat=True))
    texts = {
        survey_id: {
            each.key
            for each in get_survey(organization_id=organization_id, survey_id=survey_id).questions
            if each.kind is QuestionKind.TEXT
        }
        for survey_id in survey_ids
    }
    rows = list(answers)
    for row in rows:
        row.answers = {key: value for key, value in row.answers.items() if key not in texts[row.survey_id]}
        row.member_id = row.key = None
        row.text = row.visit = row.follow_note = row.follow_up = ""
    columns = ["answers", "member_id", "key", "text", "visit", "follow_note", "follow_up"]
    Answer.objects.bulk_update(rows, columns, batch_size=500)
    asked = Invitation.objects.filter(organization_id=organization_id, member_id__in=member_ids)
    asked.update(member_id=None, message_id=None, visit="")
    return len(rows)


def _shape(questions: Sequence[Question]) -> list[tuple[object, ...]]:
    return [(q.key, q.kind, q.lowest, q.highest, tuple(choice.key for choice in q.choices)) for q in questions]
