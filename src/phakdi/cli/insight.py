"""``phakdi insight``: refresh the warehouse and its figures, see how they stand, take every table out."""

import argparse
import sys
from pathlib import Path

from phakdi.cli import lifetime, sentiment, setup
from phakdi.kit.clock import utc_now


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``insight``."""
    parser = commands.add_parser("insight", help="figures: refresh them, see how they stand, take tables out")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    refresh = actions.add_parser("refresh", help="bring the warehouse and all figures up to date")
    refresh.add_argument("--organization", default="", help="only this one, by its short name")
    refresh.add_argument("--full", action="store_true", help="build the warehouse anew")
    refresh.set_defaults(run=_refresh)
    status = actions.add_parser("status", help="when the figures were refreshed last, and how that went")
    status.add_argument("--organization", default="", help="only this one, by its short name")
    status.set_defaults(run=_status)
    export = actions.add_parser("export", help="write every table of the warehouse into a folder")
    export.add_argument("folder", type=Path)
    export.add_argument("--organization", required=True, help="its short name")
    export.add_argument("--format", choices=("csv", "parquet"), default="parquet")
    export.set_defaults(run=_export)
    lifetime.add_command(actions)
    sentiment.add_command(actions)


def _refresh(given: argparse.Namespace) -> int:
    failed = False
    with setup.at_work(statement_timeout_ms="0"):
        from phakdi.flows.refresh_insight import refresh_insight  # noqa: PLC0415 - needs Django to be set up

        for organization in setup.chosen(given.organization):
            print(organization.slug)

            def report(name: str, took: int) -> None:
                nonlocal failed
                failed = failed or ":" in name
                print(f"  {name:14} {took / 1000:8.2f} s")
                sys.stdout.flush()

            done = refresh_insight(organization_id=organization.id, now=utc_now(), full=given.full, report=report)
            print(f"  {done.rows:,} rows read, figures as of {done.as_of:%Y-%m-%d %H:%M} UTC")
    return 1 if failed else 0


def _status(given: argparse.Namespace) -> int:
    with setup.at_work():
        from phakdi.insight.warehouse.queries import runs_of, status_of  # noqa: PLC0415 - needs Django to be set up
        from phakdi.kit.db.scope import organization_scope  # noqa: PLC0415 - as above

        for organization in setup.chosen(given.organization):
            found = status_of(organization.id)
            with organization_scope(organization.id):
                runs = runs_of(organization_id=organization.id, limit=1)
            at = f"as of {found.as_of:%Y-%m-%d %H:%M} UTC" if found.as_of else "never refreshed"
            print(f"{organization.slug}: {at}, {found.bytes / 1e6:.1f} MB in {found.files} files")
            for run in runs:
                for name, took, error in run.steps:
                    print(f"  {name:14} {took / 1000:8.2f} s  {error}")
                if run.error:
                    print(f"  failed: {run.error}")
    return 0


def _export(given: argparse.Namespace) -> int:
    with setup.at_work():
        from phakdi.insight.warehouse.exporting import export_tables  # noqa: PLC0415 - needs Django to be set up

        (organization,) = setup.chosen(given.organization)
        for name, rows in export_tables(organization.id, given.folder, kind=given.format).items():
            print(f"  {name:18} {rows:12,} rows")
    return 0
