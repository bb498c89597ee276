"""Django's middleware, left out where it is of no use: the API has no session, form, language or message.

Together they cost a fifth of an API call.
"""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponseBase
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.common import CommonMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.locale import LocaleMiddleware
from django.middleware.security import SecurityMiddleware
from django.utils.deprecation import MiddlewareMixin
from django_htmx.middleware import HtmxMiddleware
from whitenoise.middleware import WhiteNoiseMiddleware

Next = Callable[[HttpRequest], HttpResponseBase]


def _except_for_the_api(middleware: type) -> type:
    """Return ``middleware`` such that requests of the API pass by it."""

    class Skipping(middleware):  # type: ignore[misc]  # the base is a parameter
        def __init__(self, get_response: Next) -> None:
            super().__init__(get_response)
            self._direct = get_response

        def __call__(self, request: HttpRequest) -> HttpResponseBase:
            if request.path_info.startswith(settings.API_PREFIX):
                return self._direct(request)
            answer: HttpResponseBase = super().__call__(request)
            return answer

        if hasattr(middleware, "process_view"):

            def process_view(self, request: HttpRequest, *rest: object) -> object:
                if request.path_info.startswith(settings.API_PREFIX):
                    return None
                return super().process_view(request, *rest)

    Skipping.__name__ = Skipping.__qualname__ = middleware.__name__
    return Skipping


Security = _except_for_the_api(SecurityMiddleware)
StaticFiles = _except_for_the_api(WhiteNoiseMiddleware)
Sessions = _except_for_the_api(SessionMiddleware)
Locale = _except_for_the_api(LocaleMiddleware)
Common = _except_for_the_api(CommonMiddleware)
FormProtection = _except_for_the_api(CsrfViewMiddleware)
Authentication = _except_for_the_api(AuthenticationMiddleware)
Messages = _except_for_the_api(MessageMiddleware)
Htmx = _except_for_the_api(HtmxMiddleware)
Framing = _except_for_the_api(XFrameOptionsMiddleware)

assert issubclass(SecurityMiddleware, MiddlewareMixin)  # what the wrapper relies on
