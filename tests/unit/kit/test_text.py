"""A reader gets the text in their own language when it is written, and never nothing when something is."""

from typing import Any

import pytest

from phakdi.kit.text import missing_languages, pick


@pytest.mark.parametrize(
    ("value", "language", "expected"),
    [
        ("Coffee", "th", "Coffee"),
        ({"th": "กาแฟ", "en": "Coffee"}, "th", "กาแฟ"),
        ({"th": "กาแฟ", "en": "Coffee"}, "en-US", "Coffee"),
        ({"en": "Coffee"}, "th", "Coffee"),
        ({"th": "กาแฟ", "en": ""}, "en", "กาแฟ"),
        ({"de": "Kaffee"}, "en", "Kaffee"),
        ({}, "en", ""),
        (None, "en", ""),
    ],
)
def test_pick_gives_the_best_text_there_is(value: Any, language: str, expected: str) -> None:
    assert pick(value, language) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Coffee", ()),
        ({"th": "กาแฟ", "en": "Coffee"}, ()),
        ({"th": "กาแฟ"}, ("en",)),
        ("", ("th", "en")),
        (None, ("th", "en")),
    ],
)
def test_missing_languages_names_what_is_not_written(value: Any, expected: tuple[str, ...]) -> None:
    assert missing_languages(value) == expected
