"""How browsers are called."""

import pytest

from phakdi.people.presence.core import browser_name

ANDROID = "Mozilla/5.0 (Linux; Android 14; SM-A055F) AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (f"{ANDROID} Version/4.0 Chrome/120.0 Mobile Safari/537.36 Line/14.1.0/IAB", "Android · LINE"),
        (f"{ANDROID} SamsungBrowser/23.0 Chrome/115.0 Mobile Safari/537.36", "Android · Samsung Internet"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 Mobile Safari/604.1", "iPhone · Safari"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/120.0 Safari/537.36 Edg/120.0", "Windows · Edge"),
        ("curl/8.0", ""),
        ("", ""),
        ("<script>alert(1)</script>", ""),
    ],
)  # fmt: skip
def test_browser_is_called_by_two_words_of_ours(agent, name):
    assert browser_name(agent) == name
