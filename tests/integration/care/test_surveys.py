"""Surveys from making to figures: who is asked, whose answer counts, what is forgotten."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from phakdi.care.surveys import queries
from phakdi.care.surveys.core.asking import AskChannel, NotAsked
from phakdi.care.surveys.core.figures import promoters_of
from phakdi.care.surveys.core.questions import AnswerChannel, FollowUp, Question, QuestionKind, Wish
from phakdi.care.surveys.core.voices import Context, Voice
from phakdi.care.surveys.links import link_token, read_link
from phakdi.care.surveys.models import Answer, Invitation
from phakdi.care.surveys.operations import SurveyClosed, SurveyFixed
from phakdi.engagement.messaging.models import Message
from phakdi.flows.answer_survey import LinkUnknown, TooManyAnswers, answer_by_key, answer_by_link, answer_openly
from phakdi.flows.ask_survey import Whom, ask_after_purchases, ask_members, preview_asking
from phakdi.flows.erase_member import erase_member
from phakdi.flows.export_member import export_member
from phakdi.flows.manage_surveys import change_survey, close_survey, follow_up, make_survey, open_survey
from phakdi.flows.record_activity import record_activity
from phakdi.flows.record_survey import record_survey
from phakdi.insight.lift.core.experiments import Audience
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Conflict, Forbidden, Invalid
from phakdi.people.consents import operations as consents
from phakdi.people.consents.core import ConsentChannel, ConsentKey, Purpose
from phakdi.people.members.models import Member
from phakdi.platform.outbox.models import OutboxFact
from phakdi.platform.staff.core import Place, Role

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

NOW = datetime(2026, 6, 1, 3, tzinfo=UTC)
NPS = Question("nps", QuestionKind.NPS, {"th": "แนะนำเราไหม", "en": "Would you recommend us?"}, 0, 10, is_needed=True)
WHY = Question("why", QuestionKind.TEXT, {"th": "เพราะอะไร", "en": "Why?"})
WISH = Wish({"th": "หลังซื้อ", "en": "After a visit"}, (NPS, WHY))
ALL = Whom(Audience())


@pytest.fixture
def place(shop):
    return Place(shop, "shop-1", "Shop", uuid4(), Role.MARKETER)


@pytest.fixture
def survey(place):
    made = make_survey(place=place, code="visit", wish=WISH, now=NOW)
    open_survey(place=place, survey_id=made.id, now=NOW)
    return made.id


def reachable(shop, member_id, email):
    with organization_scope(shop):
        Member.objects.filter(id=member_id).update(email=email)
        consents.record(
            organization_id=shop,
            member_id=member_id,
            given=[consents.GivenConsent(ConsentKey(Purpose.MARKETING, ConsentChannel.EMAIL), True)],
            circumstances=consents.Circumstances(at=NOW, language="th", source="test"),
        )


def invited(shop, member_id):
    with organization_scope(shop):
        return Invitation.objects.get(member_id=member_id)


def test_only_who_may_makes_surveys_and_questions_stay_once_asked(place, survey, shop):
    with pytest.raises(Forbidden):
        make_survey(place=Place(shop, "s", "S", uuid4(), Role.ANALYST), code="x", wish=WISH, now=NOW)
    with pytest.raises(Conflict):
        make_survey(place=place, code="visit", wish=WISH, now=NOW)
    other = Wish(WISH.name, (Question("nps", QuestionKind.CSAT, NPS.words, 1, 5), WHY))
    with pytest.raises(SurveyFixed):
        change_survey(place=place, survey_id=survey, wish=other, now=NOW)
    reworded = Wish({"th": "ใหม่", "en": "New"}, WISH.questions)
    assert change_survey(place=place, survey_id=survey, wish=reworded, now=NOW).name["en"] == "New"


def test_members_are_asked_by_the_way_that_is_open_and_once_in_thirty_days(place, survey, shop, new_member):
    with_mail, without = new_member(), new_member()
    reachable(shop, with_mail, "mali@example.com")

    seen = preview_asking(place=place, survey_id=survey, whom=ALL, now=NOW)
    asked = ask_members(place=place, survey_id=survey, whom=ALL, now=NOW)

    assert seen.by_channel == asked.by_channel == {AskChannel.EMAIL: 1, AskChannel.PORTAL: 1}
    with organization_scope(shop):
        message = Message.objects.get(template="survey_ask")
    assert message.member_id == with_mail
    assert "/ask/" not in message.body, "the link opens the survey: it is kept sealed"
    assert not ask_members(place=place, survey_id=survey, whom=ALL, now=NOW).asks
    another = make_survey(place=place, code="other", wish=WISH, now=NOW)
    open_survey(place=place, survey_id=another.id, now=NOW)
    later = NOW + timedelta(days=29)
    assert preview_asking(place=place, survey_id=another.id, whom=ALL, now=later).left_out == {NotAsked.ASKED_LATELY: 2}
    assert len(preview_asking(place=place, survey_id=another.id, whom=ALL, now=NOW + timedelta(days=31)).asks) == 2
    only_mail = Whom(Audience(), (AskChannel.EMAIL,))
    left = preview_asking(place=place, survey_id=another.id, whom=only_mail, now=NOW + timedelta(days=31)).left_out
    assert left == {NotAsked.NO_WAY: 1}
    assert invited(shop, without).channel == "PORTAL"


def test_an_answer_by_link_is_changed_never_doubled_until_the_wave_ends(place, survey, shop, member_id):
    ask_members(place=place, survey_id=survey, whom=ALL, now=NOW)
    token = link_token(invited(shop, member_id).id)
    first = answer_by_link(organization_id=shop, token=token, raw={"nps": "3", "why": "พนักงานพูดจาไม่ดี แย่มาก"}, now=NOW)
    again = answer_by_link(organization_id=shop, token=token, raw={"nps": "9"}, now=NOW + timedelta(hours=1))

    assert (first.is_new, again.is_new) == (True, False)
    assert first.row.sentiment == "neg"
    assert first.row.follow_up == FollowUp.OPEN
    with organization_scope(shop):
        row = Answer.objects.get()
        cells = queries.counts_of(organization_id=shop, survey_id=survey)
        asked = queries.asked_counts(organization_id=shop, survey_id=survey)
    assert (row.score, row.text, row.follow_up, row.metric, row.scale) == (9, "", "", "NPS", 10)
    assert [(cell.score, cell.count, cell.channel) for cell in cells] == [(9, 1, "LINK")]
    assert [(each.asked, each.answered) for each in asked] == [(1, 1)]
    with pytest.raises(Invalid) as refused:
        answer_by_link(organization_id=shop, token=token, raw={"nps": "11"}, now=NOW)
    assert refused.value.details["field"] == "nps"
    open_survey(place=place, survey_id=survey, now=NOW + timedelta(days=1))
    with pytest.raises(SurveyClosed):
        answer_by_link(organization_id=shop, token=token, raw={"nps": "9"}, now=NOW + timedelta(days=2))
    with pytest.raises(LinkUnknown):
        answer_by_link(organization_id=shop, token=token[:-1] + "x", raw={"nps": "9"}, now=NOW)


def test_links_are_nobodys_own_making():
    invitation = uuid4()
    assert read_link(link_token(invitation)) == invitation
    assert read_link(link_token(invitation)[:20] + link_token(uuid4())[20:]) is None
    assert read_link("ไทย") is None


def test_each_wave_asks_anew_and_counts_each_member_once(place, survey, shop, member_id, other_member_id):
    def answer(member, score, at):
        voice = Voice(AnswerChannel.API, member)
        return answer_by_key(
            organization_id=shop, code="visit", voice=voice, raw={"nps": score}, about=Context(store="S1"), now=at
        )

    answer(member_id, 10, NOW)
    answer(other_member_id, 2, NOW)
    answer(member_id, 8, NOW + timedelta(minutes=1))
    open_survey(place=place, survey_id=survey, now=NOW + timedelta(days=1))
    answer(member_id, 9, NOW + timedelta(days=2))

    with organization_scope(shop):
        cells = queries.counts_of(organization_id=shop, survey_id=survey)
    by_wave = {wave: promoters_of([c.score for c in cells if c.wave == wave for _ in range(c.count)]) for wave in (1, 2)}
    assert by_wave[1].score == -50
    assert by_wave[2].score == 100
    close_survey(place=place, survey_id=survey, now=NOW + timedelta(days=3))
    with pytest.raises(SurveyClosed):
        answer(member_id, 9, NOW + timedelta(days=4))


def test_an_open_link_takes_one_answer_a_browser_and_no_flood(survey, shop, monkeypatch):
    def answer(key, score):
        return answer_openly(organization_id=shop, code="visit", key=key, raw={"nps": score}, about=Context(store="S1"), now=NOW)

    assert answer("a" * 16, "9").is_new
    assert not answer("a" * 16, "7").is_new
    monkeypatch.setattr("phakdi.flows.answer_survey.OPEN_A_MINUTE", 1)
    with pytest.raises(TooManyAnswers):
        answer("b" * 16, "9")
    assert not answer("a" * 16, "10").is_new


def test_points_come_once_a_wave_whatever_was_answered(survey, shop, member_id):
    voice = Voice(AnswerChannel.API, member_id)
    for score in (1, 10):
        answer_by_key(organization_id=shop, code="visit", voice=voice, raw={"nps": score}, about=Context(), now=NOW)
    with organization_scope(shop):
        facts = list(OutboxFact.objects.filter(topic="survey.answered").order_by("id"))
    first, second = (
        record_survey(organization_id=shop, member_id=member_id, data=fact.data, at=fact.at, now=NOW) for fact in facts
    )
    again = record_survey(organization_id=shop, member_id=member_id, data=facts[0].data, at=facts[0].at, now=NOW)
    assert first is not None
    assert second is None
    assert again.is_replay


def test_a_purchase_is_asked_about_some_hours_later(place, shop, member_id):
    wish = Wish(WISH.name, WISH.questions, ask_after_hours=3)
    made = make_survey(place=place, code="auto", wish=wish, now=NOW)
    open_survey(place=place, survey_id=made.id, now=NOW)
    bought = {"kind": "purchase", "at": NOW + timedelta(hours=1), "amount": 100, "ref": "R1", "origin": "pos"}
    record_activity(organization_id=shop, member_id=member_id, activity=bought, now=NOW + timedelta(hours=1))

    assert ask_after_purchases(organization_id=shop, now=NOW + timedelta(hours=2)) == 0
    assert ask_after_purchases(organization_id=shop, now=NOW + timedelta(hours=5)) == 1
    assert ask_after_purchases(organization_id=shop, now=NOW + timedelta(hours=5)) == 0
    assert invited(shop, member_id).visit == "R1"


def test_words_that_call_for_somebody_are_seen_to(place, survey, shop, member_id):
    voice = Voice(AnswerChannel.API, member_id)
    kept = answer_by_key(
        organization_id=shop, code="visit", voice=voice, raw={"nps": 0, "why": "แย่มาก ของเสีย ไม่มาอีกแล้ว"}, about=Context(), now=NOW
    )
    with organization_scope(shop):
        assert queries.waiting_of(organization_id=shop) == {survey: 1}
    agent = Place(shop, "shop-1", "Shop", uuid4(), Role.AGENT)
    follow_up(place=agent, answer_id=kept.row.id, state=FollowUp.DONE, words="โทรขอโทษแล้ว", now=NOW)
    with pytest.raises(Forbidden):
        follow_up(place=place, answer_id=kept.row.id, state=FollowUp.DONE, words="", now=NOW)
    with organization_scope(shop):
        assert queries.waiting_of(organization_id=shop) == {}
        assert Answer.objects.get().followed_by == agent.staff_id


def test_who_is_forgotten_leaves_a_figure_without_name_and_words(place, survey, shop, member_id):
    ask_members(place=place, survey_id=survey, whom=ALL, now=NOW)
    raw = {"nps": 2, "why": "ผมชื่อสมชาย ไม่พอใจ"}
    voice = Voice(AnswerChannel.API, member_id)
    answer_by_key(organization_id=shop, code="visit", voice=voice, raw=raw, about=Context(visit="R1"), now=NOW)
    assert "สมชาย".encode() in _unpacked(export_member(organization_id=shop, member_id=member_id, now=NOW).content)

    erase_member(organization_id=shop, member_id=member_id, now=NOW + timedelta(days=1))

    with organization_scope(shop):
        row, asked = Answer.objects.get(), Invitation.objects.get()
        cells = queries.counts_of(organization_id=shop, survey_id=survey)
    assert (row.member_id, row.text, row.visit, row.answers) == (None, "", "", {"nps": 2})
    assert asked.member_id is None
    assert [cell.score for cell in cells] == [2]


def _unpacked(content):
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read("survey_answers.csv")
