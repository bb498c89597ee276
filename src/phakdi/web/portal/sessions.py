"""How a member's browser is known: signed cookies that hold for one organization's pages only.

``member`` names the browser's session, which can be ended from elsewhere, and bears a mark that changes with the member's
phone or e-mail. ``browser`` is a secret that binds one-time codes to the browser that asked for them. ``joining`` keeps the
steps of signing in together, ``line`` those of signing in with LINE, ``from`` who sent somebody here, and ``sure`` that
somebody proved a moment ago that it is still them.
"""

import secrets
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from phakdi.flows.member_session import MemberSession
from phakdi.flows.verify_code import Proof, StartedCode
from phakdi.people.members.models import Member
from phakdi.platform.organizations.core import OrganizationRef

MEMBER, BROWSER, JOINING, LINE, FROM, SURE = (
    f"phakdi_{name}" for name in ("member", "browser", "joining", "line", "from", "sure")
)
MEMBER_LIFE = 180 * 24 * 3600
BROWSER_LIFE = 24 * 3600
JOINING_LIFE = 20 * 60
FROM_LIFE = 7 * 24 * 3600
SURE_LIFE = 10 * 60
BROWSER_MIN = 32


@dataclass(frozen=True, slots=True)
class Joining:
    """Where somebody is on the way in, or about to change a contact: a code was sent, perhaps it was right already."""

    challenge: str
    channel: str
    destination: str
    ref: str
    shown: str
    resend_at: str
    is_proved: bool = False
    purpose: str = "SIGN_IN"

    @classmethod
    def from_started(cls, started: StartedCode, purpose: str = "SIGN_IN") -> "Joining":
        """Return the first step: the code is on its way."""
        proof = started.proof
        return cls(
            str(proof.challenge_id),
            proof.channel,
            proof.destination,
            started.ref,
            started.shown_destination,
            started.resend_at.isoformat(),
            purpose=purpose,
        )

    def proof(self, browser: str) -> Proof:
        """Return what has the code checked, from this browser."""
        return Proof(UUID(self.challenge), self.channel, self.destination, browser)


@dataclass(frozen=True, slots=True)
class LineStep:
    """Where a browser is with LINE: on its way there (``state``, ``nonce``, ``verifier``), or back with a user LINE vouched for."""

    state: str = ""
    nonce: str = ""
    verifier: str = ""
    user_id: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """Who sent somebody here: the store whose poster they scanned, the friend whose link they opened."""

    store: str = ""
    friend: str = ""


def browser_of(request: HttpRequest) -> str:
    """Return the browser's secret, or a new one where it has none that serves."""
    kept = request.COOKIES.get(BROWSER, "")
    return kept if BROWSER_MIN <= len(kept) <= 2 * BROWSER_MIN else secrets.token_urlsafe(BROWSER_MIN)


def joining_of(request: HttpRequest, shop: OrganizationRef, purpose: str = "SIGN_IN") -> Joining | None:
    """Return where the browser is on the way to ``purpose``, or None."""
    read = _read(request, JOINING, shop, JOINING_LIFE)
    found = Joining(**read) if read else None
    return found if found and found.purpose == purpose else None


def keep_joining(response: HttpResponse, shop: OrganizationRef, joining: Joining, browser: str) -> None:
    """Remember where the browser is on the way in."""
    _write(response, JOINING, shop, asdict(joining), JOINING_LIFE)
    _set(response, BROWSER, shop, browser, BROWSER_LIFE)


def line_step_of(request: HttpRequest, shop: OrganizationRef) -> LineStep:
    """Return where the browser is with LINE; an empty step where it is nowhere."""
    return LineStep(**(_read(request, LINE, shop, JOINING_LIFE) or {}))


def keep_line_step(response: HttpResponse, shop: OrganizationRef, step: LineStep) -> None:
    """Remember where the browser is with LINE."""
    _write(response, LINE, shop, asdict(step), JOINING_LIFE)


def origin_of(request: HttpRequest, shop: OrganizationRef) -> Origin:
    """Return who sent the browser here, as far as that is known."""
    return Origin(**(_read(request, FROM, shop, FROM_LIFE) or {}))


def keep_origin(response: HttpResponse, shop: OrganizationRef, origin: Origin) -> None:
    """Remember who sent the browser here, until it joins."""
    _write(response, FROM, shop, asdict(origin), FROM_LIFE)


def keep_sure(response: HttpResponse, shop: OrganizationRef, session: MemberSession) -> None:
    """Remember for ten minutes that it is still the member who sits there."""
    _write(response, SURE, shop, {"session": str(session.id)}, SURE_LIFE)


def was_sure(request: HttpRequest, shop: OrganizationRef, session: MemberSession) -> bool:
    """Tell whether the member proved in the last ten minutes, in this session, that it is still them."""
    return (_read(request, SURE, shop, SURE_LIFE) or {}).get("session") == str(session.id)


def signed_in_id(request: HttpRequest, shop: OrganizationRef) -> tuple[UUID, str] | None:
    """Return the browser's session and the mark of the member's contacts, or None."""
    read = _read(request, MEMBER, shop, MEMBER_LIFE)
    return (UUID(read["session"]), read["mark"]) if read and "session" in read else None


def sign_in(response: HttpResponse, shop: OrganizationRef, member: Member, session: MemberSession) -> None:
    """Let the browser be the member's."""
    _write(response, MEMBER, shop, {"session": str(session.id), "mark": contact_mark(member)}, MEMBER_LIFE)
    for name in (JOINING, LINE, FROM):
        response.delete_cookie(name, path=_path(shop))


def sign_out(response: HttpResponse, shop: OrganizationRef) -> None:
    """Forget who the browser was."""
    for name in (MEMBER, JOINING, BROWSER, LINE, SURE):
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
