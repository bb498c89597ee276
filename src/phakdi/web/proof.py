"""Asking again who somebody is before what matters most: a session that was left open must not be enough."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from phakdi.kit.clock import utc_now

PROVED = "proved_at"  # in the session: when somebody last proved who they are
FRESH = timedelta(minutes=10)

View = Callable[..., HttpResponseBase]


def prove(request: HttpRequest) -> None:
    """Note that somebody has just proved who they are."""
    request.session[PROVED] = utc_now().timestamp()


def is_fresh(request: HttpRequest) -> bool:
    """Tell whether they did so in the last ten minutes."""
    return utc_now().timestamp() - float(request.session.get(PROVED, 0)) < FRESH.total_seconds()


def ask_again(request: HttpRequest) -> HttpResponseBase:
    """Lead to the page that asks, and from there back to this one, or to the one whose form was sent."""
    back = request.get_full_path()
    if request.method != "GET":
        back = _came_from(request)
    return redirect(f"{reverse('web:again')}?{urlencode({'next': back})}")


def proved(view: View) -> View:
    """Make a page of staff open only to those who have proved lately who they are; goes below `staff_page`."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs) if is_fresh(request) else ask_again(request)

    return checked


def _came_from(request: HttpRequest) -> str:
    referer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(referer, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return "/"
    parts = urlsplit(referer)
    return parts.path + (f"?{parts.query}" if parts.query else "")
