"""The description of the API as JSON, and a page on which one reads it and tries it: all of it served from here.

The page's scripts and styles are those that the ninja package carries; nothing is fetched from elsewhere.
"""

import gzip
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import ninja
import orjson
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from phakdi.api.door import answered
from phakdi.api.errors import HttpRefusal
from phakdi.api.language import language_of

if TYPE_CHECKING:  # the application lists these routes as its own
    from phakdi.api.application import PhakdiApi

ASSETS = Path(ninja.__file__).parent / "static" / "ninja"
TYPES = {
    "swagger-ui.css": "text/css; charset=utf-8",
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "swagger-ui-init.js": "text/javascript; charset=utf-8",
    "favicon.svg": "image/svg+xml",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
SETTINGS = {
    "url": "openapi.json",
    "layout": "BaseLayout",
    "deepLinking": True,
    "docExpansion": "list",
    "defaultModelsExpandDepth": -1,
    "persistAuthorization": False,
    "validatorUrl": None,
    "tryItOutEnabled": True,
}
TEXTS = {
    "title": ("Phakdi API", "Phakdi API"),
    "noscript": (
        "หน้านี้ต้องใช้ JavaScript อ่านคำอธิบายแบบ JSON ได้ที่ openapi.json",
        "This page needs JavaScript. The description as JSON is at openapi.json.",
    ),
}
PAGE = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="docs/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<noscript><p>{noscript}</p></noscript>
<main id="swagger-ui"></main>
<script type="application/json" id="swagger-settings">{settings}</script>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/swagger-ui-init.js"></script>
</body>
</html>
"""


def routes(api: "PhakdiApi") -> list[URLPattern]:
    """Return the addresses of the description, the page and what the page is made of; nobody needs a key for them."""

    def description(request: HttpRequest) -> HttpResponse:
        return answered(request, lambda: _get(request, _Kept(_description(api), "application/json")))

    return [
        path("openapi.json", description, name="openapi"),
        path("docs", _page, name="docs"),
        path("docs/<str:name>", _asset, name="docs-asset"),
    ]


class _Kept:
    """A file that is served as it is, and what tells this version of it from another."""

    def __init__(self, content: bytes, content_type: str) -> None:
        self.content, self.content_type = content, content_type
        self.packed = gzip.compress(content, 6)
        self.tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'


@cache
def _description(api: "PhakdiApi") -> bytes:
    return orjson.dumps(api.get_openapi_schema(), option=orjson.OPT_NON_STR_KEYS)


def _page(request: HttpRequest) -> HttpResponse:
    return answered(request, lambda: _get(request, _page_in(language_of(request)), {"Content-Security-Policy": POLICY}))


@cache
def _page_in(language: str) -> _Kept:
    words = {name: phrase[0 if language == "th" else 1] for name, phrase in TEXTS.items()}
    page = PAGE.format(language=language, settings=json.dumps(SETTINGS), **words)
    return _Kept(page.encode(), "text/html; charset=utf-8")


def _asset(request: HttpRequest, name: str) -> HttpResponse:
    def answer() -> HttpResponse:
        if name not in TYPES:
            raise HttpRefusal(404, "route_not_found", {"docs": "/api/v1/docs"})
        return _get(request, _kept_asset(name), {"Cache-Control": "public, max-age=86400"})

    return answered(request, answer)


@cache
def _kept_asset(name: str) -> _Kept:
    return _Kept((ASSETS / name).read_bytes(), TYPES[name])


def _get(request: HttpRequest, kept: _Kept, headers: dict[str, str] | None = None) -> HttpResponse:
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers={"Allow": "GET, HEAD, OPTIONS"})
    if request.method not in {"GET", "HEAD"}:
        raise HttpRefusal(405, "method_not_allowed", {"allowed": "GET, HEAD, OPTIONS"}, {"Allow": "GET, HEAD, OPTIONS"})
    told = {"ETag": kept.tag, "Vary": "Accept-Encoding, Accept-Language", **(headers or {})}
    if request.META.get("HTTP_IF_NONE_MATCH") == kept.tag:
        return HttpResponse(status=304, headers=told)
    if "gzip" in request.META.get("HTTP_ACCEPT_ENCODING", ""):
        return HttpResponse(kept.packed, content_type=kept.content_type, headers={**told, "Content-Encoding": "gzip"})
    return HttpResponse(kept.content, content_type=kept.content_type, headers=told)
