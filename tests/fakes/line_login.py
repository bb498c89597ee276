"""A local LINE Login: authorize, token and verify as the provider answers them. Codes serve once, PKCE is held, time can be moved."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

CHANNEL_ID, CHANNEL_SECRET = "1234567890", "fake-channel-secret"
SOMCHAI = "U" + "1" * 32
ISSUER = "https://access.line.me"
CODE_SECONDS = 600


def token_of(claims: Mapping[str, object]) -> str:
    """Return an ID token with these claims. Only the fake's own check looks into it."""
    parts = [{"alg": "HS256", "typ": "JWT"}, claims, {"fake": secrets.token_hex(4)}]
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)


@dataclass
class Granted:
    """What a code stands for."""

    user_id: str
    redirect_uri: str
    challenge: str
    nonce: str
    at: float


@dataclass
class LineLoginServer:
    """Who signs in, and how the fake is to misbehave.

    ``user_id`` is signed in at LINE. ``answers`` come first: (status, body) of the next POSTs. With ``hangs`` nothing is said.
    ``claims`` go over those of every verified token, past all checks: a LINE that lies.
    """

    user_id: str = SOMCHAI
    name: str = "ชาย"
    claims: dict[str, object] = field(default_factory=dict)
    answers: list[tuple[int, object]] = field(default_factory=list)
    journal: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    codes: dict[str, Granted] = field(default_factory=dict)
    hangs: bool = False
    denies: bool = False
    skew_seconds: float = 0.0
    url: str = ""
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def now(self) -> float:
        """The fake's clock."""
        return time.time() + self.skew_seconds

    def id_token(self, **claims: object) -> str:
        """Return a token as ``liff.getIDToken()`` gives it."""
        usual = {"iss": ISSUER, "sub": self.user_id, "aud": CHANNEL_ID, "exp": int(self.now) + 3600, "iat": int(self.now)}
        return token_of({**usual, "name": self.name, **claims})

    def authorize(self, query: Mapping[str, str]) -> tuple[int, str]:
        """Return where the browser is sent, as if its owner had agreed; or 400 with what is wrong."""
        self.journal.append(("/oauth2/v2.1/authorize", dict(query)))
        needed = ("state", "nonce", "code_challenge", "redirect_uri")
        if query.get("response_type") != "code" or query.get("client_id") != CHANNEL_ID or not all(map(query.get, needed)):
            return 400, "invalid_request"
        if query.get("code_challenge_method") != "S256" or "openid" not in query.get("scope", "").split():
            return 400, "invalid_scope"
        if self.denies:
            back = {
                "error": "access_denied",
                "error_description": "The resource owner denied the request.",
                "state": query["state"],
            }
            return 302, f"{query['redirect_uri']}?{urlencode(back)}"
        code = secrets.token_urlsafe(12)
        self.codes[code] = Granted(self.user_id, query["redirect_uri"], query["code_challenge"], query["nonce"], self.now)
        return 302, f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def post(self, path: str, form: dict[str, str]) -> tuple[int, object]:
        """Return the answer to a POST."""
        self.journal.append((path, form))
        if self.answers:
            return self.answers.pop(0)
        if path == "/oauth2/v2.1/token":
            return self._token(form)
        if path == "/oauth2/v2.1/verify":
            return self._verify(form)
        return 404, {"message": "Not found"}

    def _token(self, form: Mapping[str, str]) -> tuple[int, object]:
        if form.get("grant_type") != "authorization_code":
            return 400, {"error": "unsupported_grant_type"}
        if form.get("client_id") != CHANNEL_ID or form.get("client_secret") != CHANNEL_SECRET:
            return 400, {"error": "invalid_client", "error_description": "invalid client_secret"}
        granted = self.codes.pop(form.get("code", ""), None)
        if granted is None or self.now > granted.at + CODE_SECONDS:
            return 400, {"error": "invalid_grant", "error_description": "invalid authorization code"}
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(digest).decode().rstrip("=") != granted.challenge:
            return 400, {"error": "invalid_grant", "error_description": "invalid code_verifier"}
        if form.get("redirect_uri") != granted.redirect_uri:
            return 400, {"error": "invalid_request", "error_description": "redirect_uri does not match"}
        token = self.id_token(sub=granted.user_id, nonce=granted.nonce)
        return 200, {
            "access_token": "fake-access", "expires_in": 2592000, "id_token": token, "refresh_token": "fake-refresh",
            "scope": "profile openid", "token_type": "Bearer",
        }  # fmt: skip

    def _verify(self, form: Mapping[str, str]) -> tuple[int, object]:
        try:
            part = form.get("id_token", "").split(".")[1]
            claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        except (IndexError, ValueError):
            return _refused("Invalid IdToken.")
        faults = {
            "Invalid IdToken Issuer.": claims.get("iss") != ISSUER,
            "IdToken expired.": claims.get("exp", 0) < self.now,
            "Invalid IdToken Audience.": claims.get("aud") != form.get("client_id"),
            "Invalid IdToken Nonce.": "nonce" in form and claims.get("nonce") != form["nonce"],
            "Invalid IdToken Subject Identifier.": "user_id" in form and claims.get("sub") != form["user_id"],
        }
        if why := next((fault for fault, is_there in faults.items() if is_there), ""):
            return _refused(why)
        return 200, {**claims, **self.claims}


def _refused(why: str) -> tuple[int, object]:
    return 400, {"error": "invalid_request", "error_description": why}


@contextmanager
def line_login() -> Iterator[LineLoginServer]:
    """Run the fake on a port of this machine until the block ends."""
    fake = LineLoginServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path != "/oauth2/v2.1/authorize":
                self._say(404, b"{}")
                return
            status, said = fake.authorize({name: values[0] for name, values in parse_qs(parts.query).items()})
            self._say(status, said.encode(), **({"Location": said} if status == 302 else {}))

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
            if self.headers.get("Content-Type") != "application/x-www-form-urlencoded":
                self._say(415, b"{}")
                return
            status, body = fake.post(self.path, {name: values[0] for name, values in parse_qs(text).items()})
            if fake.hangs:
                fake.stopping.wait(30)
                self.close_connection = True
                return
            self._say(status, json.dumps(body).encode())

        def _say(self, status: int, body: bytes, **headers: str) -> None:
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    fake.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        fake.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()
