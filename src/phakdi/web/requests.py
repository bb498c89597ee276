"""What is read off a request: from where it comes and which page of a list it wants."""

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def client_address(request: HttpRequest) -> str:
    """Return the address the request came from; behind a proxy that we trust, what the proxy says."""
    if settings.SECURE_PROXY_SSL_HEADER and (forwarded := request.headers.get("X-Forwarded-For", "")):
        return forwarded.rpartition(",")[2].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def safe_next(request: HttpRequest, fallback: str) -> str:
    """Return where the form wants to go on, if that is a page of ours, else ``fallback``."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return wanted if wanted and is_ours else fallback


def read_id(text: str | None) -> UUID | None:
    """Return the identifier in ``text``, or None where there is none."""
    try:
        return UUID(text or "")
    except ValueError:
        return None
