"""From refusals to problem documents (RFC 9457): the only place where an error becomes a status."""

import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
from django.core.exceptions import SuspiciousOperation
from django.db import DatabaseError, InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse
from ninja.errors import HttpError, ValidationError

from phakdi.api import texts
from phakdi.api.language import language_of
from phakdi.api.reading import Unreadable
from phakdi.api.request import Call
from phakdi.api.showing.reader import reader_of
from phakdi.kit.clock import utc_now
from phakdi.kit.errors import Conflict, Forbidden, Invalid, NotFound, Refusal, Rejected, Unavailable
from phakdi.loyalty.wording import Reader, refusal_text
from phakdi.people.codes.core import TooManyCodes
from phakdi.platform.keys.core import KeyRefused

log = logging.getLogger("phakdi.api")

PROBLEM_JSON = "application/problem+json"
STATUSES: Mapping[type[Refusal], int] = {
    Unreadable: 400,
    NotFound: 404,
    KeyRefused: 401,
    Forbidden: 403,
    TooManyCodes: 429,
    Conflict: 409,
    Rejected: 409,
    Invalid: 422,
    Unavailable: 503,
    Refusal: 409,
}
RETRY_SECONDS = 1
EXACT_MAX = 2**53  # what JSON readers everywhere keep exactly
SHOWN = (str, int, float, bool, Decimal, UUID, date, datetime, type(None))


@dataclass(slots=True)
class HttpRefusal(Exception):
    """A refusal of the API itself, which has its status and headers with it."""

    status: int
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


def answer_to_error(request: HttpRequest, error: Exception) -> HttpResponse:
    """Return the problem document for anything that went wrong; what nobody expected is logged and tells nothing."""
    known = _as_refusal(error)
    if isinstance(known, Refusal):
        return _answer(request, refusal_problem(known, _reader(request)), _headers_of(known))
    if isinstance(known, HttpRefusal):
        return refuse(request, known)
    if isinstance(known, ValidationError):
        return _answer(request, _fields_problem(known.errors, language_of(request)))
    log.error("request %s broke", _request_id(request), exc_info=error)
    return refuse(request, HttpRefusal(500, "server_error", {"request_id": _request_id(request)}))


def _as_refusal(error: Exception) -> Exception:
    """Return the refusal that an error of Django, ninja or the database amounts to, else the error itself."""
    if isinstance(error, HttpError):  # ninja's own: it could not read the body
        cause = error.__cause__ or error.__context__
        return cause if isinstance(cause, Refusal) else Unreadable(str(error), problem=str(error))
    if isinstance(error, SuspiciousOperation):
        return HttpRefusal(400, "query_invalid")
    if isinstance(error, OperationalError | InterfaceError | InternalError):
        log.warning("the database refused", exc_info=error)
        return Unavailable("The system is busy.")
    return error


def refuse(request: HttpRequest, refusal: HttpRefusal) -> HttpResponse:
    """Return the problem document for a refusal of the API itself."""
    language = language_of(request)
    detail = texts.say(texts.PHRASES[refusal.code], language, refusal.params)
    return _answer(request, problem(refusal.status, refusal.code, detail, language, params=refusal.params), refusal.headers)


def refusal_problem(refusal: Refusal, reader: Reader) -> dict[str, Any]:
    """Return the problem document for a room's refusal: in the reader's language where it has words for the code."""
    figures = {name: shown(value) for name, value in refusal.details.items()}
    detail = _sentence(refusal, reader)
    errors = _errors(refusal, figures, detail) if isinstance(refusal, Invalid) else []
    return problem(status_of(refusal), refusal.code, detail, reader.language, params=figures, errors=errors)


def status_of(refusal: Refusal) -> int:
    """Return the status of a refusal: the nearest class of the family decides."""
    return next(STATUSES[kind] for kind in type(refusal).__mro__ if kind in STATUSES)


