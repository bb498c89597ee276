"""The command line: what it answers without a database, and with which code it ends."""

import os
import subprocess
import sys

import pytest

from phakdi import __version__
from phakdi.cli.main import main

COMMANDS = ("serve", "worker", "migrate", "program", "import", "demo", "check", "backup", "restore", "verify")


def end_of(arguments):
    """Return the code with which a command ends by itself."""
    with pytest.raises(SystemExit) as end:
        main(arguments)
    return end.value.code


def test_help_names_every_command(capsys):
    assert end_of(["--help"]) == 0
    printed = capsys.readouterr().out
    assert [name for name in COMMANDS if f"    {name} " not in printed] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_explains_itself(capsys, command):
    assert end_of([command, "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"usage: phakdi {command}")


def test_version_is_printed(capsys):
    assert (end_of(["--version"]), capsys.readouterr().out) == (0, f"phakdi {__version__}\n")


@pytest.mark.parametrize("arguments", [[], ["no-such-command"], ["serve", "--port", "many"], ["program"], ["program", "check"]])
def test_what_is_not_understood_ends_with_two(capsys, arguments):
    assert end_of(arguments) == 2
    captured = capsys.readouterr()
    assert (captured.out, captured.err.startswith("usage: phakdi")) == ("", True)


def run(*arguments, **environment):
    """Return the code, output and errors of a command in a process of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PHAKDI_", "DATABASE_", "DJANGO_"))}
    done = subprocess.run(
        [sys.executable, "-m", "phakdi.cli", *arguments],
        env={**kept, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


NOWHERE = {"DATABASE_URL": "postgresql://app:very-secret@127.0.0.1:1/shop"}


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"PHAKDI_PRODUCTION": "1"}, "phakdi: Set PHAKDI_SECRET_KEY (or PHAKDI_SECRET_KEY_FILE) to a long random text.\n"),
        ({"PHAKDI_DEBUG": "maybe"}, "phakdi: PHAKDI_DEBUG is 1 or 0, not 'maybe'.\n"),
        (
            {"DATABASE_URL": "postgres:/very-secret"},
            "phakdi: DATABASE_URL is no address like postgresql://user:password@host:5432/database.\n",
        ),
    ],
)
def test_bad_setting_is_told_in_one_line(tmp_path, environment, said):
    assert run("migrate", **{**NOWHERE, "PHAKDI_DATA_DIR": str(tmp_path), **environment}) == (1, "", said)


def test_database_that_does_not_answer_is_told_in_one_line(tmp_path):
    code, output, errors = run("migrate", **NOWHERE, PHAKDI_DATA_DIR=str(tmp_path))

    assert (code, output, errors.count("\n")) == (1, "", 1)
    assert errors.startswith("phakdi: The database does not answer: connection")
    assert "very-secret" not in errors
