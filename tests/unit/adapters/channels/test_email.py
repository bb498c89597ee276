"""Mail against a local server: what is sent, and what each answer comes to."""

from uuid import UUID

import pytest

from phakdi.adapters.channels.email import SmtpEmail, SmtpServer
from phakdi.engagement.messaging.core import MessageChannel, MessageClass, Outcome, OutcomeKind
from phakdi.engagement.messaging.ports import Outgoing
from tests.fakes.smtp import smtp_server

SUBJECT = "รหัสยืนยันของคุณ"
BODY = "สวัสดีคุณ <b>สมชาย</b> & เพื่อน\n\nรหัสของคุณคือ 123456"


@pytest.fixture
def fake():
    with smtp_server() as server:
        yield server


@pytest.fixture
def send(fake):
    """Return a function that sends one mail and returns the outcome."""

    def run(*, url="", to="somchai@example.com", subject=SUBJECT, **more):
        server = {"host": "127.0.0.1", "port": fake.port, "sender": "ร้านกาแฟ <shop@example.org>", "security": "none"}
        ids = (UUID(int=1), UUID(int=2), UUID(int=3))
        message = Outgoing(*ids, MessageChannel.EMAIL, MessageClass.SECURITY, "th", to, subject, BODY, url)
        return SmtpEmail(SmtpServer(**{**server, **more})).send(message)

    return run


REF = f"<{UUID(int=2)}@example.org>"


def test_mail_arrives_as_text_and_html(fake, send):
    assert send() == Outcome(OutcomeKind.ACCEPTED, REF)

    (mail,) = fake.mails
    assert fake.envelopes == [("shop@example.org", "somchai@example.com")]
    assert (mail["Subject"].strip(), mail["To"], mail["Message-ID"]) == (SUBJECT, "somchai@example.com", REF)
    assert mail["From"].addresses[0].display_name == "ร้านกาแฟ"
    assert mail["Content-Language"] == "th"
    text, html = (part.get_content() for part in mail.iter_parts())
    assert text.replace("\r\n", "\n").strip() == BODY
    assert "สวัสดีคุณ &lt;b&gt;สมชาย&lt;/b&gt; &amp; เพื่อน" in html
    assert (mail["List-Unsubscribe"], mail["List-Unsubscribe-Post"]) == (None, None)


def test_marketing_can_be_left_with_one_click(fake, send):
    send(url="https://shop.example.org/u/abc")

    (mail,) = fake.mails
    assert mail["List-Unsubscribe"] == "<https://shop.example.org/u/abc>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        ({"RCPT": "550 no such user"}, Outcome(OutcomeKind.PERMANENT, code="recipient_refused", status=550)),
        ({"RCPT": "450 mailbox busy"}, Outcome(OutcomeKind.RETRY, code="recipient_refused", status=450)),
        ({"MAIL": "553 not in this name"}, Outcome(OutcomeKind.PERMANENT, code="smtp_refused", status=553)),
        ({"MAIL": "451 later"}, Outcome(OutcomeKind.RETRY, code="smtp_refused", status=451)),
        ({"DATA": "554 no"}, Outcome(OutcomeKind.PERMANENT, code="smtp_refused", status=554)),
        ({".": "552 too big"}, Outcome(OutcomeKind.PERMANENT, code="smtp_refused", status=552)),
        ({".": "452 disk full"}, Outcome(OutcomeKind.RETRY, code="smtp_refused", status=452)),
        ({".": ""}, Outcome(OutcomeKind.AMBIGUOUS, code="smtp_no_answer")),
        ({"CONNECT": "421 too many"}, Outcome(OutcomeKind.RETRY, code="smtp_unreachable")),
        ({"CONNECT": ""}, Outcome(OutcomeKind.RETRY, code="smtp_unreachable")),
    ],
)
def test_each_refusal_is_what_it_means(fake, send, answers, outcome):
    fake.answers.update(answers)

    assert send() == outcome
    assert fake.mails == []


def test_server_that_does_not_say_goodbye_has_the_mail(fake, send):
    fake.answers["QUIT"] = ""

    assert send() == Outcome(OutcomeKind.ACCEPTED, REF)
    assert len(fake.mails) == 1


def test_server_that_is_not_there_was_sent_nothing(send):
    with smtp_server() as gone:
        pass

    assert send(port=gone.port) == Outcome(OutcomeKind.RETRY, code="smtp_unreachable")


def test_server_without_encryption_gets_no_mail_where_it_is_demanded(fake, send):
    assert send(security="starttls") == Outcome(OutcomeKind.RETRY, code="smtp_unreachable")
    assert (fake.mails, [verb for verb in fake.commands if verb == "MAIL"]) == ([], [])


def test_account_is_signed_in_and_a_wrong_one_refused(fake, send):
    assert send(user="shop", password="p").kind is OutcomeKind.ACCEPTED
    fake.answers["AUTH"] = "535 wrong"

    assert send(user="shop", password="p") == Outcome(OutcomeKind.PERMANENT, code="smtp_login", status=535)
    assert len(fake.mails) == 1


@pytest.mark.parametrize(
    "more", [{"to": "a@example.com\nBcc: b@example.com"}, {"subject": "x\r\nBcc: b@example.com"}, {"sender": "a@b\nc@d"}]
)
def test_what_cannot_be_written_as_a_mail_is_refused_and_nothing_is_sent(fake, send, more):
    assert send(**more) == Outcome(OutcomeKind.PERMANENT, code="mail_unwritable")
    assert fake.mails == []
