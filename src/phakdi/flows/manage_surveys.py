"""Make surveys, open and close their waves, and see to words that call for somebody."""

from datetime import datetime
from uuid import UUID

from phakdi.care.surveys import operations, queries
from phakdi.care.surveys.core.questions import FollowUp, Wish
from phakdi.care.surveys.documents import SurveyView
from phakdi.flows.organization_trail import note
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Conflict, Invalid
from phakdi.platform.audit.core import Actor
from phakdi.platform.staff.core import Permission, Place

NOTE_MAX = 500


def make_survey(*, place: Place, code: str, wish: Wish, now: datetime) -> SurveyView:
    """Make a draft; nobody is asked yet.

    Raises:
        NotAllowed: this person does not make surveys.
        Invalid: it cannot be asked like this.
        Conflict: another survey has the code.
    """
    place.require(Permission.SURVEYS_WRITE)
    with organization_scope(place.organization_id):
        made = operations.create_survey(organization_id=place.organization_id, code=code, wish=wish, by=place.staff_id, now=now)
        _note(place, "survey.made", made, now)
    return made


def change_survey(*, place: Place, survey_id: UUID, wish: Wish, now: datetime) -> SurveyView:
    """Change a survey; once it was open, only its words.

    Raises:
        NotAllowed, UnknownSurvey, Invalid.
        SurveyFixed: somebody was asked, and it would no longer ask the same.
    """
    place.require(Permission.SURVEYS_WRITE)
    with organization_scope(place.organization_id):
        changed = operations.change_survey(organization_id=place.organization_id, survey_id=survey_id, wish=wish, now=now)
        _note(place, "survey.changed", changed, now)
    return changed


def open_survey(*, place: Place, survey_id: UUID, now: datetime) -> int:
    """Open it with a new wave, in which everybody may answer anew, and return the wave's number. Raises NotAllowed, UnknownSurvey."""
    place.require(Permission.SURVEYS_WRITE)
    with organization_scope(place.organization_id):
        survey = queries.get_survey(organization_id=place.organization_id, survey_id=survey_id)
        wave = operations.open_wave(organization_id=place.organization_id, survey_id=survey_id, now=now)
        _note(place, "survey.opened", survey, now)
    return wave.number


def close_survey(*, place: Place, survey_id: UUID, now: datetime) -> None:
    """Take no more answers.

    Raises:
        NotAllowed, UnknownSurvey.
        Conflict: it is not open.
    """
    place.require(Permission.SURVEYS_WRITE)
    with organization_scope(place.organization_id):
        survey = queries.get_survey(organization_id=place.organization_id, survey_id=survey_id)
        if not survey.is_open:
            raise Conflict("This survey is not open.", code="survey_closed")
        operations.close_survey(organization_id=place.organization_id, survey_id=survey_id, now=now)
        _note(place, "survey.closed", survey, now)


def follow_up(*, place: Place, answer_id: UUID, state: FollowUp, words: str, now: datetime) -> None:
    """Note what became of somebody's words, and who saw to it.

    Raises:
        NotAllowed: this person does not answer members.
        NotFound: there is no such answer.
        Invalid: the note is too long.
    """
    place.require(Permission.MEMBERS_WRITE)
    if len(words) > NOTE_MAX:
        raise Invalid("The note is too long.", code="survey_text_long", field="note", most=NOTE_MAX)
    with organization_scope(place.organization_id):
        answer = queries.get_answer(organization_id=place.organization_id, answer_id=answer_id)
        operations.follow_up(
            organization_id=place.organization_id,
            answer_id=answer_id,
            state=state,
            note=words.strip(),
            by=place.staff_id,
            now=now,
        )
        survey = queries.get_survey(organization_id=place.organization_id, survey_id=answer.survey_id)
        _note(place, "survey.followed_up", survey, now)


def _note(place: Place, action: str, survey: SurveyView, now: datetime) -> None:
    note(
        organization_id=place.organization_id,
        action=action,
        subject=("survey", str(survey.id)),
        now=now,
        actor=Actor("staff", str(place.staff_id)),
        data={"code": survey.code},
    )
