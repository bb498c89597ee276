"""ThaiBulkSMS against a local server that speaks its protocol: what is asked, and what each answer comes to."""

from uuid import uuid4

import pytest

from phakdi.adapters.channels.http import ANSWER_MAX, WrongHost
from phakdi.adapters.channels.thaibulksms import BASE_URL, ThaiBulkSms
from phakdi.engagement.messaging.core import MessageChannel, MessageClass, Outcome, OutcomeKind
from phakdi.engagement.messaging.ports import Outgoing
from tests.fakes.thaibulksms import KEY, SECRET, thaibulksms

THAI = "รหัส 123456 (ref ABCD) ใช้ได้ 5 นาที & อย่าบอกใคร +1"
NUMBER = "66812345678"


@pytest.fixture
def fake():
    with thaibulksms() as server:
        yield server


@pytest.fixture
def send(fake):
    """Return a function that sends one SMS and returns the outcome."""

    def run(body=THAI, *, to="+" + NUMBER, **more):
        account = {"key": KEY, "secret": SECRET, "sender": "PHAKDI", "base_url": fake.url, "read_seconds": 0.3}
        return ThaiBulkSms(**{**account, "allows_local": True, **more}).send(outgoing(body, to))

    return run


def outgoing(body=THAI, to="+" + NUMBER):
    ids = (uuid4(), uuid4(), uuid4())
    return Outgoing(*ids, MessageChannel.SMS, MessageClass.SECURITY, "th", to, "", body)


def error(name, code=1):
    return {"error": {"code": code, "name": name, "description": "what the provider says"}}


def test_request_is_what_the_provider_wants(fake, send):
    send()

    (request,) = fake.received
    assert request.path == "/sms"
    assert request.headers["Authorization"] == "Basic ZmFrZS1rZXk6ZmFrZS1zZWNyZXQ="
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert request.form == {"msisdn": NUMBER, "message": THAI, "sender": "PHAKDI", "force": "standard"}


def test_route_can_be_chosen(fake, send):
    send(force="corporate")

    assert fake.received[0].form["force"] == "corporate"


def test_taken_number_is_accepted(fake, send):
    assert send() == Outcome(OutcomeKind.ACCEPTED, f"id-1-{NUMBER}", status=201, quota_left=99)


@pytest.mark.parametrize("written", [NUMBER, "0812345678", "+66 81-234-5678"])
def test_number_is_recognized_however_it_is_written(fake, send, written):
    fake.answer_next(201, {"phone_number_list": [{"number": written, "message_id": "x"}], "remaining_credit": "7.50"})

    assert send() == Outcome(OutcomeKind.ACCEPTED, "x", status=201, quota_left=7)


