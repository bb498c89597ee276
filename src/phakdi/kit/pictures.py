"""Codes read from pictures that people send: small, of known kinds, and never trusted."""

import io
from collections.abc import Sequence

import zxingcpp
from PIL import Image, UnidentifiedImageError

from phakdi.kit.errors import Invalid

BYTES_MAX = 12 * 1024 * 1024
PIXELS_MAX = 40_000_000  # as its header says
LOADED_MAX = 16_000_000  # of what is really unpacked: JPEGs are unpacked smaller
SIDE = 1600  # enough for any code that fills a tenth of the picture
KINDS = ("JPEG", "PNG", "WEBP")
TEXT_MAX = 400
FORMATS = zxingcpp.barcode_formats_from_str("QRCode,Code128,Code39,EAN13,EAN8,ITF")


def read_codes(data: bytes) -> Sequence[str]:
    """Return the texts of the QR and bar codes in a picture, the same once; empty where there is none.

    Raises:
        Invalid: ``picture_unreadable``: it is no JPEG, PNG or WebP, or too big.
    """
    if len(data) > BYTES_MAX:
        raise Invalid("The picture is too big.", code="picture_unreadable", field="picture")
    try:
        picture = _opened(data)
        found = zxingcpp.read_barcodes(picture, formats=FORMATS)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise Invalid("This is no picture that can be read.", code="picture_unreadable", field="picture") from error
    return list(dict.fromkeys(code.text for code in found if code.text and len(code.text) <= TEXT_MAX))


def _opened(data: bytes) -> Image.Image:
    """Return the picture in gray and no larger than needed; only its header is believed before it is unpacked."""
    picture: Image.Image = Image.open(io.BytesIO(data), formats=KINDS)
    if picture.width * picture.height > PIXELS_MAX:
        raise ValueError("too many pixels")
    picture.draft("L", (SIDE, SIDE))
    if picture.width * picture.height > LOADED_MAX:
        raise ValueError("too many pixels to unpack")
    gray = picture.convert("L")  # codes are found however a photo lies, so nothing it says of itself is read
    gray.thumbnail((SIDE, SIDE))
    return gray
