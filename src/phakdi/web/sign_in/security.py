"""My security: second factors, passkeys, codes on paper, and where I am signed in."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from phakdi.flows.manage_sign_in import (
    add_app,
    app_address,
    end_session,
    end_sessions,
    has_app,
    new_app_secret,
    new_codes,
    remove_factor,
)
from phakdi.kit.clock import utc_now
from phakdi.kit.errors import Refusal
from phakdi.platform.staff.factors import factors_of, unused_codes
from phakdi.platform.staff.models import User
from phakdi.platform.staff.sessions import sessions_of
from phakdi.web.access import find_desk
from phakdi.web.proof import ask_again, is_fresh
from phakdi.web.qr import qr_code
from phakdi.web.sign_in.forms import AppForm
from phakdi.web.words import add_refusal

APP_SECRET, SHOWN_CODES = "new_app_secret", "shown_codes"


@login_required
@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """Show how I prove who I am and where I am signed in; codes that were just made are shown this once."""
    user = _me(request)
    found = factors_of(user_id=user.id)
    desk = find_desk(request)
    request.desk = desk  # type: ignore[attr-defined]  # for the template
    context = {
        "factors": found,
        "has_app": has_app(found),
        "codes_left": unused_codes(user_id=user.id),
        "codes": request.session.pop(SHOWN_CODES, None),
        "sessions": sessions_of(user_id=user.id),
        "this": request.session.session_key,
        "is_demanded": desk is not None and desk.place.lacks_factor,
    }
    return render(request, "sign_in/security.html", context)


@sensitive_post_parameters("code")
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def app(request: HttpRequest) -> HttpResponseBase:
    """Set an authenticator app up: a picture to scan, and its first code to show that it works."""
    user = _me(request)
    if not is_fresh(request):
        return ask_again(request)
    if has_app(factors_of(user_id=user.id)):
        return redirect("web:security")
    secret = request.session.setdefault(APP_SECRET, new_app_secret())
    form = AppForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            codes = add_app(user=user, secret=secret, code="".join(form.cleaned_data["code"].split()), now=utc_now())
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            del request.session[APP_SECRET]
            return show_codes(request, codes, _("Your authenticator app works."))
    address = app_address(secret=secret, email=user.email)
    spaced = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    context = {"form": form, "picture": qr_code(address), "secret": spaced}
    return render(request, "sign_in/app.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def codes(request: HttpRequest) -> HttpResponseBase:
    """Make new codes on paper; the ones before are void."""
    user = _me(request)
    if not is_fresh(request):
        return ask_again(request)
    if not factors_of(user_id=user.id):
        return redirect("web:security")
    return show_codes(request, new_codes(user=user, now=utc_now()), _("New recovery codes: the ones before open nothing."))


@login_required
@require_POST
def remove(request: HttpRequest, factor_id: UUID) -> HttpResponseBase:
    """Remove an app or a passkey."""
    user = _me(request)
    if not is_fresh(request):
        return ask_again(request)
    removed = remove_factor(user=user, factor_id=factor_id, now=utc_now())
    messages.success(request, _("Removed: %(name)s") % {"name": removed.name}, "good")
    return redirect("web:security")


@login_required
@require_POST
def end(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Sign me out in another browser."""
    end_session(user=_me(request), session_id=session_id)
    messages.success(request, _("Signed out there."), "good")
    return redirect("web:security")


@login_required
@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """Sign me out everywhere but here."""
    ended = end_sessions(user=_me(request), but=request.session.session_key or "")
    messages.success(request, _("Signed out in %(count)s other browsers.") % {"count": ended}, "good")
    return redirect("web:security")


def show_codes(request: HttpRequest, shown: list[str], said: str) -> HttpResponse:
    """Lead to the page that shows codes once, or back to it where there are none to show."""
    messages.success(request, said, "good")
    if shown:
        request.session[SHOWN_CODES] = shown
    return redirect("web:security")


def _me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
