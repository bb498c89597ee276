"""``phakdi program``: look at program files, run their cases, compare them, put them in force and write them out."""

import argparse
from collections.abc import Callable
from typing import Any

from phakdi.cli.program import applying, backtesting, proving


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``program`` and what may follow it."""
    program = commands.add_parser("program", help="look at, prove, compare and apply program files")
    parts = program.add_subparsers(dest="part", metavar="WHAT", required=True)
    validate = _part(parts, "validate", proving.validate, "read a file and say what is wrong or doubtful in it")
    validate.add_argument("files", nargs="+", metavar="FILE")
    check = _part(parts, "check", proving.check, "run the worked cases of a file")
    check.add_argument("files", nargs="+", metavar="FILE")
    check.add_argument("--cases", metavar="FILE", help="run the cases in this file instead of those in the program")
    check.add_argument("--only", metavar="TEXT", default="", help="run only the cases whose name has this text")
    check.add_argument("--trace", action="store_true", help="show what every step did and why")
    diff = _part(parts, "diff", proving.diff, "show what two files say differently")
    diff.add_argument("before", metavar="BEFORE")
    diff.add_argument("after", metavar="AFTER")
    tried = _part(parts, "backtest", backtesting.backtest, "show what drafts would have brought with an organization's history")
    tried.add_argument("files", nargs="+", metavar="FILE", help="one draft, or two to set side by side")
    tried.add_argument("--from", dest="first_day", required=True, metavar="DAY", help="first day that is looked at")
    tried.add_argument("--to", dest="last_day", metavar="DAY", help="last day; yesterday where left out")
    tried.add_argument("--organization", metavar="SLUG", help="whose history; may be left out where there is one organization")
    tried.add_argument("--jobs", type=int, metavar="N", help="processes; as many as there are processors where left out")
    tried.add_argument("--engine", choices=("local", "spark"), default="local")
    tried.add_argument(
        "--cost", action="append", default=[], metavar="UNIT=AMOUNT", help="what one point costs, such as points=0.10"
    )
    tried.add_argument("--report", nargs=2, metavar=("json|csv", "DIR"), help="write tables and members into a folder")
    applied = _part(parts, "apply", applying.apply, "put a file in force for an organization")
    applied.add_argument("file", metavar="FILE")
    applied.add_argument("--organization", required=True, metavar="SLUG")
    applied.add_argument(
        "--from", dest="effective_from", metavar="TIME", help="when it takes effect, such as 2027-01-01T00:00+07:00"
    )
    applied.add_argument("--note", default="", help="why, for the list of versions")
    applied.add_argument("--unproven", action="store_true", help="apply it though its own cases fail")
    export = _part(parts, "export", applying.export, "write out the program that is in force")
    export.add_argument("--organization", required=True, metavar="SLUG")
    export.add_argument("--at", metavar="TIME", help="the version in force then; now where left out")


def _part(parts: Any, name: str, run: Callable[[argparse.Namespace], int], help_text: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = parts.add_parser(name, help=help_text)
    parser.add_argument("--json", action="store_true", help="answer as JSON")
    parser.set_defaults(run=run)
    return parser
