"""A load generator that keeps connections open and costs little itself: raw requests out, whole answers in."""

import selectors
import socket
import time
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field

READ_AT_ONCE = 262_144
TIMEOUT_SECONDS = 60.0


@dataclass(slots=True)
class Result:
    """What came of a run: how many answers of each status, how long each took, how long the run took."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    took: float = 0.0
    bodies: list[bytes] = field(default_factory=list)
    refusals: list[bytes] = field(default_factory=list)

    def quantile(self, part: float) -> float:
        """Return the time within which ``part`` of the answers came, in milliseconds."""
        ordered = sorted(self.seconds)
        return 1000 * ordered[min(len(ordered) - 1, int(part * len(ordered)))]


@dataclass(slots=True)
class _Line:
    """One connection: at most one request is on its way."""

    sock: socket.socket
    sent_at: float = 0.0
    got: bytearray = field(default_factory=bytearray)


def drive(port: int, requests: Iterator[bytes], *, connections: int, seconds: float, keep_bodies: int = 0) -> Result:
    """Send ``requests`` over so many connections, one at a time on each, until the time is over or none is left."""
    result, waiting = Result(), selectors.DefaultSelector()
    idle = deque(_Line(_connect(port)) for _ in range(connections))
    began = time.perf_counter()
    busy = 0
    while True:
        while idle and time.perf_counter() - began < seconds and (request := next(requests, None)) is not None:
            line = idle.popleft()
            line.sent_at = time.perf_counter()
            line.sock.sendall(request)
            waiting.register(line.sock, selectors.EVENT_READ, line)
            busy += 1
        if not busy:
            break
        for key, _ in waiting.select(TIMEOUT_SECONDS):
            line = key.data
            if _receive(line, result, keep_bodies):
                waiting.unregister(line.sock)
                idle.append(line)
                busy -= 1
    result.took = time.perf_counter() - began
    for line in idle:
        line.sock.close()
    return result


def request(path: str, token: str, body: bytes) -> bytes:
    """Return a POST as it goes over the wire."""
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def _connect(port: int) -> socket.socket:
    sock = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_SECONDS)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def _receive(line: _Line, result: Result, keep_bodies: int) -> bool:
    """Take in what has come; True once the answer is whole."""
    piece = line.sock.recv(READ_AT_ONCE)
    if not piece:
        raise ConnectionError("the server closed the connection")
    got = line.got
    got += piece
    end = got.find(b"\r\n\r\n")
    if end < 0:
        return False
    at = got.lower().find(b"content-length: ", 0, end)
    length = int(got[at + 16 : got.find(b"\r\n", at)])
    if len(got) < end + 4 + length:
        return False
    result.seconds.append(time.perf_counter() - line.sent_at)
    status = int(got[9:12])
    result.statuses[status] += 1
    if status >= 300:
        result.refusals.append(bytes(got[end + 4 :]))
    if len(result.bodies) < keep_bodies:
        result.bodies.append(bytes(got[end + 4 :]))
    line.got = bytearray()
    return True
