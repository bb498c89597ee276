"""Decisions about outgoing webhooks: addresses, signatures, when to try again, when to give an endpoint up (R156)."""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from urllib.parse import urlsplit
from uuid import UUID

from phakdi.kit.errors import Invalid

DELAYS = (
    timedelta(),
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""How long is waited before each try; after the last one, about three days later, somebody has to look."""
TRIES_MAX = len(DELAYS)
JITTER = 0.1
RETRY_AFTER_MAX = timedelta(hours=1)
CONCURRENCY = 4  # tries at once to one endpoint
CIRCUIT_FAILS = 20  # after so many failures in a row an endpoint gets one try at a time …
PROBE_EVERY = timedelta(minutes=5)  # … so often
GIVEN_UP_AFTER = timedelta(days=5)  # of nothing but failures
ANSWER_MAX_BYTES = 4096
LEASE = timedelta(seconds=60)  # longer than a try may take
SECRET_KEPT = timedelta(hours=24)  # the one before a rotation
SECRET_BYTES, SECRET_PREFIX = 32, "whsec_"
URL_MAX, NAME_MAX, ENDPOINTS_MAX = 2000, 120, 50
EVERYTHING = "*"
PING = "webhook.ping"
GONE, HTTPS_PORT = 410, 443
_SLOW_DOWN = frozenset({429, 503})


class EndpointState(StrEnum):
    """Whether an endpoint is told anything."""

    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"  # somebody of the staff wanted so
    DISABLED = "DISABLED"  # we gave it up: ``state_reason`` says why


class DeliveryState(StrEnum):
    """Where the telling of one event to one endpoint is."""

    WAITING = "WAITING"
    DONE = "DONE"
    FAILED = "FAILED"  # every try failed; it can be replayed


class AttemptState(StrEnum):
    """Where one try is."""

    PREPARED = "PREPARED"  # written before anything is sent
    ACCEPTED = "ACCEPTED"
    REFUSED = "REFUSED"  # an answer came that is not 2xx
    UNREACHABLE = "UNREACHABLE"  # none came
    LOST = "LOST"  # whoever sent it died before it could say how it went


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a try: a status, or without one the reason why there is none. ``body`` has at most 4 KiB."""

    status: int | None = None
    body: str = ""
    error: str = ""
    retry_after: str = ""
    duration_ms: int = 0

    @property
    def state(self) -> AttemptState:
        """Return how the try is written down."""
        if self.status is None:
            return AttemptState.UNREACHABLE
        return AttemptState.ACCEPTED if 200 <= self.status < 300 else AttemptState.REFUSED  # noqa: PLR2004 - 2xx


@dataclass(frozen=True, slots=True)
class Health:
    """How an endpoint has been doing: failures in a row, since when, and when it may be tried next while it is shut off."""

    fails: int = 0
    failing_since: datetime | None = None
    probe_at: datetime | None = None

    def after(self, answer: Answer, now: datetime) -> "Health":
        """Return how it is doing after a try."""
        if answer.state is AttemptState.ACCEPTED:
            return Health()
        fails = self.fails + 1
        return Health(fails, self.failing_since or now, now + PROBE_EVERY if fails >= CIRCUIT_FAILS else None)

    def verdict(self, answer: Answer, now: datetime) -> str:
        """Return why the endpoint is given up after this try: ``gone``, ``failing``, or nothing where it is not."""
        if answer.status == GONE:
            return "gone"
        return "failing" if self.failing_since is not None and now - self.failing_since >= GIVEN_UP_AFTER else ""


@dataclass(frozen=True, slots=True)
class Address:
    """Where an endpoint is, in parts. ``is_trusted``: whoever runs the installation vouches for it by name."""

    scheme: str
    host: str
    port: int
    target: str
    is_trusted: bool = False

    @property
    def authority(self) -> str:
        """The ``Host`` header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == {"https": HTTPS_PORT, "http": 80}[self.scheme] else f"{host}:{self.port}"


def next_try(*, tries: int, answer: Answer, now: datetime, chance: float) -> datetime | None:
    """Return when the next try is due after try number ``tries`` failed, None after the last; ``chance`` is 0 to 1.

    A receiver that asks for a later time by Retry-After gets it, up to an hour.
    """
    if tries >= TRIES_MAX:
        return None
    due = now + DELAYS[tries] * (1 - JITTER + 2 * JITTER * chance)
    wanted = _retry_after(answer.retry_after, now) if answer.status in _SLOW_DOWN else None
    return max(due, now + min(wanted, RETRY_AFTER_MAX)) if wanted else due


def signature(*, secret: str, webhook_id: str, timestamp: int, body: bytes) -> str:
    """Return ``v1,<base64>`` over id, timestamp and body, as the Standard Webhooks specification has it."""
    return _sign(secret_key(secret), webhook_id, timestamp, body)


def headers(*, secrets_used: Sequence[str], webhook_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the headers of a try: the same id each time, and one signature for each secret in use."""
    timestamp = int(at.timestamp())
    signed = [signature(secret=each, webhook_id=webhook_id, timestamp=timestamp, body=body) for each in secrets_used]
    return {
        "content-type": "application/json",
        "user-agent": "Phakdi-Webhooks/1",
        "webhook-id": webhook_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signed),
    }


