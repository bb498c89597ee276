"""Codes that are drawn can be read, whatever they say."""

import base64
import secrets

import pytest
import segno
import zxingcpp
from PIL import Image

from phakdi.web.qr import qr_bits, qr_code


def read(size, bits):
    """Return what a scanner reads off the squares."""
    packed = base64.b64decode(bits)
    squares = [255 - 255 * ((packed[at >> 3] >> (7 - (at & 7))) & 1) for at in range(size * size)]
    picture = Image.new("L", (size + 8, size + 8), 255)
    picture.paste(Image.frombytes("L", (size, size), bytes(squares)), (4, 4))
    return zxingcpp.read_barcodes(picture.resize((8 * (size + 8),) * 2, Image.Resampling.NEAREST))[0].text


def texts():
    yield from ("1234567894", "https://ร้าน.example/m/rimnam/join/?store=SIAM")
    for _ in range(150):
        yield f"L1.RIMNAM.{secrets.token_hex(8).upper()[:13]}.58800000.{secrets.randbelow(10**8):08}"


def test_every_code_can_be_read():
    for text in texts():
        assert read(*qr_bits(text)) == text


def test_code_of_a_card_stays_small():
    assert qr_bits("L1.RIMNAM.ABCDEFGHJKMNP.58800000.02261725")[0] == 29


@pytest.mark.parametrize("text", ["</svg><script>alert(1)</script>", "a" * 300])
def test_text_itself_is_never_in_the_picture(text):
    drawn = str(qr_code(text))
    assert text not in drawn
    assert drawn.startswith("<svg ")
    assert segno.make_qr(text).version > 1
