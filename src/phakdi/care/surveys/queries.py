"""Every read of surveys, in a scope of the organization."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Case, Count, IntegerField, QuerySet, Value, When

from phakdi.care.surveys.core.asking import Reach
from phakdi.care.surveys.core.questions import DAYS_BETWEEN_ASKS, SurveyState
from phakdi.care.surveys.documents import SurveyView, view_of
from phakdi.care.surveys.models import Answer, Invitation, Survey, Wave
from phakdi.kit.errors import NotFound
from phakdi.people.consents.core import ConsentChannel, Purpose
from phakdi.people.consents.queries import consenting
from phakdi.people.members.models import Member

PAGE_MAX = 500
SLICE = 10_000  # members

_COUNTS = """
SELECT w.number, l.store, COALESCE(s.level, ''), l.channel, l.metric, l.scale, l.score, count(*)
FROM (
    SELECT DISTINCT ON (a.wave_id, COALESCE(m.merged_into, a.member_id, a.id)) a.*, COALESCE(m.merged_into, a.member_id) AS person
    FROM survey_answer AS a LEFT JOIN member AS m ON m.id = a.member_id AND m.organization_id = a.organization_id
    WHERE a.organization_id = %(organization)s AND a.survey_id = %(survey)s
    ORDER BY a.wave_id, COALESCE(m.merged_into, a.member_id, a.id), a.answered_at DESC, a.id DESC
) AS l
JOIN survey_wave AS w ON w.id = l.wave_id
LEFT JOIN member_state AS s ON s.member_id = l.person AND s.organization_id = %(organization)s
GROUP BY 1, 2, 3, 4, 5, 6, 7
"""
_BETWEEN = """
SELECT l.survey_id, date_trunc('month', l.answered_on)::date, w.number, l.store, COALESCE(s.level, ''), l.channel, l.metric, l.scale,
  l.score, count(*)
FROM (
    SELECT DISTINCT ON (a.wave_id, COALESCE(m.merged_into, a.member_id, a.id)) a.*, COALESCE(m.merged_into, a.member_id) AS person
    FROM survey_answer AS a LEFT JOIN member AS m ON m.id = a.member_id AND m.organization_id = a.organization_id
    WHERE a.organization_id = %(organization)s AND a.answered_on >= %(first)s AND a.answered_on <= %(last)s
    ORDER BY a.wave_id, COALESCE(m.merged_into, a.member_id, a.id), a.answered_at DESC, a.id DESC
) AS l
JOIN survey_wave AS w ON w.id = l.wave_id
LEFT JOIN member_state AS s ON s.member_id = l.person AND s.organization_id = %(organization)s
WHERE (%(store)s = '' OR l.store = %(store)s) AND (%(level)s = '' OR s.level = %(level)s)
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
"""
_ASKED = """
SELECT w.number, i.channel, count(*), count(i.answered_at) FROM survey_invitation AS i JOIN survey_wave AS w ON w.id = i.wave_id
LEFT JOIN message AS g ON g.id = i.message_id AND g.organization_id = i.organization_id
WHERE i.organization_id = %(organization)s AND i.survey_id = %(survey)s AND (g.id IS NULL OR g.state NOT IN ('FAILED', 'CANCELLED'))
GROUP BY 1, 2
"""
_CHOSEN = """
SELECT w.number, q.key, c.value, count(*) FROM survey_answer AS a JOIN survey_wave AS w ON w.id = a.wave_id,
LATERAL jsonb_each(a.answers) AS q (key, value),
LATERAL jsonb_array_elements_text(CASE jsonb_typeof(q.value) WHEN 'array' THEN q.value ELSE jsonb_build_array(q.value) END) AS c (value)
WHERE a.organization_id = %(organization)s AND a.survey_id = %(survey)s AND q.key = ANY (%(keys)s)
GROUP BY 1, 2, 3
"""
_BOUGHT = """
SELECT a.id, a.member_id, COALESCE(a.store, ''), COALESCE(a.ref, '') FROM activity AS a
JOIN member AS m ON m.id = a.member_id AND m.organization_id = a.organization_id AND m.status = 'ACTIVE'
WHERE a.organization_id = %(organization)s AND a.kind = 'purchase' AND a.occurred_at >= %(since)s AND a.occurred_at < %(until)s
  AND a.recorded_at >= %(since)s AND a.amount_minor > 0
  AND NOT EXISTS (SELECT FROM survey_invitation AS i WHERE i.wave_id = %(wave)s AND i.member_id = a.member_id)
  AND NOT EXISTS (SELECT FROM survey_answer AS w WHERE w.wave_id = %(wave)s AND w.member_id = a.member_id)
  AND NOT EXISTS (
    SELECT FROM survey_invitation AS i
    WHERE i.organization_id = %(organization)s AND i.member_id = a.member_id AND i.asked_at > %(lately)s)
  AND mod(('x' || substr(md5(a.id::text), 1, 8))::bit(32)::bigint, 100) < %(percent)s
