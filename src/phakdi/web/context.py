"""What every template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from phakdi import __version__
from phakdi.web.branding.shown import on_page, switches
from phakdi.web.theme import chosen_theme


def page(request: HttpRequest) -> dict[str, Any]:
    """Return the page's frame: languages, who looks at it, and the nonce of its scripts."""
    current = (get_language() or settings.LANGUAGE_CODE).partition("-")[0]
    return {
        "language": current,
        "languages": settings.LANGUAGES,
        "other_languages": [(code, name) for code, name in settings.LANGUAGES if code != current],
        "theme": chosen_theme(request),
        "csp_nonce": getattr(request, "csp_nonce", ""),
        "desk": getattr(request, "desk", None),
        "shop": getattr(request, "shop", None),
        "brand": SimpleLazyObject(lambda: on_page(request)),
        "modules": SimpleLazyObject(lambda: switches(request)),
        "version": __version__,
        "here": request.get_full_path(),
    }