def problem(
    status: int,
    code: str,
    detail: str,
    language: str,
    *,
    params: Mapping[str, Any] | None = None,
    errors: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """Return a problem document; ``request_id`` is added when it is sent."""
    return {
        "type": f"urn:phakdi:problem:{code}",
        "title": texts.say(texts.TITLES[status], language, {}),
        "status": status,
        "detail": detail,
        "code": code,
        "errors": list(errors),
        "params": dict(params or {}),
    }


def shown(value: Any) -> Any:
    """Return a figure of a refusal as JSON shows it."""
    if isinstance(value, SHOWN):
        return str(value) if isinstance(value, Decimal | UUID) or (isinstance(value, int) and abs(value) > EXACT_MAX) else value
    if isinstance(value, Mapping):
        return {str(key): shown(item) for key, item in value.items()}
    if isinstance(value, Sequence | frozenset | set):
        return [shown(item) for item in value]
    return str(value)


def _reader(request: HttpRequest) -> Reader:
    """Return for whom a refusal is written, with what the program calls its things where it is at hand."""
    call: Call | None = getattr(request, "call", None)
    language = language_of(request)
    if call is None:
        return Reader(language)
    try:
        return reader_of(call.organization_id, call.now, language)
    except DatabaseError:
        return Reader(language)


def _sentence(refusal: Refusal, reader: Reader) -> str:
    phrase = texts.PHRASES.get(refusal.code)
    if phrase:
        return texts.say(phrase, reader.language, refusal.details)
    return refusal_text(refusal.code, refusal.details, reader.language, reader) or refusal.message


def _errors(refusal: Invalid, figures: dict[str, Any], detail: str) -> list[dict[str, Any]]:
    """Return each field that is not right; a program file tells several at once."""
    several = figures.pop("errors", None)
    if isinstance(several, list):
        return [_error(item, str(item.get("code") or refusal.code), str(item.get("message", ""))) for item in several]
    return [_error(figures, refusal.code, detail)] if "field" in figures or "path" in figures else []


def _error(figures: Mapping[str, Any], code: str, message: str) -> dict[str, Any]:
    place = {name: figures.get(name) for name in ("line", "column")}
    return {"field": str(figures.get("field") or figures.get("path") or ""), "code": code, "message": message, **place}


def _fields_problem(found: Sequence[Mapping[str, Any]], language: str) -> dict[str, Any]:
    errors = [_field_error(item, language) for item in found[:100]]
    return problem(422, "fields_invalid", texts.say(texts.PHRASES["fields_invalid"], language, {}), language, errors=errors)


def _field_error(found: Mapping[str, Any], language: str) -> dict[str, Any]:
    kind = str(found["type"])
    place = ".".join(str(part) for part in found["loc"] if part not in {"body", "query", "path", "header"}) or "body"
    place = place.removeprefix("data.")
    phrase = texts.FIELD_PHRASES.get(kind, texts.FIELD_WRONG)
    return _error({"field": place}, kind, texts.say(phrase, language, found.get("ctx") or {}))


def _headers_of(refusal: Refusal) -> dict[str, str]:
    if isinstance(refusal, Unavailable):
        return {"Retry-After": str(RETRY_SECONDS)}
    if isinstance(refusal, TooManyCodes):
        retry_at = refusal.details.get("retry_at")
        wait = math.ceil((retry_at - utc_now()).total_seconds()) if retry_at else 86_400
        return {"Retry-After": str(max(1, wait))}
    return {}


def _answer(request: HttpRequest, document: dict[str, Any], headers: Mapping[str, str] | None = None) -> HttpResponse:
    document["request_id"] = _request_id(request)
    body = orjson.dumps(document, default=str)
    return HttpResponse(body, status=document["status"], content_type=PROBLEM_JSON, headers=dict(headers or {}))


def _request_id(request: HttpRequest) -> str:
    return getattr(request, "request_id", "")
