"""Pictures that strangers send: codes are read, and what is no small picture is refused before it costs anything."""

import io
import resource
import struct
import zipfile
import zlib

import pytest
import segno
from PIL import Image

from phakdi.kit.errors import Invalid
from phakdi.kit.pictures import BYTES_MAX, read_codes
from phakdi.kit.thai import typed_in_latin

TEXT = "L1.RIMNAM.ABCDEFGHJKMNP.58800000.02261725"


def drawn(kind="PNG", mode="RGB", **more):
    plain = io.BytesIO()
    segno.make_qr(TEXT).save(plain, kind="png", scale=8, border=4)
    picture, out = Image.open(plain).convert(mode), io.BytesIO()
    picture.save(out, kind, **more)
    return out.getvalue()


def png(width, height, rows=b""):
    """Return a PNG that says it is so large, whatever is in it."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_code_is_read_from_every_kind(kind):
    assert read_codes(drawn(kind)) == [TEXT]


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_code_is_read_from_a_photo_that_lies_on_its_side(degrees):
    out = io.BytesIO()
    Image.open(io.BytesIO(drawn())).rotate(degrees, expand=True).save(out, "JPEG")
    assert read_codes(out.getvalue()) == [TEXT]


def test_picture_without_a_code_gives_nothing():
    out = io.BytesIO()
    Image.new("L", (640, 480), 200).save(out, "JPEG")
    assert read_codes(out.getvalue()) == []


def zipped():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("a", b"\0" * 10_000_000)
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        zipped(),
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"\xff\xd8\xff<html><script>alert(1)</script></html>",
        drawn()[:200],
        png(50_000, 50_000),
        png(20_000, 1_900, b"\0" * 38_000_000),  # within what a header may say, above what is unpacked
        b"\x89PNG" + b"\0" * BYTES_MAX,
        drawn("GIF", "L"),
    ],
    ids=["empty", "zip", "svg", "html", "cut", "huge", "large", "heavy", "gif"],
)
def test_what_is_no_small_picture_is_refused_at_little_cost(data):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(Invalid) as refused:
        read_codes(data)
    assert refused.value.code == "picture_unreadable"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # KiB


def test_keys_of_a_thai_layout_are_read_as_the_latin_ones():
    assert typed_in_latin("ๅ/-ภถุึคตจ") == "1234567890"
    assert typed_in_latin("ศๅใฑณ๊ฯฟท") == "L1.RIUOam"
    assert typed_in_latin("B-1/2") == "B-1/2"
