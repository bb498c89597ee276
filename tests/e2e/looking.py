"""Looks in which pages are looked at, and looking at one."""

import pytest

from tests.e2e.conftest import DESKTOP, PHONE

LOOKS = [
    pytest.param(PHONE, "th", "light", id="phone-th-light"),
    pytest.param(PHONE, "en", "dark", id="phone-en-dark"),
    pytest.param(DESKTOP, "th", "dark", id="desktop-th-dark"),
    pytest.param(DESKTOP, "en", "light", id="desktop-en-light"),
]


def look(page, picture, address, name):
    """Open a page, look at it, and expect nothing wrong."""
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), address
    assert page.problems == [], address
    picture(page, name)
