"""How every provider is called: short time limits, no redirects, answers of limited size, only the provider's own host."""

import ssl
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

import httpx
import orjson

from phakdi.engagement.messaging.core import Outcome, OutcomeKind

CONNECT_SECONDS = 3.0
READ_SECONDS = 10.0
ANSWER_MAX = 1 << 20
LOCAL_HOSTS = frozenset({"127.0.0.1", "::1", "localhost"})


class WrongHost(ValueError):
    """A connection points at a host that is not the provider's."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A provider's answer: its status, its JSON object (empty where there is none) and Retry-After in seconds."""

    status: int
    body: Mapping[str, object]
    retry_after_seconds: float | None = None


def checked_url(url: str, *, hosts: Collection[str], allows_local: bool) -> str:
    """Return ``url`` if it is the provider's own over https; outside production one of this machine will do as well.

    Raises:
        WrongHost: it is neither.
    """
    parts = urlsplit(url)
    is_own = parts.scheme == "https" and parts.hostname in hosts and parts.port in {None, 443}
    is_local = allows_local and parts.scheme in {"http", "https"} and parts.hostname in LOCAL_HOSTS
    if not (is_own or is_local) or parts.username or parts.password:
        raise WrongHost("This address is not the provider's.")
    return url.rstrip("/")


def new_client(*, auth: tuple[str, str] | None = None, read_seconds: float = READ_SECONDS) -> httpx.Client:
    """Return a client with the limits that hold for every provider; whoever asks for it closes it."""
    limits = httpx.Timeout(read_seconds, connect=CONNECT_SECONDS)
    return httpx.Client(timeout=limits, follow_redirects=False, auth=auth, trust_env=False, verify=_tls())


def post_form(client: httpx.Client, url: str, form: Mapping[str, str]) -> Answer | Outcome:
    """Post a form once and return the answer, or the outcome where none came.

    What failed before anything was sent may be tried again; after that nobody knows, and it is AMBIGUOUS.
    """
    try:
        with client.stream("POST", url, data=dict(form)) as response:
            raw = b""
            for chunk in response.iter_bytes():
                raw += chunk
                if len(raw) > ANSWER_MAX:
                    return Outcome(OutcomeKind.AMBIGUOUS, code="answer_too_long", status=response.status_code)
            return Answer(response.status_code, _object(raw), _retry_after(response.headers.get("Retry-After", "")))
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        if isinstance(error.__cause__, ssl.SSLError):
            return Outcome(OutcomeKind.PERMANENT, code="tls")
        return Outcome(OutcomeKind.RETRY, code="unreachable")
    except (httpx.HTTPError, httpx.StreamError):
        return Outcome(OutcomeKind.AMBIGUOUS, code="no_answer")


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """Return whom we trust: reading all the certificates takes longer than many a call."""
    return httpx.create_ssl_context(trust_env=False)


def _object(raw: bytes) -> Mapping[str, object]:
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}


def _retry_after(header: str) -> float | None:
    return float(header) if header.isdecimal() and len(header) < 6 else None  # noqa: PLR2004 - a day has five digits
