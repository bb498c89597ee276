"""Pages for what went wrong: refused, not found, not allowed, broken."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from phakdi.kit.errors import Forbidden, Invalid, NotFound, Refusal, Unavailable
from phakdi.web.words import refusal_sentence

STATUSES: tuple[tuple[type[Refusal], int], ...] = ((NotFound, 404), (Forbidden, 403), (Invalid, 422), (Unavailable, 503))
CONFLICT = 409


def refusal_page(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Return the page that tells what was refused, with the status of its family."""
    status = next((status for family, status in STATUSES if isinstance(refusal, family)), CONFLICT)
    title = {404: _("Not found"), 403: _("Not allowed"), 503: _("Busy")}.get(status, _("This did not work"))
    symbol = {404: "search", 403: "lock", 503: "clock"}.get(status, "warn")
    context = {"title": title, "sentence": refusal_sentence(refusal), "symbol": symbol}
    response = render(request, "errors/refused.html", context, status=status)
    if status == 503:  # noqa: PLR2004 - the status itself
        response.headers["Retry-After"] = "2"
    return response


def form_refused(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Return the page for a form without a valid protection mark: mostly one that was left open for long."""
    context = {
        "title": _("This page was open for too long"),
        "sentence": _("Go back, reload the page and send the form again. Cookies must be allowed."),
    }
    return render(request, "errors/refused.html", context, status=403)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Return the page for an address that leads nowhere."""
    sentence = _("There is no such page. Perhaps the address was mistyped.")
    context = {"title": _("Not found"), "sentence": sentence, "symbol": "search"}
    return render(request, "errors/refused.html", context, status=404)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Return the page for what somebody may not see."""
    sentence = _("Your role does not allow this. Ask an owner of your organization.")
    context = {"title": _("Not allowed"), "sentence": sentence, "symbol": "lock"}
    return render(request, "errors/refused.html", context, status=403)
