"""In which language an answer is written: what ``Accept-Language`` asks for, of those that the product speaks."""

from functools import lru_cache

from django.http import HttpRequest

from phakdi.kit.text import LANGUAGES

DEFAULT = "en"  # who asks for none is a program, and its programmer reads along


def language_of(request: HttpRequest) -> str:
    """Return ``th`` or ``en``: the one that the caller would rather read."""
    return _preferred(request.META.get("HTTP_ACCEPT_LANGUAGE", "")[:200])


@lru_cache(maxsize=256)
def _preferred(header: str) -> str:
    wanted: list[tuple[float, int, str]] = []
    for position, part in enumerate(header.split(",")):
        tag, _, rest = part.strip().partition(";")
        language = tag.strip().lower().partition("-")[0]
        if language in LANGUAGES and (quality := _quality(rest)) > 0:
            wanted.append((-quality, position, language))
    return min(wanted)[2] if wanted else DEFAULT


def _quality(parameters: str) -> float:
    name, _, value = parameters.replace(" ", "").partition("=")
    if name != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
