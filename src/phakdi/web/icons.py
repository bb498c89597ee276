"""Our own small set of icons, drawn in the color of the text beside them."""

import re
from functools import cache
from pathlib import Path

_SYMBOL = re.compile(r'<symbol id="([a-z-]+)" viewBox="0 0 24 24">(.*)</symbol>')


@cache
def icons() -> dict[str, str]:
    """Return every icon's strokes by its name."""
    return dict(_SYMBOL.findall(Path(__file__).with_name("icons.svg").read_text(encoding="utf-8")))


def draw(name: str, kind: str = "") -> str:
    """Return an icon as SVG that screen readers pass by; ``kind`` is small or large. Raises KeyError for one there is not."""
    size = f" icon-{kind}" if kind else ""
    return f'<svg class="icon{size}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{icons()[name]}</svg>'
