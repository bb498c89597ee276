"""From any one color, the tones of both themes, such that whatever is written in or on them can be read (WCAG AA).

Lightness and chroma are those of OKLCH: steps that look even, and hues that stay what they are.
"""

import math
import re
from dataclasses import dataclass

from phakdi.kit.errors import Invalid

READABLE = 4.5  # the least contrast of text with what is behind it
SEEN = 3.0  # the least contrast of a button in the dark with what is behind it
SPARE = 0.1  # colors are rounded to 8 bits afterwards
DEFAULT = "#0b6b62"
# What text stands on besides the accent's own tones: paper, surface and sunken of tokens.css. A test compares.
LIGHT_GROUNDS = ("#f7f5f0", "#ffffff", "#f1ede4")
DARK_GROUNDS = ("#131716", "#1b201f", "#262c2a")
DARK_INK, LIGHT_INK, BLACK = "#101413", "#ffffff", "#000000"
_HEX = re.compile(r"#?([0-9a-f]{3}|[0-9a-f]{6})")
_LINEAR_MAX, _GAMMA_MAX = 0.0031308, 0.04045
ROUNDED = 0.0005  # of a channel
PALEST = 0.93  # lighter than this a button is not seen on paper

Rgb = tuple[float, float, float]
Lch = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Tones:
    """An accent in one theme: as a fill, what is written on it, the fill under a pointer, a tinted ground, and as text."""

    accent: str
    ink: str
    strong: str
    soft: str
    text: str


@dataclass(frozen=True, slots=True)
class Palette:
    """Everything that follows from one color; brand, deep and ink are an object's, the same in both themes."""

    brand: str
    deep: str
    ink: str
    light: Tones
    dark: Tones


def read_color(value: str) -> str:
    """Return a color as #rrggbb, or raise Invalid."""
    found = _HEX.fullmatch(str(value).strip().lower())
    if not found:
        raise Invalid("Write the color like #0b6b62.", code="color_unreadable", field="accent")
    digits = found[1]
    return "#" + (digits if len(digits) == 6 else "".join(each * 2 for each in digits))  # noqa: PLR2004 - rrggbb


def palette(color: str) -> Palette:
    """Return the tones that follow from ``color``, #rrggbb."""
    lightness, chroma, hue = _lch(color)
    brand = color if lightness <= PALEST else _hex((PALEST, chroma, hue))
    ink = ink_on(brand)
    deep = _deeper(brand, ink)
    return Palette(brand, deep, ink, _light(brand), _dark(brand))


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colors as WCAG counts it, 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def ink_on(fill: str) -> str:
    """Return what can be read on ``fill``: white where that will do, else a dark ink, black if it must be."""
    candidates = (LIGHT_INK, DARK_INK, BLACK)
    return next((ink for ink in candidates if contrast(ink, fill) >= READABLE), BLACK)


def _light(brand: str) -> Tones:
    _, chroma, hue = _lch(brand)
    ink = ink_on(brand)
    soft = _hex((0.95, min(chroma * 0.3, 0.035), hue))
    text = _until_readable(brand, (*LIGHT_GROUNDS, soft), step=-0.01, least=READABLE)
    return Tones(brand, ink, _hovered(brand, ink), soft, text)


def _dark(brand: str) -> Tones:
    _, chroma, hue = _lch(brand)
    accent = _until_readable(brand, DARK_GROUNDS[1:2], step=0.01, least=SEEN)
    ink = ink_on(accent)
    soft = _hex((0.29, min(chroma * 0.4, 0.045), hue))
    text = _until_readable(brand, (*DARK_GROUNDS, soft), step=0.01, least=READABLE)
    return Tones(accent, ink, _hovered(accent, ink), soft, text)


def _until_readable(color: str, grounds: tuple[str, ...], *, step: float, least: float) -> str:
    """Move a color's lightness until it stands out from every ground; black or white in the end."""
    lightness, chroma, hue = _lch(color)
    while 0 <= lightness <= 1:
        candidate = _hex((lightness, chroma, hue))
        if all(contrast(candidate, ground) >= least + SPARE for ground in grounds):
            return candidate
        lightness += step
    return BLACK if step < 0 else LIGHT_INK


def _hovered(fill: str, ink: str) -> str:
    """Return the fill somewhat darker, or lighter where its ink could not be read otherwise."""
    lightness, chroma, hue = _lch(fill)
    for step in (-0.07, 0.07):
        candidate = _hex((min(max(lightness + step, 0), 1), chroma, hue))
        if contrast(candidate, ink) >= READABLE:
            return candidate
    return fill


def _deeper(fill: str, ink: str) -> str:
    """Return where a shading from ``fill`` may end, so that the ink can be read all along it."""
    lightness, chroma, hue = _lch(fill)
    for step in (-0.14, -0.1, -0.06, 0.04, 0.08):
        candidate = _hex((min(max(lightness + step, 0), 1), chroma, hue))
        if all(contrast(between(fill, candidate, share / 16), ink) >= READABLE + SPARE / 5 for share in range(1, 17)):
            return candidate
    return fill


def between(one: str, other: str, share: float) -> str:
    """Return the color at ``share`` of the way from one to the other, as browsers shade."""
    mixed = (a + (b - a) * share for a, b in zip(_rgb(one), _rgb(other), strict=True))
    return _hex_of(tuple(mixed))  # type: ignore[arg-type]  # three of them


def _rgb(color: str) -> Rgb:
    return tuple(int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))  # type: ignore[return-value]  # three of them


def _hex_of(rgb: Rgb) -> str:
    return "#" + "".join(f"{round(min(max(value, 0), 1) * 255):02x}" for value in rgb)


def _to_linear(value: float) -> float:
    return value / 12.92 if value <= _GAMMA_MAX else ((value + 0.055) / 1.055) ** 2.4


def _from_linear(value: float) -> float:
    return value * 12.92 if value <= _LINEAR_MAX else 1.055 * value ** (1 / 2.4) - 0.055


def _luminance(color: str) -> float:
    red, green, blue = (_to_linear(value) for value in _rgb(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _lch(color: str) -> Lch:
    red, green, blue = (_to_linear(value) for value in _rgb(color))
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    middle = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short
    return lightness, math.hypot(a, b), math.atan2(b, a)


def _linear_of(lch: Lch) -> Rgb:
    lightness, chroma, hue = lch
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )


def _hex(lch: Lch) -> str:
    """Return a color that screens can show: of the same lightness and hue, with as much chroma as there is room for."""
    lightness, chroma, hue = lch
    most, least = chroma, 0.0
    linear = _linear_of(lch)
    if not _is_shown(linear):
        for _ in range(12):
            middle = (most + least) / 2
            linear = _linear_of((lightness, middle, hue))
            least, most = (middle, most) if _is_shown(linear) else (least, middle)
        linear = _linear_of((lightness, least, hue))
    return _hex_of(tuple(_from_linear(max(value, 0)) for value in linear))  # type: ignore[arg-type]  # three of them


def _is_shown(linear: Rgb) -> bool:
    return all(-ROUNDED <= value <= 1 + ROUNDED for value in linear)
