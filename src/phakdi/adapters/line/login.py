"""LINE Login v2.1 and LIFF: who somebody is, as LINE tells us; what a browser says of itself is no evidence.

In a browser: `authorize_url`, then `finish` with the code that came back. Inside LINE: `check` with the page's ID token.
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from phakdi.adapters.channels.http import READ_SECONDS, Answer, checked_url, new_client, post_form
from phakdi.engagement.messaging.core import Outcome
from phakdi.kit.errors import Rejected, Unavailable

API_URL, API_HOSTS = "https://api.line.me", frozenset({"api.line.me"})
ACCESS_URL, ACCESS_HOSTS = "https://access.line.me", frozenset({"access.line.me"})
ISSUER = "https://access.line.me"
SCOPE = "profile openid"
CLOCKS_APART_SECONDS = 60
TOKEN_MAX = 4096
NAME_MAX = 100
OK = 200
_USER = re.compile(r"U[0-9a-f]{32}")


class LineUnavailable(Unavailable):
    """LINE does not answer, or not as it should: trying later may help."""

    code = "line_unavailable"


class LineRefused(Rejected):
    """LINE does not vouch for this sign-in; ``details['reason']`` says why, for the log."""

    code = "line_refused"


@dataclass(frozen=True, slots=True)
class LinePerson:
    """Whom LINE vouches for."""

    user_id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a browser keeps between leaving for LINE and coming back."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def begin(cls) -> "Attempt":
        """Return a new one that nobody can guess."""
        return cls(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48))


class LineLogin:
    """A connection to one LINE Login channel."""

    def __init__(
        self,
        *,
        channel_id: str,
        channel_secret: str,
        base_url: str = "",
        allows_local: bool = False,
        read_seconds: float = READ_SECONDS,
    ) -> None:
        """Use a channel by its id and secret; ``base_url`` is a test server's, in place of both of LINE's.

        Raises:
            WrongHost: ``base_url`` is not LINE's own.
        """
        self._channel_id, self._secret, self._read_seconds = channel_id, channel_secret, read_seconds
        self._api = checked_url(base_url or API_URL, hosts=API_HOSTS, allows_local=allows_local)
        self._access = checked_url(base_url or ACCESS_URL, hosts=API_HOSTS | ACCESS_HOSTS, allows_local=allows_local)

    def authorize_url(self, attempt: Attempt, *, redirect_uri: str, language: str) -> str:
        """Return where the browser goes to sign in with LINE."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(attempt.verifier.encode()).digest()).decode().rstrip("=")
        asked = {
            "response_type": "code",
            "client_id": self._channel_id,
            "redirect_uri": redirect_uri,
            "state": attempt.state,
            "scope": SCOPE,
            "nonce": attempt.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            "bot_prompt": "normal",
            "ui_locales": language,
        }
        return f"{self._access}/oauth2/v2.1/authorize?{urlencode(asked)}"

    def finish(self, attempt: Attempt, *, code: str, redirect_uri: str, now: datetime) -> LinePerson:
        """Return who came back with ``code``; the caller has compared the state.

        Raises:
            LineUnavailable, LineRefused: nobody is signed in.
        """
        form = {
            "grant_type": "authorization_code",
            "code": code[:TOKEN_MAX],
            "redirect_uri": redirect_uri,
            "client_id": self._channel_id,
            "client_secret": self._secret,
            "code_verifier": attempt.verifier,
        }
        answer = self._post("/oauth2/v2.1/token", form)
        token = answer.body.get("id_token")
        if answer.status != OK or not isinstance(token, str):
            raise LineRefused("LINE refused the code.", reason=_reason(answer))
        return self.check(token, nonce=attempt.nonce, now=now)

    def check(self, id_token: str, *, now: datetime, nonce: str = "") -> LinePerson:
        """Return whom an ID token is about: LINE verifies it, and what it says is checked here again.

        Raises:
            LineUnavailable, LineRefused: nobody is signed in.
        """
        if not id_token or len(id_token) > TOKEN_MAX:
            raise LineRefused("This is no ID token.", reason="no_token")
        form = {"id_token": id_token, "client_id": self._channel_id}
        answer = self._post("/oauth2/v2.1/verify", {**form, "nonce": nonce} if nonce else form)
        if answer.status != OK:
            raise LineRefused("LINE does not vouch for this.", reason=_reason(answer))
        return self._person(answer.body, nonce, now)

    def _person(self, claims: Mapping[str, object], nonce: str, now: datetime) -> LinePerson:
        expires_at, user_id = claims.get("exp"), claims.get("sub")
        if claims.get("iss") != ISSUER:
            raise LineRefused("The token is not LINE's.", reason="issuer")
        if claims.get("aud") != self._channel_id:
            raise LineRefused("The token is for another channel.", reason="audience")
        if not isinstance(expires_at, int) or expires_at <= now.timestamp() - CLOCKS_APART_SECONDS:
            raise LineRefused("The token has expired.", reason="expired")
        if nonce and claims.get("nonce") != nonce:
            raise LineRefused("The token answers another question.", reason="nonce")
        if not isinstance(user_id, str) or not _USER.fullmatch(user_id):
            raise LineRefused("The token names nobody.", reason="subject")
        return LinePerson(user_id, str(claims.get("name") or "")[:NAME_MAX])

    def _post(self, path: str, form: Mapping[str, str]) -> Answer:
        with new_client(read_seconds=self._read_seconds) as client:
            answer = post_form(client, self._api + path, form)
        if isinstance(answer, Outcome) or answer.status == 429 or answer.status >= 500:  # noqa: PLR2004 - HTTP's own numbers
            raise LineUnavailable("LINE does not answer.", reason=getattr(answer, "code", "") or str(answer.status))
        return answer


def _reason(answer: Answer) -> str:
    return str(answer.body.get("error_description") or answer.body.get("error") or answer.status)[:100]
