"""Whatever color a shop has, what is written in it and on it can be read."""

import random
import re
from pathlib import Path

import pytest

import phakdi.web
from phakdi.kit.errors import Invalid
from phakdi.platform.organizations.core import colors
from phakdi.platform.organizations.core.colors import between, contrast, palette, read_color

CHANCE = random.Random(20261125)
RANDOM = [f"#{CHANCE.randrange(1 << 24):06x}" for _ in range(1000)]
EDGES = [
    "#000000",
    "#ffffff",
    "#808080",
    "#777777",
    "#767676",
    "#ff0000",
    "#00ff00",
    "#0000ff",
    "#ffff00",
    "#00b900",
    "#fefefe",
    "#010101",
]


@pytest.mark.parametrize(
    ("one", "other", "expected"), [("#000000", "#ffffff", 21), ("#777777", "#ffffff", 4.48), ("#0b6b62", "#0b6b62", 1)]
)
def test_contrast_is_that_of_wcag(one, other, expected):
    assert contrast(one, other) == pytest.approx(expected, abs=0.005)
    assert contrast(other, one) == contrast(one, other)


@pytest.mark.parametrize("color", [*EDGES, *RANDOM])
def test_every_tone_of_any_color_can_be_read(color):
    tones = palette(color)
    for share in range(21):
        assert contrast(between(tones.brand, tones.deep, share / 20), tones.ink) >= 4.5, "shaded card"
    for theme, grounds, ink in ((tones.light, colors.LIGHT_GROUNDS, "#1d2523"), (tones.dark, colors.DARK_GROUNDS, "#edebe5")):
        assert contrast(theme.ink, theme.accent) >= 4.5, "button"
        assert contrast(theme.ink, theme.strong) >= 4.5, "button under a pointer"
        assert contrast(ink, theme.soft) >= 7, "words on a tinted ground"
        for ground in (*grounds, theme.soft):
            assert contrast(theme.text, ground) >= 4.5, f"links on {ground}"
    assert contrast(tones.dark.accent, colors.DARK_GROUNDS[1]) >= 3, "button in the dark"


def test_color_of_a_shop_stays_its_color_where_it_can():
    assert palette("#c8102e").light.accent == "#c8102e"
    assert palette("#ffd400").brand == "#ffd400"
    assert palette("#ffd400").ink == colors.DARK_INK
    assert palette("#ffffff").brand != "#ffffff"


@pytest.mark.parametrize(("given", "read"), [("#ABC", "#aabbcc"), ("0b6b62", "#0b6b62"), (" #0B6B62 ", "#0b6b62")])
def test_colors_are_read(given, read):
    assert read_color(given) == read


@pytest.mark.parametrize("given", ["red", "#12345", "#1234567", "", "#0b6b6g", "#fff;}body{display:none", "rgb(0,0,0)"])
def test_what_is_no_color_is_refused(given):
    with pytest.raises(Invalid):
        read_color(given)


def test_grounds_are_those_of_the_stylesheet():
    text = (Path(phakdi.web.__file__).parent / "static" / "phakdi" / "tokens.css").read_text()
    for name, at in (("paper", 0), ("surface", 1), ("sunken", 2)):
        assert re.findall(rf"--{name}: (#[0-9a-f]+)", text) == [
            colors.LIGHT_GROUNDS[at], colors.DARK_GROUNDS[at], colors.DARK_GROUNDS[at]
        ]  # fmt: skip
