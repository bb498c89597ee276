"""``phakdi serve`` and ``phakdi worker``: web and background work, supervised as one process or run by themselves."""

import argparse
import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType

from phakdi.cli import organizations, setup

BLOCKING_THREADS = min(8, 2 * (os.cpu_count() or 1) + 1)  # what waits together is recorded together; more, and granian warns
STOP_SECONDS = 20.0
RESTART_SECONDS = 1.0
READY_SECONDS = 60.0
PR_SET_PDEATHSIG = 1  # linux/prctl.h


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands that run the product."""
    serve_command = commands.add_parser("serve", help="run web and worker, supervised")
    add_web_options(serve_command)
    serve_command.add_argument("--no-worker", action="store_true", help="only the web server; run 'phakdi worker' elsewhere")
    serve_command.set_defaults(run=_serve)
    worker = commands.add_parser("worker", help="run background work; start as many as you like")
    worker.set_defaults(run=_worker)
    migrate = commands.add_parser("migrate", help="bring the database up to date")
    migrate.set_defaults(run=_migrate)


def add_web_options(command: argparse.ArgumentParser) -> None:
    """Add where the web server listens and with how many processes."""
    command.add_argument("--host", default="127.0.0.1", help="address to listen on (default %(default)s)")
    command.add_argument("--port", type=int, default=8000, help="port to listen on (default %(default)s)")
    command.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="web processes (default: one a core)")


@dataclass(frozen=True, slots=True)
class Listening:
    """Where the web server listens, with how many processes, and whether background work runs beside it."""

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 2
    has_worker: bool = True

    @property
    def url(self) -> str:
        """The address for a browser on this machine."""
        host = "localhost" if self.host in {"127.0.0.1", "0.0.0.0", "::"} else self.host  # noqa: S104 - a comparison
        return f"http://{host}:{self.port}"


def serve(listening: Listening, *, welcome: Callable[[], None] | None = None) -> int:
    """Run web and worker until a signal comes, starting again whatever ends by itself; ``welcome`` is called once the web answers.

    The database is ready (see `setup.at_work`). Returns the exit code.
    """
    if not _is_free(listening.host, listening.port):
        print(f"Port {listening.port} is in use. Choose another: --port {listening.port + 1}", file=sys.stderr)
        return 1
    children = [_Child("web", _web_command(listening))]
    if listening.has_worker:
        children.append(_Child("worker", [sys.executable, "-m", "phakdi.cli", "worker"]))
    return _Supervisor(children).run(lambda: _greet(listening, welcome))


def _serve(given: argparse.Namespace) -> int:
    listening = Listening(given.host, given.port, given.workers, has_worker=not given.no_worker)
    with setup.at_work():
        invitation = organizations.invitation(listening.url)  # before the web opens: a first visitor may be quick

        def welcome() -> None:
            print(f"Phakdi answers at {listening.url}. Ctrl-C stops it.{invitation}", flush=True)

        return serve(listening, welcome=welcome)


def _worker(_: argparse.Namespace) -> int:
    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    with setup.at_work():
        from phakdi.config.wiring import make_worker  # noqa: PLC0415 - needs Django to be set up

        make_worker().run(stop)
    return 0


def _migrate(_: argparse.Namespace) -> int:
    with setup.at_work():
        print("The database is up to date.")
    return 0


def _web_command(listening: Listening) -> list[str]:
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", listening.host, "--port", str(listening.port),
        "--workers", str(listening.workers), "--blocking-threads", str(BLOCKING_THREADS), "--blocking-threads-idle-timeout", "600",
        "--no-ws", "--no-access-log", "--log-level", "warning", "--respawn-failed-workers", "phakdi.config.wsgi:application",
    ]  # fmt: skip


def _end_with_parent() -> None:
    """Ask the system to stop this child when the supervisor is killed (Linux; elsewhere an orphan must be stopped by hand)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _greet(listening: Listening, welcome: Callable[[], None] | None) -> None:
    """Wait until the web answers, then call ``welcome``."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{listening.port}/healthz", timeout=5):
                break
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    else:
        print("The web server does not answer yet; see above for why.", file=sys.stderr)
        return
    if welcome is not None:
        welcome()


@dataclass(slots=True)
class _Child:
    """A process that has to run: started, watched, started again."""

    name: str
    command: Sequence[str]
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = field(default=0.0)

    def start(self) -> None:
        self.process = subprocess.Popen(self.command, start_new_session=True, preexec_fn=_end_with_parent)  # noqa: S603, PLW1509
        self.started_at = time.monotonic()

    def has_ended(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def signal(self, number: int) -> None:
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, number)


class _Supervisor:
    """Keeps children running until it is told to stop; then stops them in order, at last by force."""

    def __init__(self, children: Sequence[_Child]) -> None:
        self.children = children
        self.stopping = threading.Event()

    def run(self, once_started: Callable[[], None]) -> int:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self.stopping.set())
        for child in self.children:
            child.start()
        threading.Thread(target=once_started, daemon=True).start()
        while not self.stopping.wait(0.2):
            for child in self.children:
                if child.has_ended() and not self.stopping.is_set():
                    self._start_again(child)
        self._stop()
        return 0

    def _start_again(self, child: _Child) -> None:
        print(f"The {child.name} process ended by itself; starting it again.", file=sys.stderr)
        if time.monotonic() - child.started_at < RESTART_SECONDS and self.stopping.wait(RESTART_SECONDS):
            return
        child.start()

    def _stop(self) -> None:
        for child in self.children:
            child.signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for child in self.children:
            try:
                if child.process is not None:
                    child.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.signal(signal.SIGKILL)
