"""Signing in with LINE: what goes over the wire, what is checked again here, and what is no fault of the person."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from phakdi.adapters.channels.http import WrongHost
from phakdi.adapters.line.login import Attempt, LineLogin, LinePerson, LineRefused, LineUnavailable
from phakdi.kit.clock import utc_now
from tests.fakes.line_login import CHANNEL_ID, CHANNEL_SECRET, SOMCHAI, line_login

BACK = "http://shop.example/m/shop/line/back/"


@pytest.fixture
def line():
    """Return the fake LINE."""
    with line_login() as fake:
        yield fake


@pytest.fixture
def login(line):
    """Return a connection to it."""
    return LineLogin(channel_id=CHANNEL_ID, channel_secret=CHANNEL_SECRET, base_url=line.url, allows_local=True, read_seconds=1.0)


def walk(login, attempt, redirect_uri=BACK):
    """Go to LINE and come back: return what is in the address."""
    answer = httpx.get(login.authorize_url(attempt, redirect_uri=redirect_uri, language="th"), trust_env=False)
    assert answer.status_code == 302
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def finish(login, attempt, back, redirect_uri=BACK):
    return login.finish(attempt, code=back["code"], redirect_uri=redirect_uri, now=utc_now())


def test_somebody_comes_back_as_who_they_are(line, login):
    attempt = Attempt.begin()
    back = walk(login, attempt)
    assert back["state"] == attempt.state
    assert finish(login, attempt, back) == LinePerson(SOMCHAI, "ชาย")
    asked = line.journal[0][1]
    assert asked["scope"] == "profile openid"
    assert asked["ui_locales"] == "th"
    assert attempt.verifier not in asked.values()
    assert line.journal[2] == (
        "/oauth2/v2.1/verify",
        {"id_token": line.journal[2][1]["id_token"], "client_id": CHANNEL_ID, "nonce": attempt.nonce},
    )


def test_code_serves_once(login):
    attempt = Attempt.begin()
    back = walk(login, attempt)
    finish(login, attempt, back)
    with pytest.raises(LineRefused) as refused:
        finish(login, attempt, back)
    assert refused.value.details == {"reason": "invalid authorization code"}


def test_code_of_another_browser_is_worth_nothing(login):
    back = walk(login, Attempt.begin())
    with pytest.raises(LineRefused) as refused:
        finish(login, Attempt.begin(), back)
    assert refused.value.details == {"reason": "invalid code_verifier"}


def test_code_for_another_address_is_refused(login):
    attempt = Attempt.begin()
    with pytest.raises(LineRefused) as refused:
        finish(login, attempt, walk(login, attempt), "http://elsewhere.example/")
    assert refused.value.details == {"reason": "redirect_uri does not match"}


def test_code_is_refused_after_ten_minutes(line, login):
    attempt = Attempt.begin()
    back = walk(login, attempt)
    line.skew_seconds = 601
    with pytest.raises(LineRefused) as refused:
        finish(login, attempt, back)
    assert refused.value.details == {"reason": "invalid authorization code"}


def test_token_of_a_page_inside_line_tells_who_it_is(line, login):
    assert login.check(line.id_token(), now=utc_now()) == LinePerson(SOMCHAI, "ชาย")


@pytest.mark.parametrize(
    ("claims", "nonce", "why"),
    [
        ({"iss": "https://evil.example"}, "", "Invalid IdToken Issuer."),
        ({"exp": 1}, "", "IdToken expired."),
        ({"aud": "999"}, "", "Invalid IdToken Audience."),
        ({"nonce": "other"}, "mine", "Invalid IdToken Nonce."),
    ],
)
def test_what_line_refuses_is_refused(line, login, claims, nonce, why):
    with pytest.raises(LineRefused) as refused:
        login.check(line.id_token(**claims), now=utc_now(), nonce=nonce)
    assert refused.value.details == {"reason": why}


@pytest.mark.parametrize("token", ["", "x" * 5000, "nonsense", "a.b.c", SOMCHAI])
def test_what_is_no_token_is_refused(login, token):
    with pytest.raises(LineRefused):
        login.check(token, now=utc_now())


def test_fake_tells_of_another_subject_as_line_does(line):
    form = {"id_token": line.id_token(), "client_id": CHANNEL_ID, "user_id": "U" + "2" * 32}
    said = httpx.post(f"{line.url}/oauth2/v2.1/verify", data=form, trust_env=False)
    assert (said.status_code, said.json()["error_description"]) == (400, "Invalid IdToken Subject Identifier.")


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"iss": "https://access.line.me.evil.example"}, "issuer"),
        ({"aud": "999"}, "audience"),
        ({"aud": ["1234567890"]}, "audience"),
        ({"exp": 1}, "expired"),
        ({"exp": "never"}, "expired"),
        ({"nonce": "other"}, "nonce"),
        ({"sub": "somchai"}, "subject"),
        ({"sub": "U" + "1" * 31}, "subject"),
        ({"sub": "U" + "1" * 32 + "\n"}, "subject"),
        ({"sub": None}, "subject"),
    ],
)
def test_what_line_vouches_for_is_checked_again(line, login, claims, why):
    line.claims = claims
    with pytest.raises(LineRefused) as refused:
        login.check(line.id_token(nonce="mine"), now=utc_now(), nonce="mine")
    assert refused.value.details == {"reason": why}


@pytest.mark.parametrize("status", [500, 502, 503, 429])
def test_line_in_trouble_means_later_and_not_never(line, login, status):
    line.answers = [(status, {"message": "busy"})]
    with pytest.raises(LineUnavailable):
        login.check(line.id_token(), now=utc_now())
    attempt = Attempt.begin()
    back = walk(login, attempt)
    line.answers = [(status, "not json at all")]
    with pytest.raises(LineUnavailable):
        finish(login, attempt, back)


def test_silence_means_later(line, login):
    line.hangs = True
    with pytest.raises(LineUnavailable):
        login.check(line.id_token(), now=utc_now())


def test_nobody_there_means_later():
    nobody = LineLogin(channel_id="1", channel_secret="2", base_url="http://127.0.0.1:9", allows_local=True)
    with pytest.raises(LineUnavailable):
        nobody.check("a.b.c", now=utc_now())


@pytest.mark.parametrize(
    "address", ["http://api.line.me", "https://api.line.me.evil.example", "https://user@api.line.me", "https://127.0.0.1:1"]
)
def test_only_line_itself_is_called(address):
    with pytest.raises(WrongHost):
        LineLogin(channel_id="1", channel_secret="2", base_url=address)


def test_without_a_test_server_both_of_lines_hosts_are_used():
    there = LineLogin(channel_id="1", channel_secret="2").authorize_url(Attempt.begin(), redirect_uri=BACK, language="en")
    assert there.startswith("https://access.line.me/oauth2/v2.1/authorize?response_type=code&client_id=1&")
