"""What happens when somebody is let in: the session, the browser's own token, the notice of a new browser."""

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponseBase

from phakdi.flows.manage_sign_in import note_sign_in
from phakdi.kit.clock import utc_now
from phakdi.platform.staff.factors import Site
from phakdi.platform.staff.models import User
from phakdi.platform.staff.sessions import Browser
from phakdi.web.proof import prove
from phakdi.web.requests import client_address

BACKEND = "django.contrib.auth.backends.ModelBackend"
DEVICE = "phakdi_device"
DEVICE_LIVES = timedelta(days=400)
PENDING, PENDING_LIVES = "sign_in_pending", timedelta(minutes=10)
PASSKEY_ASKED = "passkey_asked"


def enter(request: HttpRequest, user: User, answer: HttpResponseBase) -> HttpResponseBase:
    """Sign somebody in who has proved who they are, and return the answer with their browser's token."""
    now = utc_now()
    request.session.pop(PENDING, None)
    login(request, user, backend=BACKEND)
    prove(request)
    request.session.save()
    token = request.COOKIES.get(DEVICE, "")[:100] or secrets.token_urlsafe(24)
    browser = Browser(request.headers.get("User-Agent", ""), client_address(request), token)
    note_sign_in(user=user, session_key=request.session.session_key or "", browser=browser, now=now)
    answer.set_cookie(
        DEVICE,
        token,
        max_age=int(DEVICE_LIVES.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return answer


def await_factor(request: HttpRequest, user: User) -> None:
    """Remember whose password was right until their second factor is; nobody is signed in yet."""
    request.session.cycle_key()
    request.session[PENDING] = {"user": str(user.id), "at": utc_now().timestamp(), "hash": user.get_session_auth_hash()}


def awaited(request: HttpRequest, now: datetime) -> User | None:
    """Return whose second factor is waited for, or None where nobody's is (any more)."""
    pending = request.session.get(PENDING)
    if not isinstance(pending, dict) or now.timestamp() - pending["at"] > PENDING_LIVES.total_seconds():
        return None
    user = User.objects.filter(id=pending["user"], is_active=True).first()
    return user if user is not None and user.get_session_auth_hash() == pending["hash"] else None


def site_of(request: HttpRequest) -> Site:
    """Return the site for which passkeys are made and asked: the host by which the browser knows us."""
    host = request.get_host()
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host
    return Site(name, f"{'https' if request.is_secure() else 'http'}://{host}")
