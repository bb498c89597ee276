"""E-mail over SMTP, text and HTML, with one-click unsubscribing (RFC 8058) on marketing."""

import smtplib
from dataclasses import dataclass
from email.utils import parseaddr

from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend
from django.utils.html import escape, linebreaks

from phakdi.engagement.messaging.core import Outcome, OutcomeKind
from phakdi.engagement.messaging.ports import Outgoing

SECONDS = 10
_TEMPORARY = range(400, 500)


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail is handed over and in whose name. ``security`` is ``starttls``, ``tls`` or ``none``."""

    host: str
    sender: str
    port: int = 587
    user: str = ""
    password: str = ""
    security: str = "starttls"

    def __repr__(self) -> str:
        return f"SmtpServer({self.host}:{self.port})"


class SmtpEmail:
    """A connection to one SMTP server."""

    provider = "smtp"
    keeps_secrets = False

    def __init__(self, server: SmtpServer) -> None:
        self._server = server

    def send(self, message: Outgoing) -> Outcome:
        """Send one mail. What fails before the mail itself was handed over may be tried again; a silence after it may not."""
        server = self._server
        backend = EmailBackend(
            host=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            use_tls=server.security == "starttls",
            use_ssl=server.security == "tls",
            timeout=SECONDS,
        )
        try:
            return _open(backend) or self._hand_over(backend, message)
        finally:
            _close(backend)

    def _hand_over(self, backend: EmailBackend, message: Outgoing) -> Outcome:
        try:
            backend.send_messages([self._mail(message)])
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            return _refused(codes[0] if codes else 550, "recipient_refused")
        except smtplib.SMTPResponseException as error:
            return _refused(error.smtp_code, "smtp_refused")
        except (OSError, smtplib.SMTPException):
            return Outcome(OutcomeKind.AMBIGUOUS, code="smtp_no_answer")
        except ValueError:  # an address or a header that no mail can have
            return Outcome(OutcomeKind.PERMANENT, code="mail_unwritable")
        return Outcome(OutcomeKind.ACCEPTED, provider_ref=self._message_id(message))

    def _mail(self, message: Outgoing) -> EmailMultiAlternatives:
        headers = {"Message-ID": self._message_id(message), "Content-Language": message.language}
        if message.unsubscribe_url:
            headers["List-Unsubscribe"] = f"<{message.unsubscribe_url}>"
            headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        mail = EmailMultiAlternatives(
            subject=message.subject,
            body=message.body,
            from_email=self._server.sender,
            to=[message.destination],
            headers=headers,
        )
        html = f'<html lang="{escape(message.language)}"><body>{linebreaks(message.body, autoescape=True)}</body></html>'
        mail.attach_alternative(html, "text/html")
        return mail

    def _message_id(self, message: Outgoing) -> str:
        domain = parseaddr(self._server.sender)[1].partition("@")[2] or "localhost"
        return f"<{message.attempt_id}@{domain}>"


def _refused(status: int, code: str) -> Outcome:
    kind = OutcomeKind.RETRY if status in _TEMPORARY else OutcomeKind.PERMANENT
    return Outcome(kind, code=code, status=status)


def _open(backend: EmailBackend) -> Outcome | None:
    """Connect and sign in; return the outcome where that fails."""
    try:
        backend.open()
    except smtplib.SMTPAuthenticationError as error:
        return Outcome(OutcomeKind.PERMANENT, code="smtp_login", status=error.smtp_code)
    except (OSError, smtplib.SMTPException):
        return Outcome(OutcomeKind.RETRY, code="smtp_unreachable")
    return None


def _close(backend: EmailBackend) -> None:
    """Say goodbye; that a server does not answer it changes nothing about the mail."""
    try:
        backend.close()
    except (OSError, smtplib.SMTPException):
        backend.connection = None
