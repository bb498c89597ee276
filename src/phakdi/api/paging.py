"""Cursors: where a page ended, signed, so that nobody makes one up or uses it for another list."""

from typing import Any

import orjson
from django.core.signing import BadSignature, Signer

from phakdi.api.errors import HttpRefusal

_signer = Signer(salt="phakdi.api.cursor", sep="~")


def write_cursor(kind: str, place: Any) -> str:
    """Return the cursor for ``place`` (a JSON value) in the list ``kind``, which names the organization and the filters."""
    return _signer.sign_object([kind, place], serializer=_Json, compress=False)


def read_cursor(kind: str, cursor: str) -> Any:
    """Return the place that a cursor of the list ``kind`` names, or None for the first page.

    Raises:
        HttpRefusal: the cursor is not one of this list (``cursor_invalid``).
    """
    if not cursor:
        return None
    try:
        of, place = _signer.unsign_object(cursor, serializer=_Json)
    except (BadSignature, ValueError, TypeError):
        raise HttpRefusal(422, "cursor_invalid") from None
    if of != kind:
        raise HttpRefusal(422, "cursor_invalid")
    return place


class _Json:
    """How a cursor spells its place."""

    def dumps(self, value: Any) -> bytes:
        return orjson.dumps(value)

    def loads(self, text: bytes) -> Any:
        return orjson.loads(text)
