"""A survey from making to seeing what it found, on a phone and a desk, in every look; and answering without scripts."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from phakdi.care.surveys.core.questions import AnswerChannel, Choice, Question, QuestionKind, Wish
from phakdi.care.surveys.core.voices import Context, Voice
from phakdi.care.surveys.links import link_token
from phakdi.care.surveys.models import Answer, Invitation
from phakdi.flows.answer_survey import answer_by_key
from phakdi.flows.ask_survey import Whom, ask_members
from phakdi.flows.manage_surveys import make_survey, open_survey
from phakdi.insight.lift.core.experiments import Audience
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.platform.staff.models import User
from phakdi.platform.staff.queries import places_of
from tests.e2e.conftest import PHONE, until
from tests.e2e.looking import LOOKS, look

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]
WISH = Wish(
    {"th": "หลังมาร้าน", "en": "After a visit"},
    (
        Question(
            "q1",
            QuestionKind.NPS,
            {"th": "คุณจะแนะนำริมน้ำคาเฟ่ให้เพื่อนไหม", "en": "Would you recommend the Riverside Café to a friend?"},
            0,
            10,
            is_needed=True,
        ),
        Question(
            "q2",
            QuestionKind.CHOICES,
            {"th": "ชอบอะไรบ้าง", "en": "What did you like?"},
            choices=(
                Choice("c1", {"th": "กาแฟและชา", "en": "Coffee and tea"}),
                Choice("c2", {"th": "ขนมเค้ก", "en": "Cakes"}),
                Choice("c3", {"th": "บริการของพนักงาน", "en": "The people who served you"}),
            ),
        ),
        Question("q3", QuestionKind.TEXT, {"th": "เพราะอะไรจึงให้คะแนนนี้", "en": "What made you answer so?"}),
    ),
)
SAID = (
    (10, "กาแฟอร่อยมาก พนักงานน่ารัก"), (2, "รอนานมาก พนักงานพูดไม่ดี แย่สุดๆ"), (9, "ชอบบรรยากาศ สวยมาก"),
    (7, "ก็โอเค"), (5, "เค้กแห้ง ไม่อร่อยเลย ผิดหวัง"), (10, "เดี๋ยวมาอีก ชอบมาก"),
)  # fmt: skip


@pytest.fixture
def survey(shop, regular):
    place = next(each for each in places_of(user_id=User.objects.get(email="owner@rimnam.example").id))
    now = utc_now()
    made = make_survey(place=place, code="after-visit", wish=WISH, now=now)
    for _ in range(2):
        open_survey(place=place, survey_id=made.id, now=now)
        for number in range(36):
            score, text = SAID[number % 6]
            raw = {"q1": score, "q2": ["c1", "c2", "c3"][: number % 3 + 1], "q3": text if number < 6 else ""}
            answer_by_key(
                organization_id=shop.id,
                code="after-visit",
                voice=Voice(AnswerChannel.API, key=f"api:{number}"),
                raw=raw,
                about=Context(store=("SIAM", "ARI")[number % 2]),
                now=now,
            )
    ask_members(place=place, survey_id=made.id, whom=Whom(Audience()), now=now)
    with organization_scope(shop.id):
        return made, link_token(Invitation.objects.get().id)


@pytest.mark.parametrize(("size", "language", "theme"), [LOOKS[0], LOOKS[3]])
def test_surveys_in_every_look(shop, survey, open_page, sign_in, picture, size, language, theme, request):
    made, token = survey
    page = open_page(size, language, theme=theme)
    sign_in(page, "owner@rimnam.example")
    console = f"/console/surveys/{made.id}/"
    for name, address in (
        ("list", "/console/surveys/"),
        ("results", console),
        ("texts", f"{console}texts/"),
        ("edit", f"{console}edit/"),
        ("ask", f"{console}ask/"),
        ("share", f"{console}share/?store=SIAM"),
        ("voice", "/console/insight/voice/"),
        ("link", f"/s/{shop.slug}/ask/{token}/"),
        ("open", f"/s/{shop.slug}/survey/after-visit/?store=ARI"),
    ):
        look(page, picture, address, f"survey-{name}-{request.node.callspec.id}")
        assert Axe().run(page).response["violations"] == [], address


def test_answering_by_link_needs_no_scripts_and_no_sign_in(shop, survey, open_page, picture):
    _made, token = survey
    page = open_page(PHONE, "th", javascript=False)
    page.goto(f"/s/{shop.slug}/ask/{token}/")
    page.locator("#q-q1-9").check()
    page.locator("#q-q2-c1").check()
    page.locator("textarea").fill("พนักงานช่วยเหลือดีมาก")
    page.locator("form.ask-form button").click()
    page.wait_for_url("**/?done=1")
    assert "ขอบคุณ" in page.inner_text("main")
    with organization_scope(shop.id):
        kept = Answer.objects.get(channel="LINK")
    assert (kept.score, kept.answers["q2"], kept.sentiment) == (9, ["c1"], "pos")
    seen = open_page(PHONE, "th")
    seen.goto(f"/s/{shop.slug}/ask/{token}/?done=1")
    until(seen, "document.querySelector('.ask-done') !== null")
    picture(seen, "survey-done")
    assert Axe().run(seen).response["violations"] == []
