"""Passkeys, spoken with by a small script: what a browser needs, and what it answers."""

from collections.abc import Mapping
from typing import Any

import orjson
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from phakdi.flows.manage_sign_in import add_passkey
from phakdi.kit.clock import utc_now
from phakdi.kit.errors import Refusal
from phakdi.platform.staff.factors import PasskeyRefused, ask_passkey, begin_passkey, check_passkey
from phakdi.platform.staff.models import User
from phakdi.web.proof import is_fresh, prove
from phakdi.web.requests import safe_next
from phakdi.web.sign_in.entering import PASSKEY_ASKED, awaited, enter, site_of
from phakdi.web.sign_in.security import show_codes
from phakdi.web.words import refusal_sentence

MADE = "passkey_made"


@require_POST
def ask(request: HttpRequest) -> JsonResponse:
    """Say what a browser needs to show a passkey: of whoever is signed in or half signed in, else of anybody."""
    options, state = ask_passkey(site=site_of(request), user=_whose(request))
    request.session[PASSKEY_ASKED] = _plain(state)
    return JsonResponse(_plain(options))


@require_POST
def show(request: HttpRequest) -> HttpResponseBase:
    """Let in whoever shows a passkey, or take it as the second or renewed proof of who is there already."""
    state = request.session.pop(PASSKEY_ASKED, None)  # asked once, answered once
    if state is None:
        return _refused(PasskeyRefused("Nobody asked."))
    try:
        user = check_passkey(site=site_of(request), state=state, response=_answer(request), now=utc_now(), user=_whose(request))
    except Refusal as refusal:
        return _refused(refusal)
    going = JsonResponse({"next": safe_next(request, "/")})
    if request.user.is_authenticated:
        prove(request)
        return going
    return enter(request, user, going)


@login_required
@require_POST
def begin(request: HttpRequest) -> JsonResponse:
    """Say what a browser needs to make a passkey."""
    assert isinstance(request.user, User)
    if not is_fresh(request):
        return _again()
    options, state = begin_passkey(user=request.user, site=site_of(request))
    request.session[MADE] = _plain(state)
    return JsonResponse(_plain(options))


@login_required
@require_POST
def make(request: HttpRequest) -> JsonResponse:
    """Keep a passkey that the browser has made."""
    assert isinstance(request.user, User)
    state = request.session.pop(MADE, None)
    if not is_fresh(request) or state is None:
        return _again()
    name = request.GET.get("name", "")
    try:
        codes = add_passkey(
            user=request.user, site=site_of(request), state=state, response=_answer(request), name=name, now=utc_now()
        )
    except Refusal as refusal:
        return _refused(refusal)
    show_codes(request, codes, _("Your passkey works."))
    return JsonResponse({"next": reverse("web:security")})


def _whose(request: HttpRequest) -> User | None:
    if isinstance(request.user, User):
        return request.user
    return awaited(request, utc_now())


def _answer(request: HttpRequest) -> Mapping[str, Any]:
    try:
        read = orjson.loads(request.body)
    except orjson.JSONDecodeError:
        read = {}
    return read if isinstance(read, dict) else {}


def _plain(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return what can be kept in a session or sent as JSON."""
    plain: dict[str, Any] = orjson.loads(orjson.dumps(dict(value), default=_told))
    return plain


def _told(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else str(value)


def _again() -> JsonResponse:
    return JsonResponse({"next": f"{reverse('web:again')}?next={reverse('web:security')}"})


def _refused(refusal: Refusal) -> JsonResponse:
    return JsonResponse({"problem": refusal_sentence(refusal)}, status=403)
