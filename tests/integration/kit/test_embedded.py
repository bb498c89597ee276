"""The embedded server: shared by processes, stopped by the last, and started again whatever was left behind."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from phakdi.kit.db.embedded import SOCKET_PATH_MAX, EmbeddedPostgres

OTHER = """
import sys
from pathlib import Path
from phakdi.kit.db.embedded import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]), settings={"fsync": "off"})
server.start()
print("started", flush=True)
for line in sys.stdin:
    server.stop()
    print("stopped", flush=True)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return where one server of these tests lives: making it takes longer than all else."""
    path = tmp_path_factory.mktemp("embedded") / "server"
    made = EmbeddedPostgres(path, settings={"fsync": "off"})
    made.start()
    made.stop()
    yield path
    assert pid_of(path) is None


def pid_of(folder):
    """Return the server's process where it runs."""
    kept = folder / "data" / "postmaster.pid"
    pid = int(kept.read_text().split()[0]) if kept.exists() else None
    return pid if pid and Path(f"/proc/{pid}").exists() else None


def role_at(address):
    with psycopg.connect(address) as connection:
        return connection.execute("SELECT current_user, current_setting('is_superuser')").fetchone()


class Other:
    """Another process that uses the server."""

    def __init__(self, folder):
        self.process = subprocess.Popen(
            [sys.executable, "-c", OTHER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout.readline() == "started\n"

    def stop(self):
        self.process.stdin.write("stop\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "stopped\n"

    def end(self):
        self.process.stdin.close()
        assert self.process.wait(20) == 0
        self.process.stdout.close()

    def kill(self):
        self.process.kill()
        self.process.wait(20)
        self.process.stdin.close()
        self.process.stdout.close()


def test_two_roles_sign_in_and_neither_is_the_superuser(folder):
    server = EmbeddedPostgres(folder, settings={"fsync": "off"})
    found = server.start()
    try:
        assert (role_at(found.application), role_at(found.owner)) == (("phakdi_app", "off"), ("phakdi_owner", "off"))
        assert role_at(server.superuser_address()) == ("postgres", "on")
        with pytest.raises(psycopg.OperationalError, match="password"):
            role_at(found.application.replace("phakdi_app:", "phakdi_app:x"))
        assert oct((folder / "passwords.json").stat().st_mode & 0o777) == "0o600"
        assert oct((folder / "socket").stat().st_mode & 0o777) == "0o700"
    finally:
        server.stop()


def test_last_process_stops_the_server(folder):
    mine, other = EmbeddedPostgres(folder, settings={"fsync": "off"}), Other(folder)
    try:
        running = pid_of(folder)
        address = mine.start().application
        assert pid_of(folder) == running
        other.stop()
        assert (pid_of(folder), role_at(address)) == (running, ("phakdi_app", "off"))
    finally:
        mine.stop()
        other.end()
    assert pid_of(folder) is None


def test_process_that_was_killed_uses_the_server_no_more(folder):
    mine, other = EmbeddedPostgres(folder, settings={"fsync": "off"}), Other(folder)
    mine.start()
    other.kill()
    mine.stop()

    assert pid_of(folder) is None


@pytest.mark.parametrize("left", ["of nobody", "of another", "empty"])
def test_process_file_of_a_server_that_is_gone_is_no_hindrance(folder, left):
    pids = {"of nobody": 999_999_999, "of another": os.getpid()}
    (folder / "data" / "postmaster.pid").write_text(f"{pids[left]}\n{folder / 'data'}\n" if left in pids else "")
    server = EmbeddedPostgres(folder, settings={"fsync": "off"})
    try:
        assert role_at(server.start().application) == ("phakdi_app", "off")
    finally:
        server.stop()
    assert pid_of(folder) is None


def test_stopping_what_does_not_run_does_nothing(folder):
    server = EmbeddedPostgres(folder)
    server.stop()
    server.stop()

    assert pid_of(folder) is None


def test_long_path_gets_a_short_folder_for_its_socket_and_keeps_it(tmp_path):
    long = tmp_path / ("deep" * 30)
    long.mkdir()
    address = EmbeddedPostgres(long).addresses().application
    sockets = Path(psycopg.conninfo.conninfo_to_dict(address)["host"])
    try:
        assert len(str(sockets)) <= SOCKET_PATH_MAX
        assert EmbeddedPostgres(long).addresses().application == address
    finally:
        sockets.rmdir()
