"""The door before every operation: method, key, scope, rate, size and kind of the body, repeats; and what every answer carries.

It is one function call deep, because the busiest operation takes less than a millisecond.
"""

import math
import re
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from ninja.operation import Operation

from phakdi.api.errors import HttpRefusal, answer_to_error
from phakdi.api.language import language_of
from phakdi.api.reading import Unreadable
from phakdi.api.repeats import answer_repeatable
from phakdi.api.request import keep_call
from phakdi.api.terms import Repeats, Terms, terms_of
from phakdi.kit.clock import utc_now
from phakdi.kit.errors import Invalid
from phakdi.platform.keys.authentication import authenticate
from phakdi.platform.keys.core import Allowance, Principal, RateLimiter, StoreOutOfReach

DOCS = "/api/v1/docs"
WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
NAMED_REPEATS = frozenset({Repeats.MAY_BE_NAMED, Repeats.MUST_BE_NAMED})
TRUSTED_SECONDS = 5.0
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_IDEMPOTENCY_KEY = re.compile(r"[ -~]{1,255}")
_EVERYWHERE = {
    "cache-control": ("Cache-Control", "no-store"),
    "content-security-policy": ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    "referrer-policy": ("Referrer-Policy", "no-referrer"),
    "x-content-type-options": ("X-Content-Type-Options", "nosniff"),
}
_last = threading.local()
_limiter = RateLimiter(per_second=settings.API_CALLS_PER_SECOND, burst=settings.API_CALLS_AT_ONCE)


class Door:
    """The view of one route: it lets a request through to the operation that answers its method."""

    csrf_exempt = True

    def __init__(self, route: str, operations: Mapping[str, Operation]) -> None:
        self._route = route
        self._operations = {method: (found, terms_of(found.view_func)) for method, found in operations.items()}
        methods = {*self._operations, "OPTIONS"} | ({"HEAD"} if "GET" in self._operations else set())
        self._allowed = ", ".join(sorted(methods))

    def __call__(self, request: HttpRequest, **path: Any) -> HttpResponse:
        """Return the operation's answer, or a problem document."""
        return answered(request, lambda: self._answer(request, path))

    def _answer(self, request: HttpRequest, path: Mapping[str, Any]) -> HttpResponse:
        method = request.method or ""
        if method == "OPTIONS":
            return HttpResponse(status=204, headers={"Allow": self._allowed})
        if method == "HEAD":
            request.method = method = "GET"
        found = self._operations.get(method)
        if found is None:
            raise HttpRefusal(405, "method_not_allowed", {"allowed": self._allowed}, {"Allow": self._allowed})
        operation, terms = found
        if terms.is_open:
            return _run(operation, request, path)
        return self._let_in(request, operation, terms, path)

    def _let_in(self, request: HttpRequest, operation: Operation, terms: Terms, path: Mapping[str, Any]) -> HttpResponse:
        now = utc_now()
        _trust_connection()
        principal = _principal(request, now)
        allowance = _take_turn(principal)
        request.allowance = allowance  # type: ignore[attr-defined]  # told with the answer
        if terms.scope is not None:
            principal.require(terms.scope)
        if terms.for_all_stores and principal.stores:
            raise StoreOutOfReach("This key works for certain stores only.", store="*")
        if query := request.META.get("QUERY_STRING"):
            _check_query(request, query, operation)
        if request.method in WITH_BODY:
            _take_body(request, terms)
        call = keep_call(request, principal, now)
        if not _IDEMPOTENCY_KEY.fullmatch(request.META.get("HTTP_IDEMPOTENCY_KEY", "-")):
            raise HttpRefusal(400, "idempotency_key_unreadable")
        if terms.repeats in NAMED_REPEATS:
            if call.idempotency_key:
                return answer_repeatable(request, call, self._route, lambda: _run(operation, request, path))
            if terms.repeats is Repeats.MUST_BE_NAMED:
                raise HttpRefusal(400, "idempotency_key_required")
        if terms.reads_itself:
            response: HttpResponse = operation.view_func(request, **path)
            return response
        return _run(operation, request, path)


def answered(request: HttpRequest, answer: Callable[[], HttpResponse]) -> HttpResponse:
    """Return what ``answer`` returns or the problem that it raises, with the headers that every answer carries."""
    given = request.META.get("HTTP_X_REQUEST_ID", "")
    request.request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(12)  # type: ignore[attr-defined]
    is_head = request.method == "HEAD"
    try:
        response = answer()
    except Exception as error:  # noqa: BLE001 - the last place where it can become a problem document
        response = answer_to_error(request, error)
    return _dress(request, response, is_head=is_head)


