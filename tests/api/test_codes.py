"""Enrolling by a one-time code over HTTP."""

import re

import pytest

pytestmark = pytest.mark.django_db(transaction=True)
SESSION = "0123456789abcdef0123"


@pytest.fixture
def sent_code(shop):
    """Return a function that reads the code of the latest message."""

    def read() -> str:
        from phakdi.engagement.messaging.models import Message
        from phakdi.kit import vault
        from phakdi.kit.db.scope import organization_scope

        with organization_scope(shop):
            message = Message.objects.order_by("-id").first()
        return re.search(r"\b\d{6}\b", vault.unseal(message.sealed)).group()

    return read


def test_a_right_code_enrolls(api, sent_code):
    sent = api.post("/codes", {"channel": "SMS", "destination": "081-234-5678", "session": SESSION})
    proof = sent.value["proof"]
    verified = api.post("/codes/verify", {"proof": proof, "code": sent_code()})
    enrolled = api.post("/enrollments", {"proof": proof, "given_name": "สมชาย"})

    assert sent.status_code == 202
    assert sent.value["shown_destination"] == "•••5678"
    assert verified.value == {"member_id": None}
    assert (enrolled.status_code, enrolled.value["is_new"]) == (201, True)
    known = api.get(f"/members/{enrolled.value['member']['id']}").value["identities"]
    assert [(item["value"], item["verified_at"] is not None) for item in known] == [("+66812345678", True)]


def test_a_wrong_code_says_how_many_tries_are_left(api, sent_code):
    proof = api.post("/codes", {"channel": "SMS", "destination": "0812345678", "session": SESSION}).value["proof"]
    wrong = "000000" if sent_code() != "000000" else "111111"

    answer = api.post("/codes/verify", {"proof": proof, "code": wrong})

    assert (answer.status_code, answer.value["code"], answer.value["params"]) == (409, "code_wrong", {"tries_left": 4})


def test_an_unproved_enrollment_is_refused(api):
    proof = api.post("/codes", {"channel": "SMS", "destination": "0812345678", "session": SESSION}).value["proof"]

    answer = api.post("/enrollments", {"proof": proof})

    assert (answer.status_code, answer.value["code"]) == (409, "code_gone")
    assert api.get("/members").value["items"] == []


def test_too_many_codes_say_when_to_come_back(api):
    ask = {"channel": "SMS", "destination": "0812345678", "session": SESSION}
    api.post("/codes", ask)

    answer = api.post("/codes", ask)

    assert (answer.status_code, answer.value["code"]) == (429, "code_limit_reached")
    assert 0 < int(answer["Retry-After"]) <= 60


def test_no_code_goes_to_a_country_that_is_not_served(api):
    answer = api.post("/codes", {"channel": "SMS", "destination": "+1 202 555 0123", "session": SESSION})

    assert (answer.status_code, answer.value["code"]) == (409, "code_country_not_served")
