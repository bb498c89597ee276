"""Codes that a camera or scanner reads, drawn as SVG."""

from io import BytesIO

import segno
from django.utils.safestring import SafeString, mark_safe

INK = "#1c2826"


def qr_code(text: str) -> SafeString:
    """Return the text as a QR code, to be put into a page."""
    buffer = BytesIO()
    segno.make_qr(text, error="m").save(buffer, kind="svg", xmldecl=False, svgns=True, border=1, omitsize=True, dark=INK)
    return mark_safe(buffer.getvalue().decode())  # noqa: S308 - drawn here: squares, never the text itself
