"""A whole installation in a folder of its own, run by the product's own command: for tests of what survives what."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import psycopg

READY_SECONDS = 90

PREPARE = """
import json, sys
from datetime import UTC, datetime, timedelta
from phakdi.cli import setup
told = json.load(sys.stdin)
with setup.at_work():
    from phakdi.flows.apply_program import apply_program
    from phakdi.flows.create_organization import create_organization
    from phakdi.flows.find_or_shadow import find_or_shadow
    from phakdi.flows.issue_api_key import issue_api_key
    from phakdi.platform.keys.core import Scope
    now = datetime.now(UTC)
    shop = create_organization(slug="shop", name="Shop", now=now - timedelta(days=1)).id
    apply_program(organization_id=shop, text=told["program"], now=now - timedelta(days=1), effective_from=now - timedelta(days=1))
    key = issue_api_key(organization_id=shop, name="test", scopes=[scope.value for scope in Scope], now=now)
    members = [str(find_or_shadow(organization_id=shop, kind="PHONE", value=f"08{n:08}", now=now).id) for n in range(told["members"])]
print(json.dumps({"key": key.token, "members": members, "organization": str(shop)}))
"""


class Installation:
    """``phakdi serve`` on a free port, with its own database server."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        kept = ("DATABASE_URL", "DATABASE_OWNER_URL", "DJANGO_SETTINGS_MODULE", "PHAKDI_TEST_DB")
        self.environment = {name: value for name, value in os.environ.items() if name not in kept}
        self.environment |= {
            "PHAKDI_DATA_DIR": str(folder),
            "PHAKDI_API_CALLS_PER_SECOND": "100000",
            "PHAKDI_API_CALLS_AT_ONCE": "100000",
        }
        self.environment["PYTHONWARNINGS"] = "ignore"
        self.port = _free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.told: dict[str, Any] = {}

    def prepare(self, program: str, members: int) -> None:
        """Make an organization with a program, a key and members."""
        done = subprocess.run(
            [sys.executable, "-c", PREPARE],
            input=json.dumps({"program": program, "members": members}),
            capture_output=True,
            text=True,
            check=False,
            env=self.environment,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        self.told = json.loads(done.stdout)

    def start(self) -> None:
        """Start web and worker and wait until they answer."""
        command = [sys.executable, "-m", "phakdi.cli", "serve", "--port", str(self.port), "--workers", "2"]
        with (self.folder / "serve.log").open("ab") as log:
            self.process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log, start_new_session=True)
        self.wait()

    def wait(self) -> None:
        """Wait until the web answers."""
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            with suppress(httpx.HTTPError):
                if httpx.get(f"{self.url}/readyz", timeout=2).status_code == 200:
                    return
            time.sleep(0.05)
        raise AssertionError((self.folder / "serve.log").read_text()[-3000:])

    def stop(self) -> None:
        """Stop in order, as Ctrl-C does."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(60)

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a command of the product and return what it said."""
        command = [sys.executable, "-m", "phakdi.cli", *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False, timeout=600)

    def ask(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows that the database's superuser sees."""
        from phakdi.kit.db.embedded import EmbeddedPostgres

        server = EmbeddedPostgres(self.folder / "postgres")
        with psycopg.connect(server.superuser_address("phakdi")) as connection:
            return list(connection.execute(sql, values).fetchall())

    @property
    def url(self) -> str:
        """Where the web answers."""
        return f"http://127.0.0.1:{self.port}"

    def processes(self) -> dict[int, str]:
        """Return the running processes below the supervisor by what they are: ``web`` or ``worker``."""
        assert self.process is not None
        found = {}
        for path in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                command = (path / "cmdline").read_bytes().decode().split("\0")
                environment = (path / "environ").read_bytes()
                if f"PHAKDI_DATA_DIR={self.folder}".encode() not in environment or int(path.name) == self.process.pid:
                    continue
                text = " ".join(command)
                if "granian" in text or "multiprocessing" in text:
                    found[int(path.name)] = "web"
                elif text.endswith("phakdi.cli worker "):
                    found[int(path.name)] = "worker"
        return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
