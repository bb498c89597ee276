"""A local ThaiBulkSMS: `POST /sms` as the provider answers it, with misbehavior on demand."""

import base64
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

KEY, SECRET = "fake-key", "fake-secret"


@dataclass(frozen=True)
class Received:
    """One request as it came in."""

    path: str
    headers: Mapping[str, str]
    form: Mapping[str, str]


@dataclass
class ThaiBulkSmsServer:
    """What the fake has received and how it is to answer.

    ``bad`` numbers are listed as bad in a 201. ``answers`` come first, one for each request: (status, headers, body).
    With ``hangs`` it reads the request and says nothing until it is stopped; with ``cuts`` it hangs up instead.
    """

    credit: int = 100
    bad: set[str] = field(default_factory=set)
    answers: list[tuple[int, Mapping[str, str], bytes]] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    hangs: bool = False
    cuts: bool = False
    url: str = ""
    stopping: threading.Event = field(default_factory=threading.Event)

    def answer_next(self, status: int, body: object = None, **headers: str) -> None:
        """Answer the next request so, whatever it says; bytes go out as they are."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.answers.append((status, {name.replace("_", "-"): value for name, value in headers.items()}, raw))

    def take(self, request: Received) -> tuple[int, Mapping[str, str], bytes]:
        """Return the answer to a request."""
        self.received.append(request)
        if self.answers:
            return self.answers.pop(0)
        status, body = self._judged(request)
        return status, {}, json.dumps(body).encode()

    def _judged(self, request: Received) -> tuple[int, object]:
        wanted = "Basic " + base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
        if request.headers.get("Authorization") != wanted:
            return 401, _error(103, "ERROR_UNAUTHORIZED")
        if request.path != "/sms" or not {"msisdn", "message", "sender"} <= request.form.keys():
            return 400, _error(101, "ERROR_PARAMETER")
        if self.credit < 1:
            return 400, _error(116, "ERROR_INSUFFICIENT_CREDIT")
        numbers = request.form["msisdn"].split(",")
        taken = [number for number in numbers if number not in self.bad]
        self.credit -= len(taken)
        return 201, {
            "remaining_credit": self.credit,
            "total_use_credit": len(taken),
            "credit_type": request.form.get("force", "standard"),
            "phone_number_list": [
                {"number": number, "message_id": f"id-{len(self.received)}-{number}", "used_credit": 1} for number in taken
            ],
            "bad_phone_number_list": [
                {"number": number, "message": "Blacklist phone number"} for number in numbers if number in self.bad
            ],
        }


def _error(code: int, name: str) -> object:
    return {"error": {"code": code, "name": name, "description": name.lower()}}


@contextmanager
def thaibulksms() -> Iterator[ThaiBulkSmsServer]:
    """Run the fake on a port of this machine until the block ends."""
    fake = ThaiBulkSmsServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
            form = {name: values[0] for name, values in parse_qs(text, keep_blank_values=True).items()}
            status, headers, body = fake.take(Received(self.path, dict(self.headers), form))
            if fake.hangs:
                fake.stopping.wait(30)
            if fake.hangs or fake.cuts:
                self.close_connection = True
                return
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                self.wfile.write(body)
            except OSError:  # whoever asked has heard enough
                self.close_connection = True

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
