"""Pictures from outside: read with limits, and kept only as we drew them anew. What was hidden in the upload stays outside."""

import io
import warnings

from PIL import Image, ImageOps

from phakdi.kit.errors import Invalid
from phakdi.platform.files.core import MEGABYTE

FORMATS = ("PNG", "JPEG", "WEBP")
BYTES_MAX = 8 * MEGABYTE
PIXELS_MAX = 25_000_000  # a picture is held in memory while it is made smaller
SIDE_MAX = 1024


class PictureUnreadable(Invalid):
    """The file is no PNG, JPEG or WebP picture, or a broken one."""

    code = "image_unreadable"


class PictureTooLarge(Invalid):
    """The picture has too many bytes or pixels."""

    code = "image_too_large"


def redraw(data: bytes, *, field: str = "file") -> bytes:
    """Return a picture drawn anew as PNG, at most 1024 pixels wide and high, upright, without anything else the file held.

    Raises:
        PictureTooLarge: more than 8 MB or 25 million pixels; told by the file's head, before it is unpacked.
        PictureUnreadable: anything but a sound PNG, JPEG or WebP, whatever it is called.
    """
    if len(data) > BYTES_MAX:
        raise PictureTooLarge("The picture is too large.", field=field, most=BYTES_MAX // MEGABYTE)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # broken colour profiles and the like
            with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
                if picture.width * picture.height > PIXELS_MAX:
                    raise PictureTooLarge("The picture is too large.", field=field, most=BYTES_MAX // MEGABYTE)
                return _drawn(picture)
    except Image.DecompressionBombError as error:
        raise PictureTooLarge("The picture is too large.", field=field, most=BYTES_MAX // MEGABYTE) from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise PictureUnreadable("This is no PNG, JPEG or WebP picture.", field=field) from error


def _drawn(picture: Image.Image) -> bytes:
    picture.draft("RGB", (SIDE_MAX, SIDE_MAX))  # a JPEG is made smaller while it is read
    picture.load()
    upright = ImageOps.exif_transpose(picture) or picture
    drawn = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    drawn.thumbnail((SIDE_MAX, SIDE_MAX))
    clean = Image.new(drawn.mode, drawn.size)
    clean.paste(drawn)
    out = io.BytesIO()
    clean.save(out, "PNG", optimize=True)
    return out.getvalue()