ORDER BY a.occurred_at, a.id LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Cell:
    """How many latest answers of a wave gave one score, by store, level and channel; no score: none was given."""

    wave: int
    store: str
    level: str
    channel: str
    metric: str
    scale: int | None
    score: int | None
    count: int


@dataclass(frozen=True, slots=True)
class Dated:
    """Answers of one survey and month."""

    survey_id: UUID
    month: date
    cell: Cell


@dataclass(frozen=True, slots=True)
class Asked:
    """How many were asked in a wave by one way, and how many of them answered."""

    wave: int
    channel: str
    asked: int
    answered: int


@dataclass(frozen=True, slots=True)
class Bought:
    """A purchase that somebody may be asked about."""

    activity_id: UUID
    member_id: UUID
    store: str
    ref: str


class UnknownSurvey(NotFound):
    """There is no such survey."""

    code = "survey_not_found"


def surveys_of(*, organization_id: UUID) -> list[SurveyView]:
    """Return all surveys: open ones first, then drafts, then closed ones, each the newest first."""
    order = Case(
        When(state=SurveyState.OPEN.value, then=Value(0)), When(state=SurveyState.DRAFT.value, then=Value(1)),
        default=Value(2), output_field=IntegerField(),
    )  # fmt: skip
    rows = list(Survey.objects.filter(organization_id=organization_id).order_by(order, "-created_at", "-id"))
    waves = latest_waves(organization_id=organization_id, survey_ids=[row.id for row in rows])
    return [view_of(row, waves.get(row.id)) for row in rows]


def open_surveys(*, organization_id: UUID) -> list[SurveyView]:
    """Return the surveys that can be answered, the newest first."""
    return [each for each in surveys_of(organization_id=organization_id) if each.is_open]


def get_survey(*, organization_id: UUID, survey_id: UUID) -> SurveyView:
    """Return one survey, or raise UnknownSurvey."""
    return _one(organization_id, Survey.objects.filter(organization_id=organization_id, id=survey_id).first())


def survey_by_code(*, organization_id: UUID, code: str) -> SurveyView:
    """Return the survey with this code, or raise UnknownSurvey."""
    return _one(organization_id, Survey.objects.filter(organization_id=organization_id, code=code).first())


def latest_waves(*, organization_id: UUID, survey_ids: Collection[UUID]) -> dict[UUID, Wave]:
    """Return the last wave of each survey."""
    found = Wave.objects.filter(organization_id=organization_id, survey_id__in=survey_ids)
    return {wave.survey_id: wave for wave in found.order_by("survey_id", "-number").distinct("survey_id")}


def waves_of(*, organization_id: UUID, survey_id: UUID) -> list[Wave]:
    """Return a survey's waves in order."""
    return list(Wave.objects.filter(organization_id=organization_id, survey_id=survey_id).order_by("number"))


def find_invitation(*, organization_id: UUID, invitation_id: UUID) -> Invitation | None:
    """Return an invitation, or None."""
    return Invitation.objects.filter(organization_id=organization_id, id=invitation_id).first()


def invitations_of(*, organization_id: UUID, survey_id: UUID, limit: int = 100) -> list[Invitation]:
    """Return who was asked, the latest first."""
    found = Invitation.objects.filter(organization_id=organization_id, survey_id=survey_id)
    return list(found.order_by("-asked_at", "-id")[: min(limit, PAGE_MAX)])


