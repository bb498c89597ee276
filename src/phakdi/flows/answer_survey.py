"""Take an answer to a survey: by a member's own link, by a link for everybody, on the member's pages, or from another program."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from phakdi.care.surveys import operations, queries
from phakdi.care.surveys.core.questions import AnswerChannel, Given, read_answer
from phakdi.care.surveys.core.voices import Context, Voice
from phakdi.care.surveys.documents import SurveyView
from phakdi.care.surveys.links import read_link
from phakdi.care.surveys.models import Answer, Invitation
from phakdi.care.surveys.operations import Kept, SurveyClosed
from phakdi.insight.sentiment.queries import sentiment_of
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import NotFound, Unavailable
from phakdi.people.members.queries import UnknownMember, find_surviving
from phakdi.platform.organizations.queries import get_organization
from phakdi.platform.outbox.operations import publish

ANSWERED = "survey.answered"  # data: answer_id, survey, wave, metric, score, store, channel, is_new
OPEN_A_MINUTE, OPEN_AN_HOUR = 60, 600  # new answers without a member to one survey, from everywhere


class LinkUnknown(NotFound):
    """Nobody gave this link out, or its survey is gone."""

    code = "survey_link_unknown"


class TooManyAnswers(Unavailable):
    """More answers by the open link than people give."""

    code = "survey_busy"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a personal link leads to: the survey, who was asked, and what they answered before."""

    survey: SurveyView
    invitation: Invitation
    member_id: UUID
    before: Answer | None

    @property
    def is_over(self) -> bool:
        """Whether its wave has ended: nothing can be answered or changed any more."""
        return not self.survey.is_open or self.survey.wave is None or self.survey.wave.id != self.invitation.wave_id


def find_asked(*, organization_id: UUID, token: str) -> Asked:
    """Return what a personal link leads to. Raises LinkUnknown."""
    invitation_id = read_link(token)
    with organization_scope(organization_id):
        row = queries.find_invitation(organization_id=organization_id, invitation_id=invitation_id) if invitation_id else None
        if row is None or row.member_id is None:
            raise LinkUnknown("There is no such link.")
        survey = queries.get_survey(organization_id=organization_id, survey_id=row.survey_id)
        member_id = _surviving(organization_id, row.member_id)
        before = queries.find_answer(organization_id=organization_id, wave_id=row.wave_id, member_id=member_id)
    return Asked(survey, row, member_id, before)


def answer_by_link(*, organization_id: UUID, token: str, raw: Mapping[str, Any], now: datetime) -> Kept:
    """Keep what somebody answered by their own link; answered again, it is changed.

    Raises:
        LinkUnknown: nobody gave this link out.
        SurveyClosed: the wave has ended.
        Invalid: the answer cannot be read; ``field`` names the question.
    """
    asked = find_asked(organization_id=organization_id, token=token)
    if asked.is_over:
        raise SurveyClosed("This survey takes no more answers.", survey=asked.survey.code)
    row = asked.invitation
    about = Context(store=row.store, staff=row.staff, visit=row.visit)
    return _keep(asked.survey, Voice(AnswerChannel.LINK, asked.member_id), raw, about, now)


def answer_openly(*, organization_id: UUID, code: str, key: str, raw: Mapping[str, Any], about: Context, now: datetime) -> Kept:
    """Keep what somebody answered by the link for everybody. ``key`` is their browser's: the same one changes its answer.

    Raises:
        UnknownSurvey, SurveyClosed, Invalid.
        TooManyAnswers: more answers within a minute or an hour than people give.
    """
    with organization_scope(organization_id):
        survey = queries.survey_by_code(organization_id=organization_id, code=code)
        known = survey.wave and queries.find_answer(organization_id=organization_id, wave_id=survey.wave.id, key=key)
        for most, span in ((OPEN_A_MINUTE, timedelta(minutes=1)), (OPEN_AN_HOUR, timedelta(hours=1))):
            since = now - span
            so_far = queries.open_answers_since(organization_id=organization_id, survey_id=survey.id, since=since)
            if not known and so_far >= most:
                raise TooManyAnswers("Many are answering at this moment.", survey=code)
    return _keep(survey, Voice(AnswerChannel.OPEN, key=key), raw, about, now)


def answer_by_member(*, organization_id: UUID, member_id: UUID, code: str, raw: Mapping[str, Any], now: datetime) -> Kept:
    """Keep what a member who is signed in answered. Raises UnknownSurvey, SurveyClosed, Invalid."""
    with organization_scope(organization_id):
        survey = queries.survey_by_code(organization_id=organization_id, code=code)
    return _keep(survey, Voice(AnswerChannel.PORTAL, member_id), raw, Context(), now)


def answer_by_key(
    *, organization_id: UUID, code: str, voice: Voice, raw: Mapping[str, Any], about: Context, now: datetime
) -> Kept:
    """Keep an answer that another program reports, of a member or by its own reference (``voice.key``). Safe to repeat.

    Raises:
        UnknownSurvey, UnknownMember, SurveyClosed, Invalid.
    """
    with organization_scope(organization_id):
        survey = queries.survey_by_code(organization_id=organization_id, code=code)
        if voice.member_id is not None:
            voice = replace(voice, member_id=_surviving(organization_id, voice.member_id))
    return _keep(survey, voice, raw, about, now)


def _keep(survey: SurveyView, voice: Voice, raw: Mapping[str, Any], about: Context, now: datetime) -> Kept:
    if not survey.is_open:
        raise SurveyClosed("This survey takes no more answers.", survey=survey.code)
    given = read_answer(survey.questions, raw)
    feeling = _feeling(given)
    with organization_scope(survey.organization_id):
        zone = ZoneInfo(get_organization(organization_id=survey.organization_id).time_zone)
        today = now.astimezone(zone).date()
        survey = queries.get_survey(organization_id=survey.organization_id, survey_id=survey.id)
        kept = operations.keep_answer(
            survey=survey, voice=voice, given=given, context=about, sentiment=feeling, today=today, now=now
        )
        publish(
            organization_id=survey.organization_id, topic=ANSWERED, member_id=voice.member_id, data=_told(survey, kept), at=now
        )
    return kept


def _feeling(given: Given) -> tuple[str, float]:
    if not given.text:
        return "", 0.0
    found = sentiment_of([given.text])[0]
    return found.label, found.score


def _told(survey: SurveyView, kept: Kept) -> dict[str, Any]:
    assert survey.wave is not None, "it was answered in one"
    row = kept.row
    return {
        "answer_id": str(row.id),
        "survey": survey.code,
        "wave": survey.wave.number,
        "metric": row.metric,
        "score": row.score,
        "store": row.store,
        "channel": row.channel,
        "is_new": kept.is_new,
    }


def _surviving(organization_id: UUID, member_id: UUID) -> UUID:
    found = find_surviving(organization_id=organization_id, member_id=member_id)
    if found.status in {"ERASED", "CLOSED"}:
        raise UnknownMember("There is no such member.")
    return found.id
