"""Pictures from outside are drawn anew; bombs, scripts and files under a wrong name are refused before they are unpacked."""

import io
import resource
import struct
import zlib

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from phakdi.platform.files.images import BYTES_MAX, SIDE_MAX, PictureTooLarge, PictureUnreadable, redraw

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><rect width="9" height="9"/></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"


def picture(size=(40, 20), kind="PNG", mode="RGB", color="#c8102e", **options):
    """Return a picture as a file."""
    out = io.BytesIO()
    Image.new(mode, size, color).save(out, kind, **options)
    return out.getvalue()


def opened(data):
    """Return a picture to look at."""
    return Image.open(io.BytesIO(data))


def png(width, height, *, body=b""):
    """Return a PNG that says it is so large, whatever follows."""

    def chunk(name, content):
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", body or zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_becomes_a_png(kind):
    drawn = opened(redraw(picture(kind=kind)))
    assert (drawn.format, drawn.size) == ("PNG", (40, 20))


def test_large_pictures_are_made_smaller_and_keep_their_shape():
    assert opened(redraw(picture(size=(3000, 1500)))).size == (SIDE_MAX, SIDE_MAX // 2)
    assert opened(redraw(picture(size=(3000, 1500), kind="JPEG"))).size == (SIDE_MAX, SIDE_MAX // 2)


def test_transparency_is_kept():
    drawn = opened(redraw(picture(mode="RGBA", color=(0, 0, 0, 0))))
    assert drawn.mode == "RGBA"
    assert drawn.getpixel((0, 0)) == (0, 0, 0, 0)


def test_what_else_the_file_held_stays_outside():
    notes = PngInfo()
    notes.add_text("Comment", "<script>alert(1)</script>")
    exif = Image.Exif()
    exif[0x010E] = "taken at home, 13.7563, 100.5018"
    for data in (picture(pnginfo=notes) + HTML, picture(kind="JPEG", exif=exif) + b"PK\x03\x04"):
        drawn = redraw(data)
        assert all(hidden not in drawn for hidden in (b"script", b"taken at home", b"PK\x03\x04"))
        assert opened(drawn).info == {}


def test_a_picture_taken_sideways_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    assert opened(redraw(picture(kind="JPEG", exif=exif))).size == (20, 40)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a" + b"\0" * 100,
        SVG,
        b'<?xml version="1.0"?>' + SVG,
        HTML,
        b"\xff\xd8\xff\xe0" + HTML,
        b"%PDF-1.7",
        b"PK\x03\x04" + b"\0" * 100,
        b"BM" + b"\0" * 60,
        picture()[:60],
        png(40, 40, body=b"not deflated"),
    ],
    ids=["empty", "gif", "svg", "xml-svg", "html", "html-as-jpeg", "pdf", "zip", "bmp", "cut", "broken"],
)
def test_anything_else_is_refused(data):
    with pytest.raises(PictureUnreadable):
        redraw(data)


@pytest.mark.parametrize(("width", "height"), [(50_000, 50_000), (2**31 - 1, 1), (6000, 5000)])
def test_pictures_of_too_many_pixels_are_refused_by_their_head(width, height):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(PictureTooLarge):
        redraw(png(width, height))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # KiB


def test_a_small_file_that_unpacks_to_much_costs_no_more_than_its_pixels():
    """A head of 5,000 by 5,000 is allowed; what its body unpacks to beyond that is not kept."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    bomb = png(5000, 5000, body=zlib.compress(b"\0" * 400_000_000, 9))
    assert len(bomb) < 1_000_000
    opened(redraw(bomb))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 700_000  # KiB, the 400 MB made here included


def test_too_many_bytes_are_refused():
    with pytest.raises(PictureTooLarge):
        redraw(b"\x89PNG\r\n\x1a\n" + b"\0" * BYTES_MAX)
