"""One call: to an address that was looked at, within a deadline, without following anything, reading 4 KiB at most."""

import ssl
import time
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import httpcore
import httpx

from phakdi.adapters.webhooks.guard import AddressRefused, Resolver, Unresolved, addresses_to_call, resolve
from phakdi.platform.webhooks.core import ANSWER_MAX_BYTES, Address, Answer

SECONDS = 10.0
CONNECT_SECONDS = 5.0
Options = Iterable[Any]


def call(
    address: Address, *, headers: dict[str, str], body: bytes, seconds: float = SECONDS, resolver: Resolver = resolve
) -> Answer:
    """Post ``body`` once and return what came of it; never raises for what a receiver or a network does."""
    began = time.monotonic()
    try:
        found = addresses_to_call(address, resolver=resolver)
    except AddressRefused:
        return Answer(error="address_refused", duration_ms=_since(began))
    except Unresolved:
        return Answer(error="name_unknown", duration_ms=_since(began))
    backend = _Pinned(found, began + seconds)
    try:
        with httpcore.ConnectionPool(ssl_context=_tls(), network_backend=backend, retries=0) as pool:
            return _post(pool, address, headers, body, began)
    except (httpcore.TimeoutException, TimeoutError):
        return Answer(error="timeout", duration_ms=_since(began))
    except (httpcore.ConnectError, OSError) as error:
        is_tls = isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError)
        return Answer(error="tls" if is_tls else "unreachable", duration_ms=_since(began))
    except (httpcore.NetworkError, httpcore.ProtocolError):
        return Answer(error="no_answer", duration_ms=_since(began))


def _post(pool: httpcore.ConnectionPool, address: Address, headers: dict[str, str], body: bytes, began: float) -> Answer:
    host = f"[{address.host}]" if ":" in address.host else address.host
    url = httpcore.URL(scheme=address.scheme, host=host, port=address.port, target=address.target)
    sent = [("Host", address.authority), ("Content-Length", str(len(body))), *headers.items()]
    with pool.stream("POST", url, headers=sent, content=body) as response:
        kept = b""
        for chunk in response.iter_stream():
            kept += chunk
            if len(kept) >= ANSWER_MAX_BYTES:
                break
        told = {name.lower(): value for name, value in response.headers}
    text = kept[:ANSWER_MAX_BYTES].decode("utf-8", "replace").replace("\0", "")
    retry_after = told.get(b"retry-after", b"").decode("latin-1")
    return Answer(response.status, text, retry_after=retry_after, duration_ms=_since(began))


class _Pinned(httpcore.NetworkBackend):
    """Connects to addresses that were looked at, whatever name is asked for, and lets nothing last beyond the deadline."""

    def __init__(self, found: Sequence[str], deadline: float) -> None:
        self._found, self._deadline, self._real = found, deadline, httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Options | None = None,
    ) -> httpcore.NetworkStream:
        del host, timeout, local_address
        failed: Exception | None = None
        for each in self._found:
            try:
                limit = min(_left(self._deadline), CONNECT_SECONDS)
                stream = self._real.connect_tcp(each, port, timeout=limit, socket_options=socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
            else:
                return _Timed(stream, self._deadline)
        raise failed or httpcore.ConnectError("no address")


class _Timed(httpcore.NetworkStream):
    """A connection whose every read and write ends at the deadline: a receiver that drips bytes does not keep us."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        del timeout
        return self._stream.read(max_bytes, timeout=_left(self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        del timeout
        self._stream.write(buffer, timeout=_left(self._deadline))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        del timeout
        return _Timed(self._stream.start_tls(ssl_context, server_hostname, timeout=_left(self._deadline)), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _since(began: float) -> int:
    return int((time.monotonic() - began) * 1000)


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """Return whom we trust: reading all the certificates takes longer than many a call."""
    return httpx.create_ssl_context(trust_env=False)
