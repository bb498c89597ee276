"""Surveys over HTTP: reading them, reporting answers, reading those."""

from uuid import uuid4

import pytest

from phakdi.care.surveys.core.questions import Choice, Question, QuestionKind, Wish
from phakdi.flows.manage_surveys import make_survey, open_survey
from phakdi.kit.clock import utc_now
from phakdi.platform.staff.core import Place, Role

pytestmark = pytest.mark.django_db(transaction=True)
QUESTIONS = (
    Question("q1", QuestionKind.CSAT, {"en": "How was it?"}, 1, 5, is_needed=True),
    Question("q2", QuestionKind.CHOICE, {"en": "What?"}, choices=(Choice("c1", {"en": "Tea"}), Choice("c2", {"en": "Cake"}))),
    Question("q3", QuestionKind.TEXT, {"en": "Why?"}),
)


@pytest.fixture
def survey(shop):
    place = Place(shop, "shop", "Shop", uuid4(), Role.OWNER)
    made = make_survey(place=place, code="visit", wish=Wish({"en": "Visit"}, QUESTIONS), now=utc_now())
    open_survey(place=place, survey_id=made.id, now=utc_now())
    return made


def test_an_answer_is_kept_once_a_member_and_wave(api, survey, member_id):
    first = api.post("/surveys/visit/answers", {"member_id": str(member_id), "answers": {"q1": 5, "q2": "c1", "q3": "อร่อยมาก"}})
    again = api.post("/surveys/visit/answers", {"member_id": str(member_id), "answers": {"q1": 3}})
    other = api.post("/surveys/visit/answers", {"ref": "kiosk-1", "answers": {"q1": 4}})

    assert (first.status_code, first.value["is_new"], first.value["sentiment"]) == (201, True, "pos")
    assert (again.value["is_new"], again.value["id"], again.value["score"]) == (False, first.value["id"], 3)
    assert other.value["member_id"] is None
    page = api.get("/surveys/visit/answers?limit=1").value
    rest = api.get(f"/surveys/visit/answers?limit=5&cursor={page['next_cursor']}").value
    assert [each["score"] for each in (*page["items"], *rest["items"])] == [4, 3]
    listed = api.get("/surveys").value["items"]
    assert [(each["code"], each["metric"], each["wave"], len(each["questions"])) for each in listed] == [("visit", "CSAT", 1, 3)]
    assert api.get("/surveys/visit").value == listed[0]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"answers": {"q1": 5}}, 422, "survey_ref"),
        ({"ref": "1", "answers": {"q1": 6}}, 422, "survey_off_scale"),
        ({"ref": "1", "answers": {"q1": 5.5}}, 422, "survey_off_scale"),
        ({"ref": "1", "answers": {"q1": True}}, 422, "survey_off_scale"),
        ({"ref": "1", "answers": {"q1": 5, "q2": "c9"}}, 422, "choice_invalid"),
        ({"ref": "1", "answers": {"q1": 5, "q2": {"a": 1}}}, 422, "choice_invalid"),
        ({"ref": "1", "answers": {"q1": 5, "q3": "x" * 2001}}, 422, "survey_text_long"),
        ({"ref": "1", "answers": {"q1": 5, "q9": 1}}, 422, "survey_question_unknown"),
        ({"ref": "1", "answers": {}}, 422, "survey_answer_missing"),
        ({"number": "M-0", "answers": {"q1": 5}}, 404, "member_not_found"),
        ({"member_id": str(uuid4()), "answers": {"q1": 5}}, 404, "member_not_found"),
        ({"ref": "1", "answers": {"q1": 5}, "store": "NOWHERE"}, 404, "store_not_found"),
    ],
)
def test_what_cannot_be_kept_says_what_to_do(api, survey, body, status, code):
    answer = api.post("/surveys/visit/answers", body)
    assert (answer.status_code, answer.value["code"]) == (status, code)


def test_a_survey_that_is_not_there(api):
    assert api.get("/surveys/none").value["code"] == "survey_not_found"
