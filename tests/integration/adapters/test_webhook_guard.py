"""Webhooks reach nobody's own network (F22): sixty addresses, and a listener on this machine that nobody may connect to."""

import socket
import threading
from contextlib import suppress

import pytest

from phakdi.adapters.webhooks.calling import call
from phakdi.adapters.webhooks.guard import is_public
from phakdi.kit.errors import Invalid
from phakdi.platform.webhooks.core import Address, read_address
from tests.fakes.receiver import receiving

NAMES = {  # what a name server of somebody's choice would answer
    "one.rebind.example": ["127.0.0.1"],
    "mixed.example": ["93.184.216.34", "127.0.0.1"],
    "private.example": ["10.0.0.5"],
    "private2.example": ["192.168.1.1"],
    "private3.example": ["172.16.9.9"],
    "carrier.example": ["100.64.1.1"],
    "metadata.example": ["169.254.169.254"],
    "zero.example": ["0.0.0.0"],
    "six.example": ["::1"],
    "mapped.example": ["::ffff:127.0.0.1"],
    "compatible.example": ["::127.0.0.1"],
    "ula.example": ["fd00::1"],
    "local6.example": ["fe80::1"],
    "site.example": ["fec0::1"],
    "sixtofour.example": ["2002:7f00:1::"],
    "nat64.example": ["64:ff9b::7f00:1"],
    "teredo.example": ["2001:0:7f00:1::1"],
    "multicast.example": ["224.0.0.1"],
    "broadcast.example": ["255.255.255.255"],
    "benchmark.example": ["198.18.0.1"],
    "relay.example": ["192.88.99.1"],
    "documentation.example": ["192.0.2.1"],
    "zone.example": ["fe80::1%lo"],
}
CORPUS = [
    *(f"https://{name}/" for name in NAMES),
    *(f"https://{host}/" for host in (
        "127.0.0.1", "127.0.0.2", "127.255.255.254", "0.0.0.0", "10.1.2.3", "172.31.255.255", "192.168.0.1", "169.254.169.254", "100.100.100.200",
        "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[fe80::1]", "[fd12::1]", "[2002:7f00:1::]", "[64:ff9b::7f00:1]",
        "localhost", "LOCALHOST", "localhost.", "2130706433", "0x7f000001", "017700000001", "0177.0.0.1", "0x7f.0.0.1", "127.1", "127.0.1", "127.0.0.1.",
        "127.0.0.1:443@evil.example", "evil.example@127.0.0.1", "①②⑦.⓪.⓪.①", "127。0。0。1", "user:word@127.0.0.1", "[::1%25lo]", "[0:0:0:0:0:0:0:1]",
    )),
    "http://127.0.0.1/", "http://169.254.169.254/latest/meta-data/", "gopher://127.0.0.1/", "file:///etc/passwd", "https://127.0.0.1:22/",
]  # fmt: skip


@pytest.fixture
def canary():
    """Return the list of connections that a listener on this machine has seen, and its port."""
    seen = []
    server = socket.create_server(("127.0.0.1", 0))

    def listen():
        while True:
            try:
                connection, address = server.accept()
            except OSError:
                return
            seen.append(address)
            connection.close()

    threading.Thread(target=listen, daemon=True).start()
    yield seen, server.getsockname()[1]
    server.close()


def names(host, port):
    """Answer as the chosen name server would, numbers as the system does."""
    if host.lower() in NAMES:
        return NAMES[host.lower()]
    try:
        return [each[4][0] for each in socket.getaddrinfo(host, port, flags=socket.AI_NUMERICHOST)]
    except OSError:
        return ["127.0.0.1"]


def reached(url, port):
    """Try an address as if somebody had managed to give it to an endpoint, at the canary's port; return what came of it."""
    try:
        read = read_address(url)
    except Invalid:
        host = url.split("//")[-1].rpartition("@")[2].split("/")[0].strip("[]").split(":443")[0] or "127.0.0.1"
        read = Address("https", host, port, "/")
    return call(Address(read.scheme, read.host, port, "/"), headers={}, body=b"{}", seconds=2, resolver=names)


def test_corpus_has_sixty_addresses():
    assert len(set(CORPUS)) >= 60


@pytest.mark.parametrize("url", CORPUS)
def test_nothing_inside_is_reached(canary, url):
    seen, port = canary
    answer = reached(url, port)
    assert (answer.status, answer.error) in [(None, "address_refused"), (None, "name_unknown")]
    assert seen == []


def test_control_without_the_guard_the_canary_sees_a_connection(canary):
    seen, port = canary
    answer = call(
        Address("https", "one.rebind.example", port, "/", is_trusted=True), headers={}, body=b"{}", seconds=2, resolver=names
    )
    assert answer.status is None
    assert len(seen) == 1


def test_name_that_changes_its_mind_is_asked_once_and_that_address_is_called(monkeypatch):
    """A name server that says a public address first and ours afterwards."""
    asked, called = [], []

    def rebinding(host, port):
        asked.append(host)
        return ["127.0.0.1"] if len(asked) > 1 else ["93.184.216.34"]

    def connect(address, *args, **more):
        called.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    answer = call(Address("https", "rebind.example", 443, "/"), headers={}, body=b"{}", resolver=rebinding)
    assert (answer.status, answer.error) == (None, "unreachable")
    assert (asked, called) == (["rebind.example"], [("93.184.216.34", 443)])


def test_redirect_to_this_machine_is_not_followed(canary):
    seen, port = canary
    with receiving() as outside:
        outside.answer = lambda _: (302, {"location": f"http://127.0.0.1:{port}/"}, b"")
        answer = call(read_address(outside.url, trusted=outside.trusted), headers={}, body=b"{}")
    assert (answer.status, seen) == (302, [])


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111"])
def test_open_internet_is_public(address):
    assert is_public(address)


def test_long_answer_is_cut_at_four_kibibytes():
    with receiving() as outside:
        outside.answer = lambda _: (500, {}, b"x" * 100_000)
        answer = call(read_address(outside.url, trusted=outside.trusted), headers={}, body=b"{}")
    assert (answer.status, len(answer.body)) == (500, 4096)


def test_receiver_that_drips_headers_does_not_keep_us():
    """One byte now and then, for ever: the deadline holds for the whole call, not for each byte."""
    server = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def drip():
        connection, _ = server.accept()
        with connection, suppress(OSError):
            connection.recv(65536)
            while not ended.wait(0.05):
                connection.sendall(b"H")

    dripping = threading.Thread(target=drip, daemon=True)
    dripping.start()
    port = server.getsockname()[1]
    answer = call(Address("http", "127.0.0.1", port, "/", is_trusted=True), headers={}, body=b"{}", seconds=0.5)
    ended.set()
    dripping.join(5)
    server.close()
    assert (answer.status, answer.error) == (None, "timeout")
