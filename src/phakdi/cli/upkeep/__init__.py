"""``phakdi check | verify | backup | restore | export``: looking after an installation."""

import argparse
import sys
from pathlib import Path

from phakdi.cli import setup
from phakdi.kit.clock import utc_now


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the operator's commands."""
    check = commands.add_parser("check", help="look whether this installation is set up as it should be")
    check.set_defaults(run=_check)
    verify = commands.add_parser("verify", help="replay every ledger and compare it with what is kept")
    verify.add_argument("--organization", default="", help="only this one, by its short name")
    verify.set_defaults(run=_verify)
    backup = commands.add_parser("backup", help="write everything into one file")
    backup.add_argument("file", type=Path)
    backup.set_defaults(run=_backup)
    export = commands.add_parser("export", help="write everything of one organization into open files")
    export.add_argument("--organization", required=True, help="its short name")
    export.add_argument("--to", type=Path, required=True, metavar="FOLDER", help="an empty folder, or one that is made")
    export.set_defaults(run=_export)
    restore = commands.add_parser("restore", help="replace everything by what a backup holds")
    restore.add_argument("file", type=Path)
    restore.add_argument("--yes", action="store_true", help="do not ask before what is here is replaced")
    restore.set_defaults(run=_restore)


def _check(_: argparse.Namespace) -> int:
    with setup.connected():
        from phakdi.cli.upkeep.checking import Level, findings  # noqa: PLC0415 - needs Django to be set up

        found = list(findings())
    for finding in found:
        print(f"{finding.level.value:7} {finding.subject}: {finding.message}")
    return 1 if any(finding.level is Level.ERROR for finding in found) else 0


def _verify(given: argparse.Namespace) -> int:
    count = 0
    with setup.at_work(statement_timeout_ms="0"):
        from phakdi.cli.upkeep.verifying import verify  # noqa: PLC0415 - needs Django to be set up

        for line in verify(slug=given.organization):
            print(line)
            count += line.startswith("DIFFERS")
    return 1 if count else 0


def _backup(given: argparse.Namespace) -> int:
    with setup.at_work():
        from phakdi.cli.upkeep.archive import write_backup  # noqa: PLC0415 - needs Django to be set up

        size = write_backup(given.file)
    print(f"Wrote {given.file} ({size / 1e6:.1f} MB). Keep the secret key apart from it: sealed values need it.")
    return 0


def _export(given: argparse.Namespace) -> int:
    with setup.at_work(statement_timeout_ms="0"):
        from phakdi.cli.upkeep.exporting import export_organization  # noqa: PLC0415 - needs Django to be set up

        counts = export_organization(slug=given.organization, folder=given.to)
    print(f"Wrote {sum(counts.values()):,} rows of {len(counts)} tables to {given.to}. README.md there says what is what.")
    return 0


def _restore(given: argparse.Namespace) -> int:
    if not given.yes and (not sys.stdin.isatty() or input("Replace everything that is here? Type 'yes': ") != "yes"):
        print("Nothing was changed. Give --yes to restore without asking.", file=sys.stderr)
        return 1
    with setup.connected(statement_timeout_ms="0"):
        from phakdi.cli.upkeep.archive import restore_backup  # noqa: PLC0415 - needs Django to be set up
        from phakdi.cli.upkeep.forgetting import forget_again, note_forgotten  # noqa: PLC0415 - as above
        from phakdi.cli.upkeep.verifying import verify  # noqa: PLC0415 - as above
        from phakdi.insight.daily.operations import restart  # noqa: PLC0415 - as above
        from phakdi.platform.outbox.operations import restart_relay  # noqa: PLC0415 - as above

        note_forgotten()
        restore_backup(given.file)
        setup.protect_anew()
        restart_relay(now=utc_now())  # this server numbers its transactions by itself
        restart(now=utc_now())
        if forgotten := forget_again(now=utc_now()):
            print(f"Erased {forgotten} members again who had asked for it after this backup was made.")
        lines = list(verify())
    print("\n".join(lines))
    return 1 if any(line.startswith("DIFFERS") for line in lines) else 0
