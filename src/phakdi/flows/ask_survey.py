"""Ask members to answer a survey: whom, by which way, once in thirty days at most (R142), and some hours after a purchase."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from phakdi.care.surveys import operations, queries
from phakdi.care.surveys.core.asking import Ask, AskChannel, Round, plan_round
from phakdi.care.surveys.documents import SurveyView
from phakdi.care.surveys.links import link_token
from phakdi.care.surveys.operations import NewAsk, SurveyClosed
from phakdi.engagement.messaging.core import MessageChannel, MessageClass
from phakdi.engagement.messaging.operations import NewMessage, queue_message
from phakdi.flows.organization_trail import note
from phakdi.insight.lift.core.experiments import Audience
from phakdi.insight.lift.queries import audience_ids
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Invalid, Rejected
from phakdi.kit.ids import new_id
from phakdi.kit.text import pick
from phakdi.platform.audit.core import Actor
from phakdi.platform.organizations.core.modules import Module
from phakdi.platform.organizations.models import Organization
from phakdi.platform.organizations.queries import get_organization, modules_of
from phakdi.platform.staff.core import Permission, Place

ASKED_AT_ONCE_MAX = 20_000
VALID = timedelta(days=14)  # an invitation that could not be sent for so long is no longer sent
AUTO_WINDOW = timedelta(days=1)  # purchases further back are not asked about: nobody remembers
AUTO_AT_ONCE = 500
USUAL_WAYS = (AskChannel.EMAIL, AskChannel.SMS, AskChannel.PORTAL)


@dataclass(frozen=True, slots=True)
class Whom:
    """Who is to be asked, and by which ways, the preferred one first: where one is closed to somebody, the next is taken."""

    audience: Audience
    ways: tuple[AskChannel, ...] = USUAL_WAYS


def preview_asking(*, place: Place, survey_id: UUID, whom: Whom, now: datetime) -> Round:
    """Return who would be asked and how, and why others would not.

    Raises:
        NotAllowed, UnknownSurvey, Invalid, SurveyClosed.
        Rejected: surveys are switched off.
    """
    place.require(Permission.SURVEYS_WRITE)
    with organization_scope(place.organization_id):
        survey = _open(place.organization_id, survey_id)
        return _round(survey, _audience(place.organization_id, whom.audience, now), whom.ways, now)


def ask_members(*, place: Place, survey_id: UUID, whom: Whom, now: datetime) -> Round:
    """Ask them now, and return whom. Asked again at once, nobody is asked twice.

    Raises:
        NotAllowed, UnknownSurvey, Invalid, SurveyClosed.
        Rejected: surveys are switched off.
    """
    place.require(Permission.SURVEYS_WRITE)
    with organization_scope(place.organization_id):
        operations.lock_asks(organization_id=place.organization_id)
        survey = _open(place.organization_id, survey_id)
        planned = _round(survey, _audience(place.organization_id, whom.audience, now), whom.ways, now)
        _send(survey, planned.asks, {}, now)
        note(
            organization_id=place.organization_id,
            action="survey.asked",
            subject=("survey", str(survey.id)),
            now=now,
            actor=Actor("staff", str(place.staff_id)),
            data={"code": survey.code, "members": len(planned.asks)},
        )
    return planned


def ask_after_purchases(*, organization_id: UUID, now: datetime) -> int:
    """Ask about purchases of some hours ago, where a survey says so, and return how many members. Safe to repeat."""
    asked = 0
    with organization_scope(organization_id):
        if Module.SURVEYS not in modules_of(organization_id):
            return 0
        found = [each for each in queries.open_surveys(organization_id=organization_id) if each.ask_after_hours is not None]
        for survey in found:
            operations.lock_asks(organization_id=organization_id)
            asked += _ask_about_purchases(survey, now)
    return asked


def _ask_about_purchases(survey: SurveyView, now: datetime) -> int:
    assert survey.wave is not None, "an open survey has a wave"
    assert survey.ask_after_hours is not None, "such surveys were picked"
    until = now - timedelta(hours=survey.ask_after_hours)
    since = max(until - AUTO_WINDOW, survey.wave.opened_at)  # what was bought before it was opened is not asked about
    if since >= until:
        return 0
    bought = queries.bought_between(
        organization_id=survey.organization_id,
        wave_id=survey.wave.id,
        since=since,
        until=until,
        percent=survey.ask_percent,
        now=now,
        limit=AUTO_AT_ONCE,
    )
    picked = {each.member_id: each for each in bought}
    planned = _round(survey, list(picked), USUAL_WAYS, now)
    _send(survey, planned.asks, picked, now)
    return len(planned.asks)


def _open(organization_id: UUID, survey_id: UUID) -> SurveyView:
    survey = queries.get_survey(organization_id=organization_id, survey_id=survey_id)
    if not survey.is_open:
        raise SurveyClosed("Open the survey first.", survey=survey.code)
    if Module.SURVEYS not in modules_of(organization_id):
        raise Rejected("Surveys are switched off.", code="survey_off")
    return survey


def _audience(organization_id: UUID, audience: Audience, now: datetime) -> list[UUID]:
    today = _today(get_organization(organization_id=organization_id), now)
    found = audience_ids(organization_id=organization_id, audience=audience, today=today + timedelta(days=1))
    if len(found) > ASKED_AT_ONCE_MAX:
        raise Invalid(
            "These are too many at once: choose fewer.", code="survey_too_many", field="audience", most=ASKED_AT_ONCE_MAX
        )
    return found


def _round(survey: SurveyView, member_ids: Sequence[UUID], ways: Iterable[AskChannel], now: datetime) -> Round:
    assert survey.wave is not None, "an open survey has a wave"
    organization_id, wave_id = survey.organization_id, survey.wave.id
    return plan_round(
        queries.reach_of(organization_id=organization_id, member_ids=member_ids),
        ways=ways,
        asked_lately=queries.asked_since(organization_id=organization_id, member_ids=member_ids, now=now),
        asked_in_wave=queries.asked_in(organization_id=organization_id, wave_id=wave_id),
        answered=queries.answered_in(organization_id=organization_id, wave_id=wave_id),
    )


def _send(survey: SurveyView, asks: Collection[Ask], bought: dict[UUID, queries.Bought], now: datetime) -> None:
    organization = get_organization(organization_id=survey.organization_id)
    rows = []
    for ask in asks:
        about = bought.get(ask.member_id)
        row = NewAsk(new_id(), ask.member_id, ask.channel.value, None, about.store if about else "", about.ref if about else "")
        if ask.channel is not AskChannel.PORTAL:
            row = replace(row, message_id=_message(survey, organization, ask, row.id, now))
        rows.append(row)
    operations.keep_asks(organization_id=survey.organization_id, survey=survey, asks=rows, now=now)


def _message(survey: SurveyView, organization: Organization, ask: Ask, invitation_id: UUID, now: datetime) -> UUID:
    base = settings.PUBLIC_URL.rstrip("/")
    message = NewMessage(
        kind=MessageClass.MARKETING,  # only with consent, and not once it was withdrawn
        template="survey_ask",
        channel=MessageChannel(ask.channel.value),
        destination=ask.destination,
        language=ask.language,
        params={
            "organization": organization.name,
            "question": pick(survey.questions[0].words, ask.language),
            "link": f"{base}/s/{organization.slug}/ask/{link_token(invitation_id)}/",
        },
        member_id=ask.member_id,
        key=f"survey:{invitation_id}",
        expires_at=now + VALID,
        unsubscribe_url=f"{base}/m/{organization.slug}/consents/",
    )
    return queue_message(organization_id=survey.organization_id, message=message, now=now)


def _today(organization: Organization, now: datetime) -> date:
    return now.astimezone(ZoneInfo(organization.time_zone)).date()
