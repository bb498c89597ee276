"""Surveys on every face: made and asked in the console, answered by link, code and card, read and seen to afterwards."""

import re

import pytest
from django.test import Client

from phakdi.care.surveys.links import link_token
from phakdi.care.surveys.models import Answer, Invitation, Survey
from phakdi.care.surveys.queries import survey_by_code
from phakdi.flows.change_brand import switch_module
from phakdi.kit.db.scope import organization_scope
from phakdi.platform.organizations.core.modules import Module
from phakdi.platform.staff.core import Role
from tests.web.portal import visitor, walk_in

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
MADE = {
    "name_th": "หลังซื้อ",
    "name_en": "After a visit",
    "code": "after-visit",
    "reports_activity": "on",
    "ask_percent": "100",
    "q1_kind": "NPS",
    "q1_th": "แนะนำเราไหม",
    "q1_en": "Would you recommend us?",
    "q1_needed": "on",
    "q2_kind": "CHOICES",
    "q2_th": "ชอบอะไร",
    "q2_en": "What did you like?",
    "q2_choices": "กาแฟ | Coffee\nบริการ | Service",
    "q3_kind": "TEXT",
    "q3_th": "เพราะอะไร",
    "q3_en": "Why?",
}


@pytest.fixture
def made(owner, shop):
    answer = owner.post("/console/surveys/new/", MADE)
    assert answer.status_code == 302, answer.context["form"].errors
    owner.post(f"{answer.url}act/", {"do": "open"})
    return answer.url


def test_a_survey_is_looked_at_before_it_is_made_and_says_what_is_wrong(owner, shop):
    seen = owner.post("/console/surveys/new/", {**MADE, "do": "look"})
    assert seen.context["questions"][1].choices[0].words == "Coffee"
    wrong = owner.post("/console/surveys/new/", {**MADE, "q2_choices": "กาแฟ"})
    assert wrong.status_code == 422
    assert "Give at least two choices" in wrong.content.decode()
    with organization_scope(shop):
        assert not Survey.objects.exists()


def test_members_are_counted_asked_and_answer_by_their_own_link(owner, shop, slug, made, member_id):
    counted = owner.post(f"{made}ask/", {"portal": "on", "do": "count"})
    assert counted.context["counted"]["total"] == 1
    owner.post(f"{made}ask/", {"portal": "on", "do": "ask"})
    with organization_scope(shop):
        invitation = Invitation.objects.get()
    address = f"/s/{slug}/ask/{link_token(invitation.id)}/"
    browser = visitor()

    page = browser.get(address)
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "Would you recommend us?" in page.content.decode()
    missing = browser.post(address, {"q-q3": "hm"})
    assert missing.status_code == 422
    assert "Please answer this question." in missing.content.decode()
    assert ">hm</textarea>" in missing.content.decode()
    browser.post(address, {"q-q1": "3", "q-q2": ["c1", "c2"], "q-q3": "แย่มาก รอนาน ไม่ประทับใจ"})
    done = browser.post(address, {"q-q1": "4", "q-q2": ["c1"], "q-q3": "แย่มาก รอนาน ไม่ประทับใจ"}, follow=True)
    assert "Your answer has arrived" in done.content.decode()
    with organization_scope(shop):
        assert Answer.objects.get().answers == {"q1": 4, "q2": ["c1"], "q3": "แย่มาก รอนาน ไม่ประทับใจ"}

    page = owner.get(made)
    assert (page.context["figure"].value, page.context["rate"]) == ("−100", "100.0%")
    assert page.context["choices"][0]["lines"][0][:2] == ("Coffee", 1)
    texts = owner.get(f"{made}texts/").content.decode()
    assert "Waits for somebody" in texts
    follow = re.search(rf"{made}texts/[0-9a-f-]+/", texts)[0]
    owner.post(follow, {"state": "done", "note": "called"})
    assert "Seen to by Owner Somchai" in owner.get(f"{made}texts/").content.decode()
    assert browser.get(f"/s/{slug}/ask/{'A' * 35}/").status_code == 404


def test_whoever_scans_the_code_answers_once_a_browser_with_the_store(owner, shop, slug, store, made):
    address = owner.get(f"{made}share/?store={store}").context["address"]
    path = address.partition("testserver")[2]
    assert path == f"/s/{slug}/survey/after-visit/?store={store}"
    browser = Client(headers={"accept-language": "th"})
    for score in ("9", "10"):
        key = re.search(r'name="key" value="([0-9a-f]+)"', browser.get(path).content.decode())[1]
        assert browser.post(path, {"q-q1": score, "key": key}).status_code == 302
    with organization_scope(shop):
        row = Answer.objects.get()
    assert (row.score, row.store, row.channel, row.member_id) == (10, store, "OPEN", None)
    assert owner.get(made).context["groups"][0][1][0].label == "Siam"
    assert browser.get(f"/s/{slug}/survey/after-visit/?store=<script>").status_code == 200


def test_the_card_shows_what_was_asked_and_takes_the_answer(owner, shop, slug, made, member_id):
    owner.post(f"{made}ask/", {"portal": "on", "do": "ask"})
    browser, _ = walk_in(shop, slug, "0800000001")
    address = f"/m/{slug}/surveys/after-visit/"
    assert address in browser.get(f"/m/{slug}/").content.decode()
    assert browser.post(address, {"q-q1": "9"}).status_code == 302
    assert address not in browser.get(f"/m/{slug}/").content.decode()
    with organization_scope(shop):
        assert Answer.objects.get().member_id == member_id
    switch_off(shop)
    assert browser.get(address).status_code == 404
    refused = owner.post(f"{made}ask/", {"portal": "on", "do": "count"})
    assert "Surveys are switched off" in refused.context["form"].errors.as_text()


def test_a_closed_survey_says_so_and_takes_nothing(owner, shop, slug, made):
    owner.post(f"{made}act/", {"do": "close"})
    page = visitor().get(f"/s/{slug}/survey/after-visit/")
    assert "This survey has ended" in page.content.decode()
    with organization_scope(shop):
        assert not survey_by_code(organization_id=shop, code="after-visit").is_open


def test_who_may_see_what(signed_in, made):
    analyst = signed_in(Role.ANALYST)
    assert analyst.get(made).status_code == 200
    assert analyst.get(f"{made}texts/").status_code == 403
    assert analyst.post(f"{made}act/", {"do": "close"}).status_code == 403
    assert signed_in(Role.CASHIER).get("/console/surveys/").status_code == 403


def switch_off(shop):
    from phakdi.kit.clock import utc_now
    from phakdi.platform.audit.core import Actor

    switch_module(organization_id=shop, module=Module.SURVEYS, is_on=False, actor=Actor("operator"), now=utc_now())


def test_the_report_shows_each_survey_for_itself(owner, shop, slug, store, made):
    path = f"/s/{slug}/survey/after-visit/?store={store}"
    empty = owner.get("/console/insight/voice/")
    assert "Nobody answered in these days." in empty.content.decode()
    for number in range(3):
        visitor().post(path, {"q-q1": "10", "q-q3": "แย่มาก ไม่ประทับใจ", "key": f"{number:016x}"})
    page = owner.get("/console/insight/voice/").content.decode()
    assert "100.00" in page
    assert "Siam" in page
    assert "of 3 with words" in page
