"""What the door learned of a request, for the views behind it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest

from phakdi.api.language import language_of
from phakdi.platform.audit.core import Actor
from phakdi.platform.keys.core import Principal


@dataclass(frozen=True, slots=True)
class Call:
    """Who calls, for whose organization, when, and in which language the answer is read."""

    principal: Principal
    organization_id: UUID
    now: datetime
    language: str
    idempotency_key: str = ""

    def actor(self, store: str = "") -> Actor:
        """Return the key as who does what is done."""
        return Actor("api_key", str(self.principal.key_id), store)


def call_of(request: HttpRequest) -> Call:
    """Return what the door learned."""
    found = request.call  # type: ignore[attr-defined]  # set by keep_call
    assert isinstance(found, Call)
    return found


def keep_call(request: HttpRequest, principal: Principal, now: datetime) -> Call:
    """Keep what the door learned with the request and return it."""
    key = request.META.get("HTTP_IDEMPOTENCY_KEY", "")
    call = Call(principal, principal.organization_id, now, language_of(request), key)
    request.call = call  # type: ignore[attr-defined]  # read back by call_of
    return call
