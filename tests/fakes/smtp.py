"""A local mail server: takes mail over SMTP, or answers each command as a test wants it."""

import socketserver
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class SmtpServerFake:
    """What the fake has taken, and how it answers otherwise.

    ``answers`` maps a command (``CONNECT``, ``MAIL``, ``RCPT``, ``DATA``, ``AUTH``, or ``.`` for the end of a mail) to the line
    that is answered; an empty line hangs up.
    """

    answers: dict[str, str] = field(default_factory=dict)
    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, str]] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    port: int = 0


class _Session(socketserver.StreamRequestHandler):
    """One client's connection."""

    fake: SmtpServerFake

    def handle(self) -> None:
        envelope = {"MAIL": "", "RCPT": ""}
        if not self._say("CONNECT", "220 localhost"):
            return
        while line := self.rfile.readline().decode().strip():
            verb = line.split(None, 1)[0].upper()
            self.fake.commands.append(verb)
            if verb in envelope:
                envelope[verb] = line.partition("<")[2].partition(">")[0]
            answer = self._say(verb, _USUAL.get(verb, "250 ok"))
            if not answer or verb == "QUIT" or (verb == "DATA" and answer.startswith("354") and not self._take(envelope)):
                return

    def _take(self, envelope: Mapping[str, str]) -> str:
        lines = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        answer = self._say(".", "250 queued")
        if answer.startswith("250"):
            self.fake.mails.append(message_from_bytes(b"".join(lines), policy=policy.default))
            self.fake.envelopes.append((envelope["MAIL"], envelope["RCPT"]))
        return answer

    def _say(self, verb: str, usual: str) -> str:
        answer = self.fake.answers.get(verb, usual)
        if answer:
            self.wfile.write(answer.encode() + b"\r\n")
        return answer


_USUAL = {"DATA": "354 go ahead", "QUIT": "221 bye", "AUTH": "235 welcome", "EHLO": "250-localhost\r\n250 AUTH PLAIN"}


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False


@contextmanager
def smtp_server() -> Iterator[SmtpServerFake]:
    """Run the fake on a port of this machine until the block ends."""
    fake = SmtpServerFake()
    server = _Server(("127.0.0.1", 0), type("Session", (_Session,), {"fake": fake}))
    fake.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
