"""Light, dark, or as the device is set: a choice that one browser keeps, for every page."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from phakdi.web.requests import safe_next

COOKIE = "theme"
KEPT_SECONDS = 365 * 24 * 3600
CHOSEN = ("light", "dark")


def chosen_theme(request: HttpRequest) -> str:
    """Return light or dark where somebody chose it, else nothing: then the device says."""
    theme = request.COOKIES.get(COOKIE, "")
    return theme if theme in CHOSEN else ""


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Remember the choice and lead back; anything but light and dark leaves it to the device."""
    response = redirect(safe_next(request, "/"))
    theme = request.POST.get("theme", "")
    if theme in CHOSEN:
        response.set_cookie(
            COOKIE, theme, max_age=KEPT_SECONDS, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
        )
    else:
        response.delete_cookie(COOKIE, samesite="Lax")
    return response
