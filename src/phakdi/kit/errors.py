"""The one family of expected refusals. Each has a stable code; the edge turns the code into a sentence."""

from typing import Any


class Refusal(Exception):
    """An expected refusal: a stable ``code``, an English message and the numbers behind it."""

    code = "refused"

    def __init__(self, message: str, *, code: str = "", **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details
        if code:
            self.code = code


class NotFound(Refusal):
    """The thing does not exist, or belongs to somebody else."""

    code = "not_found"


class Forbidden(Refusal):
    """The caller may not do this."""

    code = "forbidden"


class Conflict(Refusal):
    """The world moved, or the same key came with other content."""

    code = "conflict"


class Rejected(Refusal):
    """A rule said no."""

    code = "rejected"


class Invalid(Refusal):
    """What was given cannot be read: ``details['field']`` names the field, row or line."""

    code = "invalid"


class Unavailable(Refusal):
    """Something is busy or down; a retry may help."""

    code = "unavailable"
