"""What a brand is on a phone's screen: its sheet of colors as CSS, and its icons as PNG."""

import io

from PIL import Image, ImageDraw, ImageFont

from phakdi.platform.organizations.core.brand import ShownBrand
from phakdi.platform.organizations.core.colors import DEFAULT, Tones, palette

SAFE = 0.62  # of a maskable icon's side: what lies within is never cut off
ROOM = 0.84  # of an icon's side, for a logo that does not fill it by itself
LETTER = 0.56  # of an icon's side
PAPER = "#ffffff"


def sheet(color: str, *, within: str = "") -> str:
    """Return the stylesheet of a brand's color, for both themes; ``within`` keeps it to one part of a page."""
    tones = palette(color)
    root, inside = within or ":root", f"{within} " if within else ""
    device = "" if within else f"@media (prefers-color-scheme:dark){{:root:not([data-theme]){{{_tokens(tones.dark)}}}}}\n"
    return (
        f"{root}{{--brand:{tones.brand};--brand-deep:{tones.deep};--brand-ink:{tones.ink}}}\n"
        f'{root},{inside}[data-theme="light"]{{{_tokens(tones.light)}}}\n'
        f"{device}"
        f'{inside}[data-theme="dark"]{{{_tokens(tones.dark)}}}\n'
    )


def icon(brand: ShownBrand, logo: bytes, name: str) -> bytes:
    """Return an icon as PNG: the logo on paper, else the letter on the brand's color. ``name`` ends in its size in pixels."""
    kind, _, size = name.rpartition("-")
    side = int(size)
    picture = _with_logo(logo, side, SAFE if kind else ROOM) if logo else _with_letter(brand, side)
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def _tokens(tones: Tones) -> str:
    return (
        f"--accent:{tones.accent};--accent-ink:{tones.ink};--accent-strong:{tones.strong};"
        f"--accent-soft:{tones.soft};--accent-text:{tones.text}"
    )


def _with_logo(logo: bytes, side: int, share: float) -> Image.Image:
    with Image.open(io.BytesIO(logo), formats=("PNG",)) as opened:
        mark = opened.convert("RGBA")
    room = round(side * share)
    scale = room / max(mark.size)
    mark = mark.resize((max(round(mark.width * scale), 1), max(round(mark.height * scale), 1)), Image.Resampling.LANCZOS)
    ground = Image.new("RGB", (side, side), PAPER)
    ground.paste(mark, ((side - mark.width) // 2, (side - mark.height) // 2), mark)
    return ground


def _with_letter(brand: ShownBrand, side: int) -> Image.Image:
    tones = palette(brand.accent or DEFAULT)
    ground = Image.new("RGB", (side, side), tones.brand)
    font = ImageFont.load_default(round(side * LETTER))
    ImageDraw.Draw(ground).text(
        (side / 2, side / 2), brand.letter, fill=tones.ink, font=font, anchor="mm", stroke_width=side // 96
    )
    return ground
