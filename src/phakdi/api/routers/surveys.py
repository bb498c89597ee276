"""Surveys: what is asked, what was answered, and answers from other systems."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Status

from phakdi.api.paging import read_cursor, write_cursor
from phakdi.api.request import Call, call_of
from phakdi.api.schemas import surveys as wire
from phakdi.api.schemas.paging import Cursor, Limit
from phakdi.api.terms import Repeats, terms
from phakdi.care.surveys import queries
from phakdi.care.surveys.core.questions import AnswerChannel
from phakdi.care.surveys.core.voices import Context, Voice
from phakdi.care.surveys.documents import SurveyView
from phakdi.care.surveys.models import Answer
from phakdi.flows.answer_survey import answer_by_key
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Invalid
from phakdi.people.members.queries import UnknownMember, find_by_identity, find_by_number
from phakdi.platform.keys.core import Scope
from phakdi.platform.organizations.queries import get_store

router = Router(tags=["surveys"])


@router.get("/surveys", response=wire.SurveysOut)
@terms(Scope.SURVEYS_READ)
def list_surveys(request: HttpRequest) -> wire.SurveysOut:
    """List all surveys with their questions, open ones first."""
    call = call_of(request)
    with organization_scope(call.organization_id):
        found = queries.surveys_of(organization_id=call.organization_id)
    return wire.SurveysOut(items=[_survey(each) for each in found])


@router.get("/surveys/{code}", response=wire.SurveyOut)
@terms(Scope.SURVEYS_READ, refuses=(404,))
def get_survey(request: HttpRequest, code: str) -> wire.SurveyOut:
    """Tell one survey."""
    call = call_of(request)
    with organization_scope(call.organization_id):
        return _survey(queries.survey_by_code(organization_id=call.organization_id, code=code))


@router.get("/surveys/{code}/answers", response=wire.AnswersOut)
@terms(Scope.SURVEYS_READ, refuses=(404,), for_all_stores=True)
def list_survey_answers(request: HttpRequest, code: str, cursor: Cursor, limit: Limit) -> wire.AnswersOut:
    """List what was answered, the newest first. Each member has one answer a wave: the latest."""
    call = call_of(request)
    kind = f"survey_answers:{call.organization_id}:{code}"
    after = read_cursor(kind, cursor)
    with organization_scope(call.organization_id):
        survey = queries.survey_by_code(organization_id=call.organization_id, code=code)
        rows = queries.answers_of(
            organization_id=call.organization_id,
            survey_id=survey.id,
            limit=limit + 1,
            before=UUID(after) if after else None,
        )
        waves = {wave.id: wave.number for wave in queries.waves_of(organization_id=call.organization_id, survey_id=survey.id)}
    shown = rows[:limit]
    following = write_cursor(kind, str(shown[-1].id)) if len(rows) > limit else None
    return wire.AnswersOut(
        items=[wire.AnswerOut(**_answer(survey, row, waves[row.wave_id])) for row in shown], next_cursor=following
    )


@router.post("/surveys/{code}/answers", response={201: wire.KeptAnswerOut})
@terms(Scope.SURVEYS_WRITE, refuses=(404, 409), repeats=Repeats.MAY_BE_NAMED)
def answer_survey(request: HttpRequest, code: str, data: wire.AnswerIn) -> Status[wire.KeptAnswerOut]:
    """Keep an answer in the survey's present wave. The same member, or the same `ref`, answering again changes the answer."""
    call = call_of(request)
    if data.store:
        call.principal.require_store(data.store)
        with organization_scope(call.organization_id):
            get_store(organization_id=call.organization_id, code=data.store)
    voice = Voice(AnswerChannel.API, _member(call, data), f"api:{data.ref}" if data.ref else None)
    about = Context(data.store, data.staff, data.visit, data.journey)
    kept = answer_by_key(
        organization_id=call.organization_id, code=code, voice=voice, raw=data.answers, about=about, now=call.now
    )
    with organization_scope(call.organization_id):
        survey = queries.get_survey(organization_id=call.organization_id, survey_id=kept.row.survey_id)
    assert survey.wave is not None, "it was answered in one"
    return Status(201, wire.KeptAnswerOut(**_answer(survey, kept.row, survey.wave.number), is_new=kept.is_new))


def _member(call: Call, data: wire.AnswerIn) -> UUID | None:
    """Return whose answer it is; None where it goes by its ref. A member who does not exist is refused, not made."""
    if data.member_id is not None:
        return data.member_id
    if data.identity is None and data.number is None:
        if data.ref is None:
            raise Invalid("Name the member, or give the answer a ref.", code="survey_ref", field="ref")
        return None
    with organization_scope(call.organization_id):
        if data.identity is not None:
            found = find_by_identity(organization_id=call.organization_id, kind=data.identity.kind, value=data.identity.value)
        else:
            found = find_by_number(organization_id=call.organization_id, number=data.number or "")
    if found is None:
        raise UnknownMember("There is no such member.")
    return found.id


def _survey(survey: SurveyView) -> wire.SurveyOut:
    assert not isinstance(survey.name, str), "surveys are named in languages"
    return wire.SurveyOut(
        id=survey.id,
        code=survey.code,
        name=dict(survey.name),
        state=survey.state.value,
        metric=survey.metric,
        wave=survey.wave.number if survey.wave else None,
        questions=[
            wire.QuestionOut(
                key=each.key,
                kind=each.kind.value,
                words=dict(each.words),
                lowest=each.lowest if each.is_scored else None,
                highest=each.highest if each.is_scored else None,
                choices=[wire.ChoiceOut(key=choice.key, words=dict(choice.words)) for choice in each.choices],
                is_needed=each.is_needed,
            )
            for each in survey.questions
        ],
        created_at=survey.created_at,
    )


def _answer(survey: SurveyView, row: Answer, wave: int) -> dict[str, Any]:
    names = (
        "id", "member_id", "channel", "answers", "metric", "score", "text", "sentiment", "store", "staff", "visit", "journey",
        "follow_up", "answered_at",
    )  # fmt: skip
    return {"survey": survey.code, "wave": wave, **{name: getattr(row, name) for name in names}}
