"""The command ``phakdi``: what runs it, serves it, fills it and looks after it."""

import argparse
import os
import sys
from importlib import import_module

from phakdi import __version__
from phakdi.kit.errors import Refusal

INTERRUPTED = 130
# Each module adds its commands with ``add_commands`` and sets ``run`` (arguments → exit code) for each. A command that needs
# the database works inside `phakdi.cli.setup.at_work`, so that the others start at once.
MODULES = ("server", "organizations", "program", "imports", "insight", "demo", "upkeep")


def main(arguments: list[str] | None = None) -> int:
    """Run the command in ``arguments`` and return the exit code: 0 done, 1 refused or failed, 2 not understood."""
    parser = argparse.ArgumentParser(prog="phakdi", description="Phakdi: an open-source loyalty CRM.")
    parser.add_argument("--version", action="version", version=f"phakdi {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name in MODULES:
        import_module(f"phakdi.cli.{name}").add_commands(commands)
    given = parser.parse_args(arguments)
    try:
        code: int = given.run(given)
    except Refusal as refusal:
        print(f"phakdi: {refusal.message}{_details(refusal)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # whoever reads us has seen enough: phakdi program check … | head
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return INTERRUPTED
    return code


def _details(refusal: Refusal) -> str:
    told = ", ".join(f"{name}: {value}" for name, value in refusal.details.items())
    return f" ({told})" if told else ""
