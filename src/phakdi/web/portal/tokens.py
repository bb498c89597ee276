"""Names for what a form brings about: sent twice, it happens once."""

import re
import secrets

from django.http import HttpRequest

_TOKEN = re.compile(r"[0-9a-f]{16}")


def new_token() -> str:
    """Return a name that nobody has used."""
    return secrets.token_hex(8)


def read_token(request: HttpRequest) -> str:
    """Return the name that a form brought, or nothing where it brought none."""
    given = request.POST.get("token", "")
    return given if _TOKEN.fullmatch(given) else ""
