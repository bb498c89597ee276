"""What members may ask about their data, how long an answer may take, and how the forgotten are recognized (R123, R124)."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from phakdi.kit.errors import Conflict, Invalid

ANSWER_DAYS = 30
REMIND_DAYS_LEFT = (7, 3, 1, 0)
BREACH_HOURS = 72
TEXT_MAX = 2000
_LABEL = b"phakdi forgotten people\x1f"


class RequestKind(StrEnum):
    """What a member may ask (PDPA s. 30 to 36)."""

    ACCESS = "ACCESS"  # what do you hold about me, and from where
    COPY = "COPY"  # give it to me in a form that a machine reads
    CORRECTION = "CORRECTION"
    ERASURE = "ERASURE"
    OBJECTION = "OBJECTION"  # to marketing it is absolute
    RESTRICTION = "RESTRICTION"  # keep it, but do not use it


class RequestState(StrEnum):
    """Where a request stands."""

    OPEN = "OPEN"
    IN_PROGRESS = "IN_PROGRESS"
    ANSWERED = "ANSWERED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"


class IdentityCheck(StrEnum):
    """How it was made sure that the member is asking."""

    SIGNED_IN = "SIGNED_IN"  # in their own pages, behind a one-time code
    DOCUMENT = "DOCUMENT"
    CALLED_BACK = "CALLED_BACK"  # on the phone number that we have
    KNOWN = "KNOWN"  # known to staff in person
    NONE = "NONE"  # not yet


class RefusalReason(StrEnum):
    """Why a request may be refused; the reason is kept and told."""

    IDENTITY = "IDENTITY"  # it could not be made sure who asks
    LAW = "LAW"  # a law or a court demands that the data are kept
    OTHERS = "OTHERS"  # an answer would harm the rights of others
    REPEATED = "REPEATED"  # answered a short while ago, nothing has changed
    NOT_HELD = "NOT_HELD"  # there is nothing of the kind


UNDONE = frozenset({RequestState.OPEN, RequestState.IN_PROGRESS})
_NEXT: Mapping[RequestState, frozenset[RequestState]] = {
    RequestState.OPEN: frozenset({RequestState.IN_PROGRESS, RequestState.ANSWERED, RequestState.REFUSED, RequestState.WITHDRAWN}),
    RequestState.IN_PROGRESS: frozenset({RequestState.ANSWERED, RequestState.REFUSED, RequestState.WITHDRAWN}),
}


class RequestFinished(Conflict):
    """The request was answered, refused or withdrawn before; ``details['state']`` says which."""

    code = "request_finished"


class AlreadyAsked(Conflict):
    """The member has asked the same and waits for an answer; ``details['request_id']`` names that request."""

    code = "request_waiting"


@dataclass(frozen=True, slots=True)
class ContactKey:
    """A phone, an e-mail or another identity of somebody, in the form in which identities are kept."""

    kind: str
    value: str


def due_date(opened_on: date) -> date:
    """Return the last day on which a request of that day may be answered."""
    return opened_on + timedelta(days=ANSWER_DAYS)


def days_left(due: date, *, today: date) -> int:
    """Return how many days are left to answer; negative where it is too late."""
    return (due - today).days


def needs_reminder(due: date, *, today: date, reminded_on: date | None) -> bool:
    """Tell whether somebody has to be reminded today: a week, three days and a day before the end, then every day."""
    left = days_left(due, today=today)
    return reminded_on != today and (left in REMIND_DAYS_LEFT or left < 0)


def breach_due(known_at: datetime) -> datetime:
    """Return until when the authority must have been told of a breach that became known then (PDPA s. 37)."""
    return known_at + timedelta(hours=BREACH_HOURS)


def check_step(before: RequestState, after: RequestState) -> None:
    """Raise RequestFinished unless a request may go from one state to the other."""
    if after not in _NEXT.get(before, frozenset()):
        raise RequestFinished("This request is finished.", state=before.value)


def read_kind(kind: str) -> RequestKind:
    """Return what is asked, or raise Invalid with ``field``."""
    try:
        return RequestKind(str(kind).strip().upper())
    except ValueError:
        raise Invalid("Such a request is not known.", code="request_kind_unknown", field="kind") from None


def read_reason(reason: str) -> RefusalReason:
    """Return why a request is refused, or raise Invalid with ``field``: no request is refused without a reason."""
    try:
        return RefusalReason(str(reason).strip().upper())
    except ValueError:
        raise Invalid("Say why the request is refused.", code="request_reason_missing", field="reason") from None


def read_words(text: str, *, field: str) -> str:
    """Return a text that somebody wrote, or raise Invalid where it is too long."""
    cleaned = str(text or "").strip()
    if len(cleaned) > TEXT_MAX:
        raise Invalid(f"Write at most {TEXT_MAX} characters.", code="text_too_long", field=field, most=TEXT_MAX)
    return cleaned


def forgotten_hash(secret: str, organization_id: UUID, key: ContactKey) -> str:
    """Return by what a contact of somebody forgotten is recognized; without the installation's key it tells nothing."""
    text = f"{organization_id}\x1f{key.kind}\x1f{key.value}"
    return hmac.new(_LABEL + secret.encode(), text.encode(), hashlib.sha256).hexdigest()