def find_answer(*, organization_id: UUID, wave_id: UUID, member_id: UUID | None = None, key: str | None = None) -> Answer | None:
    """Return what a member, or whoever has the key, answered in a wave."""
    found = Answer.objects.filter(organization_id=organization_id, wave_id=wave_id)
    if member_id is not None:
        return found.filter(member_id=member_id).first()
    return found.filter(key=key).first() if key else None


def get_answer(*, organization_id: UUID, answer_id: UUID) -> Answer:
    """Return one answer, or raise NotFound."""
    found = Answer.objects.filter(organization_id=organization_id, id=answer_id).first()
    if found is None:
        raise NotFound("There is no such answer.", code="survey_answer_not_found")
    return found


def answers_of(*, organization_id: UUID, survey_id: UUID, limit: int = 100, before: UUID | None = None) -> list[Answer]:
    """Return answers, the newest rows first; ``before`` is the last of the page before."""
    found = Answer.objects.filter(organization_id=organization_id, survey_id=survey_id)
    found = found.filter(id__lt=before) if before else found
    return list(found.order_by("-id")[: min(limit, PAGE_MAX)])


def texts_of(*, organization_id: UUID, survey_id: UUID, limit: int = 100, sentiment: str = "") -> list[Answer]:
    """Return answers with words: those that wait for somebody first, then negative ones, each the latest first."""
    found: QuerySet[Answer] = Answer.objects.filter(organization_id=organization_id, survey_id=survey_id).exclude(text="")
    found = found.filter(sentiment=sentiment) if sentiment else found
    order = Case(
        When(follow_up="OPEN", then=Value(0)), When(sentiment="neg", then=Value(1)), default=Value(2), output_field=IntegerField()
    )
    return list(found.order_by(order, "-answered_at", "-id")[: min(limit, PAGE_MAX)])


def waiting_of(*, organization_id: UUID) -> dict[UUID, int]:
    """Return how many answers of each survey wait for somebody."""
    found = Answer.objects.filter(organization_id=organization_id, follow_up="OPEN").values_list("survey_id", flat=True)
    counts: dict[UUID, int] = {}
    for survey_id in found:
        counts[survey_id] = counts.get(survey_id, 0) + 1
    return counts


def member_answers(*, organization_id: UUID, member_id: UUID, limit: int = 200) -> list[tuple[Answer, Survey]]:
    """Return what a member answered, with its survey, the latest first."""
    answers = Answer.objects.filter(organization_id=organization_id, member_id=member_id)
    rows = list(answers.order_by("-answered_at", "-id")[: min(limit, PAGE_MAX)])
    surveys = {row.id: row for row in Survey.objects.filter(organization_id=organization_id, id__in={a.survey_id for a in rows})}
    return [(row, surveys[row.survey_id]) for row in rows]


def asked_of_member(*, organization_id: UUID, member_id: UUID) -> list[tuple[Invitation, SurveyView]]:
    """Return the open surveys that a member was asked and has not answered, the latest asked first."""
    waiting = Invitation.objects.filter(organization_id=organization_id, member_id=member_id, answered_at=None)
    rows = list(waiting.order_by("-asked_at")[:20])
    if not rows:
        return []
    found = {each.wave.id: each for each in open_surveys(organization_id=organization_id) if each.wave}
    return [(row, found[row.wave_id]) for row in rows if row.wave_id in found]


def counts_of(*, organization_id: UUID, survey_id: UUID) -> list[Cell]:
    """Return the latest answers of each member and wave, counted; members who became one count once."""
    return [Cell(*row) for row in _rows(_COUNTS, {"organization": organization_id, "survey": survey_id})]


def counts_between(*, organization_id: UUID, first: date, last: date, store: str = "", level: str = "") -> list[Dated]:
    """Return the latest answers of each member and wave that came from ``first`` to ``last``, both included, counted by month."""
    params = {"organization": organization_id, "first": first, "last": last, "store": store, "level": level}
    return [Dated(row[0], row[1], Cell(*row[2:])) for row in _rows(_BETWEEN, params)]


