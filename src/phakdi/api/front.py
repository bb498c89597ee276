"""The WSGI application: what is asked of the API's plain addresses goes straight to its doors, all else through Django.

Django's handler, its middleware and the search for an address cost as much as deciding about a purchase does, and the API
needs none of it. Everything that an answer says comes from the door, so both ways answer the same.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.db import close_old_connections, connection

from phakdi.api.door import Door

Environ = dict[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]


class Front:
    """Answers ``doors`` (by whole path) itself and leaves all other paths to ``pages``."""

    def __init__(self, pages: Application, doors: Mapping[str, Door]) -> None:
        self._pages, self._doors = pages, doors

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        door = self._doors.get(environ["PATH_INFO"])
        if door is None:
            return self._pages(environ, start_response)
        response = door(WSGIRequest(environ))
        if connection.errors_occurred:  # as Django does after every request: a connection that is lost is given up
            close_old_connections()
        start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
        return (response.content,)