def nowhere(request: HttpRequest, **_path: Any) -> HttpResponse:
    """Answer for an address at which there is nothing."""

    def refuse() -> HttpResponse:
        raise HttpRefusal(404, "route_not_found", {"docs": DOCS})

    return answered(request, refuse)


def _run(operation: Operation, request: HttpRequest, path: Mapping[str, Any]) -> HttpResponse:
    response = operation.run(request, **path)
    assert isinstance(response, HttpResponse)
    return response


def _dress(request: HttpRequest, response: HttpResponse, *, is_head: bool) -> HttpResponse:
    """Add what every answer carries. Straight into Django's store: setting a header by its front checks each character."""
    headers: dict[str, tuple[str, str]] = response.headers._store  # noqa: SLF001 - see above
    response.headers._store = headers = {**_EVERYWHERE, **headers}  # noqa: SLF001 - as above
    headers["x-request-id"] = ("X-Request-Id", request.request_id)  # type: ignore[attr-defined]  # set by answered
    headers["content-language"] = ("Content-Language", language_of(request))
    allowance: Allowance | None = getattr(request, "allowance", None)
    if allowance is not None:
        headers["ratelimit-limit"] = ("RateLimit-Limit", str(allowance.limit))
        headers["ratelimit-remaining"] = ("RateLimit-Remaining", str(allowance.remaining))
        headers["ratelimit-reset"] = ("RateLimit-Reset", str(math.ceil(allowance.reset_seconds)))
    response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001 - Django would warn of every refusal
    if response.status_code not in {204, 304}:
        headers["content-length"] = ("Content-Length", str(len(response.content)))
    if is_head:
        response.content = b""
    return response


def _trust_connection() -> None:
    """Spare the question whether the connection still lives where this thread used it a moment ago.

    After a restart of the database one call of each thread is answered 503 and may be repeated; the next has a new connection.
    """
    clock = time.monotonic()
    if clock - getattr(_last, "used_at", -math.inf) < TRUSTED_SECONDS:
        connection.health_check_done = True  # type: ignore[attr-defined]  # Django's own mark, which its stubs leave out
    _last.used_at = clock


def _principal(request: HttpRequest, now: Any) -> Principal:
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise HttpRefusal(401, "api_key_missing", headers={"WWW-Authenticate": "Bearer"})
    principal = authenticate(token.strip(), now=now)
    if principal is None:
        raise HttpRefusal(401, "api_key_unknown", headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
    return principal


def _take_turn(principal: Principal) -> Allowance:
    allowance = _limiter.take(principal.key_id, at=time.monotonic())
    if not allowance.is_allowed:
        wait = max(1, math.ceil(allowance.retry_seconds))
        told = {"Retry-After": str(wait), "RateLimit-Limit": str(allowance.limit), "RateLimit-Remaining": "0"}
        raise HttpRefusal(429, "rate_limited", {"retry_after": wait}, {**told, "RateLimit-Reset": str(wait)})
    return allowance


def _check_query(request: HttpRequest, query: str, operation: Operation) -> None:
    """Refuse a parameter that the operation does not have: a typo must not pass silently."""
    if "%00" in query:
        raise HttpRefusal(400, "query_invalid")
    known = {name for model in operation.models if model.__ninja_param_source__ == "query" for name in model.model_fields}
    unknown = request.GET.keys() - known
    if unknown:
        raise Invalid("There is no such parameter.", code="parameter_unknown", field=min(unknown), known=sorted(known))


def _take_body(request: HttpRequest, terms: Terms) -> None:
    """Read the body, which is JSON and no larger than the terms allow, and keep it with the request."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isascii() and length.isdigit() and int(length) > terms.body_max:
        raise HttpRefusal(413, "body_too_large", {"maximum": terms.body_max})
    body = request.read(terms.body_max + 1) or _unmeasured(request, terms.body_max + 1)
    if len(body) > terms.body_max:
        raise HttpRefusal(413, "body_too_large", {"maximum": terms.body_max})
    if not body:
        if terms.requires_body:
            raise Unreadable("The body is empty.", problem="the body is empty")
    elif not _is_json(request.content_type or ""):
        raise HttpRefusal(415, "content_type_unsupported")
    request._body = body  # noqa: SLF001 - Django reads it from there


def _unmeasured(request: HttpRequest, most: int) -> bytes:
    """Return a body that came in chunks, of which no length was told."""
    if "chunked" not in request.META.get("HTTP_TRANSFER_ENCODING", ""):
        return b""
    body: bytes = request.META["wsgi.input"].read(most)
    return body


def _is_json(content_type: str) -> bool:
    return content_type == "application/json" or (content_type.startswith("application/") and content_type.endswith("+json"))
