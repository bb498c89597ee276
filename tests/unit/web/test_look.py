"""The visual language holds what it promises: dark is one theme however it is chosen, icons are drawn, words are readable."""

import re
from pathlib import Path

import pytest

import phakdi.web
from phakdi.web.icons import draw, icons

STATIC = Path(phakdi.web.__file__).parent / "static" / "phakdi"


def tokens_of(block):
    """Return the tokens that a block of the stylesheet sets."""
    return dict(re.findall(r"(--[a-z0-9-]+):\s*([^;]+);", block))


def themes():
    """Return the tokens of the light theme, and of the dark one as the device and as a person chooses it."""
    text = (STATIC / "tokens.css").read_text()
    light = text[text.index(':root, [data-theme="light"]') : text.index("/* The dark theme")]
    by_device = text[text.index(":root:not([data-theme])") : text.index('\n[data-theme="dark"]')]
    by_choice = text[text.index('\n[data-theme="dark"]') : text.index("\n:root {")]
    return tokens_of(light), tokens_of(by_device), tokens_of(by_choice)


def test_dark_theme_is_the_same_by_device_and_by_choice():
    light, by_device, by_choice = themes()
    assert by_device == by_choice
    assert set(light) == set(by_choice)


def test_no_other_stylesheet_names_a_color():
    for path in STATIC.glob("*.css"):
        if path.name != "tokens.css":
            assert re.findall(r"#[0-9a-f]{3,8}\b|rgb\(", path.read_text()) == [], path.name


def test_icons_are_strokes_only_and_hidden_from_screen_readers():
    assert len(icons()) >= 40
    for name, strokes in icons().items():
        assert re.fullmatch(r'(<(path|circle|rect) [a-zA-Z0-9 ="./,-]+/>)+', strokes), name
    assert 'aria-hidden="true"' in draw("home")


def test_an_icon_that_does_not_exist_is_a_mistake():
    with pytest.raises(KeyError):
        draw("unicorn")