def new_secret() -> str:
    """Return a new secret of 256 bits as receivers' libraries read it."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def secret_key(secret: str) -> bytes:
    """Return the bytes that sign, read from a secret's text."""
    try:
        return base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error:
        return secret.encode()


def read_address(url: str, *, trusted: Collection[str] = ()) -> Address:
    """Return the parts of an endpoint's address, or raise Invalid.

    It is ``https`` on port 443 and names a host and nothing else; ``trusted`` lists further ``host:port`` pairs, for which
    http and addresses inside one's own network will do.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError as error:
        raise _bad_url() from error
    is_plain = url.isascii() and url.isprintable() and len(url) <= URL_MAX and not set(url) & set(' \\"<>^`{|}')
    if not is_plain or parts.scheme not in {"https", "http"} or not host or "@" in parts.netloc or "%" in host or parts.fragment:
        raise _bad_url()
    port = port or {"https": HTTPS_PORT, "http": 80}[parts.scheme]
    is_trusted = f"{host}:{port}" in trusted
    if not is_trusted and (parts.scheme != "https" or port != HTTPS_PORT or not _is_name(host)):
        raise _bad_url()
    return Address(parts.scheme, host, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), is_trusted)


def read_topics(topics: Collection[str], *, known: Collection[str]) -> list[str]:
    """Return the kinds of events in order without repetition, or raise Invalid for none or an unknown one."""
    for topic in topics:
        if topic != EVERYTHING and topic not in known:
            raise Invalid("This kind of event is not known.", code="webhook_topic_unknown", field="topics", topic=topic)
    if not topics:
        raise Invalid("Choose at least one kind of event.", code="webhook_topics_missing", field="topics")
    return [EVERYTHING] if EVERYTHING in topics else sorted(set(topics))


def webhook_id(event_id: UUID) -> str:
    """Return the id that a receiver knows an event by: the same for every try and every replay."""
    return f"evt_{event_id.hex}"


def _sign(key: bytes, webhook_id: str, timestamp: int, body: bytes) -> str:
    told = b".".join((webhook_id.encode(), str(timestamp).encode(), body))
    return "v1," + base64.b64encode(hmac.new(key, told, hashlib.sha256).digest()).decode()


def _bad_url() -> Invalid:
    return Invalid("Give an address that begins with https:// and names a host.", code="webhook_url", field="url")


def _is_name(host: str) -> bool:
    """Tell whether ``host`` is a name with a dot in it or a plain IP address: no decimal, octal or short forms."""
    if ":" in host:
        return True  # the brackets were checked by whoever split the address; what it leads to is checked before each call
    last = host.rpartition(".")[2]
    if last.isdecimal():
        numbers = host.split(".")
        return len(numbers) == 4 and all(n.isdecimal() and str(int(n)) == n and int(n) < 256 for n in numbers)  # noqa: PLR2004
    return ("." in host and last.isalnum() and not last.startswith("0x") and not last[:1].isdecimal()) or last.startswith("xn--")


def _retry_after(header: str, now: datetime) -> timedelta | None:
    """Return what a Retry-After header asks for: seconds or a date; None where it cannot be read."""
    if header.isdecimal() and len(header) < 10:  # noqa: PLR2004 - more than decades
        return timedelta(seconds=int(header))
    try:
        until = parsedate_to_datetime(header)
    except (ValueError, TypeError):
        return None
    return max((until if until.tzinfo else until.replace(tzinfo=UTC)) - now, timedelta())
