"""Codes that a camera or scanner reads, drawn as SVG."""

import base64
from io import BytesIO

import segno
from django.utils.safestring import SafeString, mark_safe

INK = "#1c2826"
MASK = 2  # any of the eight can be read; to look for the prettiest takes ten times as long


def qr_code(text: str) -> SafeString:
    """Return the text as a QR code, to be put into a page."""
    buffer = BytesIO()
    segno.make_qr(text, error="m", mask=MASK).save(
        buffer, kind="svg", xmldecl=False, svgns=True, border=1, omitsize=True, dark=INK
    )
    return mark_safe(buffer.getvalue().decode())  # noqa: S308 - drawn here: squares, never the text itself


def qr_bits(text: str) -> tuple[int, str]:
    """Return the text as a QR code that a script draws: how many squares a side has, and the squares as bits in base64."""
    rows = segno.make_qr(text, error="m", mask=MASK).matrix
    bits = "".join("1" if square else "0" for row in rows for square in row)
    bits += "0" * (-len(bits) % 8)
    packed = bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8))
    return len(rows), base64.b64encode(packed).decode()
