"""How a member's browser is known: signed cookies that hold for one organization's pages only.

``member`` says who is signed in; it ends when the member's phone or e-mail changes. ``browser`` is a secret that binds
one-time codes to the browser that asked for them. ``joining`` keeps the steps of signing in together.
"""

import secrets
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from phakdi.flows.verify_code import Proof, StartedCode
from phakdi.people.members.models import Member
from phakdi.platform.organizations.core import OrganizationRef

MEMBER, BROWSER, JOINING = "phakdi_member", "phakdi_browser", "phakdi_joining"
MEMBER_LIFE = 180 * 24 * 3600
BROWSER_LIFE = 24 * 3600
JOINING_LIFE = 20 * 60
BROWSER_MIN = 32


@dataclass(frozen=True, slots=True)
class Joining:
    """Where somebody is on the way in: a code was sent to them, perhaps it was right already."""

    challenge: str
    channel: str
    destination: str
    ref: str
    shown: str
    resend_at: str
    is_proved: bool = False

    @classmethod
    def from_started(cls, started: StartedCode) -> "Joining":
        """Return the first step: the code is on its way."""
        proof = started.proof
        return cls(
            str(proof.challenge_id),
            proof.channel,
            proof.destination,
            started.ref,
            started.shown_destination,
            started.resend_at.isoformat(),
        )

    def proof(self, browser: str) -> Proof:
        """Return what has the code checked, from this browser."""
        return Proof(UUID(self.challenge), self.channel, self.destination, browser)


def browser_of(request: HttpRequest) -> str:
    """Return the browser's secret, or a new one where it has none that serves."""
    kept = request.COOKIES.get(BROWSER, "")
    return kept if BROWSER_MIN <= len(kept) <= 2 * BROWSER_MIN else secrets.token_urlsafe(BROWSER_MIN)


def joining_of(request: HttpRequest, shop: OrganizationRef) -> Joining | None:
    """Return where the browser is on the way in, or None."""
    read = _read(request, JOINING, shop, JOINING_LIFE)
    return Joining(**read) if read else None


def keep_joining(response: HttpResponse, shop: OrganizationRef, joining: Joining, browser: str) -> None:
    """Remember where the browser is on the way in."""
    _write(response, JOINING, shop, asdict(joining), JOINING_LIFE)
    _set(response, BROWSER, shop, browser, BROWSER_LIFE)


def signed_in_id(request: HttpRequest, shop: OrganizationRef) -> tuple[UUID, str] | None:
    """Return who is signed in and the mark of their contacts, or None."""
    read = _read(request, MEMBER, shop, MEMBER_LIFE)
    return (UUID(read["id"]), read["mark"]) if read else None


def sign_in(response: HttpResponse, shop: OrganizationRef, member: Member) -> None:
    """Let the browser be the member's."""
    _write(response, MEMBER, shop, {"id": str(member.id), "mark": contact_mark(member)}, MEMBER_LIFE)
    response.delete_cookie(JOINING, path=_path(shop))


def sign_out(response: HttpResponse, shop: OrganizationRef) -> None:
    """Forget who the browser was."""
    for name in (MEMBER, JOINING, BROWSER):
        response.delete_cookie(name, path=_path(shop))


def contact_mark(member: Member) -> str:
    """Return what changes when the member's phone or e-mail does; it tells neither."""
    return signing.Signer(salt="phakdi.portal.contact").signature(f"{member.phone}\n{member.email}")[:16]


def _path(shop: OrganizationRef) -> str:
    return f"/m/{shop.slug}/"


def _salt(name: str, shop: OrganizationRef) -> str:
    return f"phakdi.portal.{name}.{shop.id}"


def _read(request: HttpRequest, name: str, shop: OrganizationRef, life: int) -> dict[str, Any] | None:
    try:
        read: dict[str, Any] = signing.loads(request.COOKIES.get(name, ""), salt=_salt(name, shop), max_age=life)
    except signing.BadSignature:
        return None
    return read


def _write(response: HttpResponse, name: str, shop: OrganizationRef, values: dict[str, Any], life: int) -> None:
    _set(response, name, shop, signing.dumps(values, salt=_salt(name, shop), compress=True), life)


def _set(response: HttpResponse, name: str, shop: OrganizationRef, value: str, life: int) -> None:
    secure = bool(settings.SESSION_COOKIE_SECURE)
    response.set_cookie(name, value, max_age=life, path=_path(shop), secure=secure, httponly=True, samesite="Lax")
