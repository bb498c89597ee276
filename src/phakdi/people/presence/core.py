"""How a browser is called, so that its owner recognizes it."""

from enum import StrEnum

_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)
_PROGRAMS = (("Line/", "LINE"), ("SamsungBrowser", "Samsung Internet"), ("Edg", "Edge"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"),
             ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"))  # fmt: skip


class SignedInBy(StrEnum):
    """What proved who somebody is."""

    CODE = "CODE"
    LINE = "LINE"


def browser_name(agent: str) -> str:
    """Return what a browser says of itself in two words: ``Android · LINE``; nothing that tells people apart is kept."""
    parts = [next((name for mark, name in table if mark in agent), "") for table in (_SYSTEMS, _PROGRAMS)]
    return " · ".join(part for part in parts if part)
