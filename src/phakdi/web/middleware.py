"""What every page carries: a strict content policy, nothing kept in caches, and refusals as pages of our own."""

import secrets
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from phakdi.kit.errors import Refusal
from phakdi.web.errors import refusal_page

POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
PERMISSIONS = "camera=(self), geolocation=(), microphone=(), payment=()"


class Pages:
    """Guards pages; what is under the API's prefix passes by."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Give the request its nonce and the answer its headers."""
        if request.path_info.startswith(settings.API_PREFIX):
            return self.get_response(request)
        request.csp_nonce = secrets.token_urlsafe(16)  # type: ignore[attr-defined]  # where django-htmx looks for it
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY.format(nonce=request.csp_nonce))  # type: ignore[attr-defined]  # as above
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """Answer a refusal that no view expected with a page that says what it is about."""
        if isinstance(exception, Refusal) and not request.path_info.startswith(settings.API_PREFIX):
            return refusal_page(request, exception)
        return None
