"""Texts that people write once for every reader, or once in each language."""

from collections.abc import Mapping

LANGUAGES = ("th", "en")

Text = str | Mapping[str, str]
"""One text for everybody, or one per language: ``{"th": "กาแฟ", "en": "Coffee"}``."""


def pick(value: Text | None, language: str) -> str:
    """Return the text in the reader's language, else in another that is written, else an empty string."""
    if value is None or isinstance(value, str):
        return value or ""
    wanted = language.partition("-")[0].lower()
    for candidate in (wanted, *LANGUAGES, *value):
        if found := value.get(candidate):
            return found
    return ""


def missing_languages(value: Text | None) -> tuple[str, ...]:
    """Return in which of the product's languages nothing is written; one text for everybody misses none."""
    if isinstance(value, str) and value:
        return ()
    written = value if isinstance(value, Mapping) else {}
    return tuple(language for language in LANGUAGES if not written.get(language))
