"""Operations that are answered once under an ``Idempotency-Key``: a repeat gets the first answer again."""

import hashlib
import json
from collections.abc import Callable

from django.db import InternalError, OperationalError
from django.http import HttpRequest, HttpResponse

from phakdi.api.reading import read_json
from phakdi.api.request import Call
from phakdi.flows import answer_once as flow
from phakdi.kit.errors import Unavailable

TRIES_MAX = 3
REPLAYED = "Idempotency-Replayed"
CONTENT_TYPE = "application/json; charset=utf-8"


class _Refused(Exception):
    """The operation refused: what it wrote is undone, and the key may be used again."""

    def __init__(self, response: HttpResponse) -> None:
        super().__init__(response.status_code)
        self.response = response


def answer_repeatable(request: HttpRequest, call: Call, route: str, run: Callable[[], HttpResponse]) -> HttpResponse:
    """Return what ``run`` answers, or what it answered when the same key came before.

    The key and the effect are written together. A refusal is not kept. Where locks cross, the whole is tried again.

    Raises:
        Invalid: the key cannot be read.
        Conflict: the key came with other content, or the first call with it is still being answered.
        Unavailable: locks kept crossing.
    """
    known = flow.Call(
        call.organization_id, str(call.principal.key_id), f"{request.method} {route}", call.idempotency_key, _digest(request)
    )

    def act() -> flow.Answer:
        response = run()
        if response.status_code >= 400:  # noqa: PLR2004 - where refusals begin
            raise _Refused(response)
        return flow.Answer(response.status_code, response.content)

    for _ in range(TRIES_MAX):
        try:
            answered = flow.answer_once(call=known, act=act, now=call.now)
        except _Refused as refused:
            return refused.response
        except (OperationalError, InternalError):
            continue
        headers = {REPLAYED: "true"} if answered.is_replay else {}
        answer = answered.answer
        return HttpResponse(answer.body, status=answer.status, content_type=CONTENT_TYPE, headers=headers)
    raise Unavailable("The system is busy.")


def _digest(request: HttpRequest) -> str:
    """Return what tells this request from another: where it goes, and its JSON however it is spaced or ordered."""
    value = read_json(request.body) if request.body else None
    spelled = json.dumps(value, sort_keys=True, default=str).encode()
    return hashlib.sha256(request.path.encode() + b"\n" + spelled).hexdigest()