def test_bad_number_was_not_sent_to_although_the_answer_is_201(fake, send):
    fake.bad.add(NUMBER)

    assert send() == Outcome(OutcomeKind.PERMANENT, code="bad_number", status=201)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"phone_number_list": []},
        {"phone_number_list": [{"number": "66898765432", "message_id": "somebody else's"}]},
        {"phone_number_list": "66812345678"},
        {"phone_number_list": [None, "66812345678", {"number": ""}]},
        ["no object"],
        b"<html>no JSON</html>",
        b"\xff\xfe",
        b"",
    ],
)
def test_success_that_does_not_name_the_number_is_unclear(fake, send, body):
    fake.answer_next(201, body)

    assert send() == Outcome(OutcomeKind.AMBIGUOUS, code="number_not_listed", status=201)


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (400, error("ERROR_SENDER_NAME"), Outcome(OutcomeKind.PERMANENT, code="error_sender_name", status=400)),
        (401, error("ERROR_UNAUTHORIZED"), Outcome(OutcomeKind.PERMANENT, code="error_unauthorized", status=401)),
        (400, error("", 117), Outcome(OutcomeKind.PERMANENT, code="117", status=400)),
        (400, error("bad\nname <0812345678>"), Outcome(OutcomeKind.PERMANENT, code="bad_name____", status=400)),
        (403, b"forbidden", Outcome(OutcomeKind.PERMANENT, code="refused", status=403)),
        (302, {}, Outcome(OutcomeKind.PERMANENT, code="refused", status=302)),
        (423, error("ERROR_INSUFFICIENT_CREDIT"), Outcome(OutcomeKind.QUOTA, code="no_credit", status=423)),
        (400, error("CREDIT", 116), Outcome(OutcomeKind.QUOTA, code="no_credit", status=400)),
        (429, {}, Outcome(OutcomeKind.RETRY, code="busy", status=429)),
        (503, error("MAINTENANCE"), Outcome(OutcomeKind.RETRY, code="maintenance", status=503)),
        (500, error("INTERNAL"), Outcome(OutcomeKind.AMBIGUOUS, code="internal", status=500)),
        (502, b"<html>", Outcome(OutcomeKind.AMBIGUOUS, code="server_error", status=502)),
    ],
)
def test_each_refusal_is_what_it_means(fake, send, status, body, outcome):
    fake.answer_next(status, body)

    assert send() == outcome
    assert len(fake.received) == 1


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("30", 30.0), ("0", 0.0), ("99999", 99999.0), ("100000", None), ("Wed, 25 Nov 2026", None), ("-1", None)],
)
def test_provider_says_when_to_come_back(fake, send, header, seconds):
    fake.answer_next(429, {}, Retry_After=header)

    assert send().retry_after_seconds == seconds


def test_empty_account_is_told(fake, send):
    fake.credit = 1
    assert send().quota_left == 0

    assert send() == Outcome(OutcomeKind.QUOTA, code="no_credit", status=400)


def test_silence_after_the_request_is_unclear(fake, send):
    fake.hangs = True

    assert send() == Outcome(OutcomeKind.AMBIGUOUS, code="no_answer")
    assert len(fake.received) == 1


def test_cut_connection_after_the_request_is_unclear(fake, send):
    fake.cuts = True

    assert send() == Outcome(OutcomeKind.AMBIGUOUS, code="no_answer")


def test_endless_answer_is_cut_off_and_unclear(fake, send):
    fake.answer_next(201, b" " * (ANSWER_MAX + 1))

    assert send() == Outcome(OutcomeKind.AMBIGUOUS, code="answer_too_long", status=201)


def test_server_that_is_not_there_was_sent_nothing(send):
    with thaibulksms() as gone:
        pass

    assert send(base_url=gone.url) == Outcome(OutcomeKind.RETRY, code="unreachable")


def test_redirect_is_not_followed(fake, send):
    fake.answer_next(307, {}, Location=f"{fake.url}/elsewhere")

    assert send() == Outcome(OutcomeKind.PERMANENT, code="refused", status=307)
    assert [request.path for request in fake.received] == ["/sms"]


@pytest.mark.parametrize("allows_local", [True, False])
@pytest.mark.parametrize(
    "url",
    [
        "http://api-v2.thaibulksms.com",
        "https://api-v2.thaibulksms.com.example.com",
        "https://api-v2.thaibulksms.com:8443",
        "https://user@api-v2.thaibulksms.com",
        "https://api-v2.thaibulksms.com@example.com",
        "https://10.0.0.1",
        "http://169.254.169.254",
        "ftp://127.0.0.1",
        "file:///etc/passwd",
        "",
    ],
)
def test_no_other_host_is_called(url, allows_local):
    with pytest.raises(WrongHost):
        ThaiBulkSms(key="k", secret="s", sender="x", base_url=url, allows_local=allows_local)


def test_a_server_of_this_machine_is_called_outside_production_only(fake, send):
    with pytest.raises(WrongHost):
        send(allows_local=False)

    assert fake.received == []
    assert ThaiBulkSms(key="k", secret="s", sender="x")._url == BASE_URL + "/sms"