def tones_between(*, organization_id: UUID, first: date, last: date, store: str = "") -> dict[str, int]:
    """Return how many words of those days sound how: pos, neu, neg."""
    found = Answer.objects.filter(organization_id=organization_id, answered_on__gte=first, answered_on__lte=last)
    found = found.exclude(sentiment="")
    found = found.filter(store=store) if store else found
    return dict(found.values_list("sentiment").annotate(count=Count("id")).values_list("sentiment", "count"))


def asked_counts(*, organization_id: UUID, survey_id: UUID) -> list[Asked]:
    """Return how many were asked and how many of them answered; messages that never left do not count."""
    return [Asked(*row) for row in _rows(_ASKED, {"organization": organization_id, "survey": survey_id})]


def chosen_counts(*, organization_id: UUID, survey_id: UUID, keys: Sequence[str]) -> list[tuple[int, str, str, int]]:
    """Return how often each value was answered to these questions: wave, question, value, count."""
    return _rows(_CHOSEN, {"organization": organization_id, "survey": survey_id, "keys": list(keys)}) if keys else []


def reach_of(*, organization_id: UUID, member_ids: Sequence[UUID]) -> list[Reach]:
    """Return how members can be asked: who is active, their addresses, and the channels they agreed to."""
    found: list[Reach] = []
    for first in range(0, len(member_ids), SLICE):
        some = list(member_ids[first : first + SLICE])
        agreed = {
            channel: consenting(organization_id=organization_id, member_ids=some, purpose=Purpose.MARKETING, channel=channel)
            for channel in (ConsentChannel.EMAIL, ConsentChannel.SMS)
        }
        rows = Member.objects.filter(organization_id=organization_id, id__in=some, status="ACTIVE")
        for id_, email, phone, language in rows.order_by("id").values_list("id", "email", "phone", "language"):
            channels = frozenset(channel.value for channel, ids in agreed.items() if id_ in ids)
            found.append(Reach(id_, email or "", phone or "", language, channels))
    return found


def asked_since(*, organization_id: UUID, member_ids: Collection[UUID], now: datetime) -> set[UUID]:
    """Return who of these was asked by any survey within the last 30 days (R142)."""
    since = now - timedelta(days=DAYS_BETWEEN_ASKS)
    found = Invitation.objects.filter(organization_id=organization_id, asked_at__gt=since, member_id__isnull=False)
    return _ids(found.values_list("member_id", flat=True)) & set(member_ids)


def asked_in(*, organization_id: UUID, wave_id: UUID) -> set[UUID]:
    """Return who was asked in a wave."""
    found = Invitation.objects.filter(organization_id=organization_id, wave_id=wave_id, member_id__isnull=False)
    return _ids(found.values_list("member_id", flat=True))


def answered_in(*, organization_id: UUID, wave_id: UUID) -> set[UUID]:
    """Return which members answered in a wave."""
    found = Answer.objects.filter(organization_id=organization_id, wave_id=wave_id, member_id__isnull=False)
    return _ids(found.values_list("member_id", flat=True))


def open_answers_since(*, organization_id: UUID, survey_id: UUID, since: datetime) -> int:
    """Return how many answers without a member came to a survey since then."""
    found = Answer.objects.filter(organization_id=organization_id, survey_id=survey_id, member_id=None, first_at__gt=since)
    return found.count()


def bought_between(
    *, organization_id: UUID, wave_id: UUID, since: datetime, until: datetime, percent: int, now: datetime, limit: int
) -> list[Bought]:
    """Return purchases made and recorded since then whose members may be asked, the earliest first.

    Of all bills a share (1–100) is taken, by their own number: always the same ones.
    """
    params = {
        "organization": organization_id,
        "wave": wave_id,
        "since": since,
        "until": until,
        "lately": now - timedelta(days=DAYS_BETWEEN_ASKS),
        "percent": percent,
        "limit": limit,
    }
    return [Bought(*row) for row in _rows(_BOUGHT, params)]


def _one(organization_id: UUID, row: Survey | None) -> SurveyView:
    if row is None:
        raise UnknownSurvey("There is no such survey.")
    return view_of(row, latest_waves(organization_id=organization_id, survey_ids=[row.id]).get(row.id))


def _ids(found: Iterable[UUID | None]) -> set[UUID]:
    return {id_ for id_ in found if id_ is not None}


def _rows(sql: str, params: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()
