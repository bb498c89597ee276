"""``phakdi import``: bring files of members and purchases in, look at what came of it, take it back."""

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phakdi.cli import setup
from phakdi.kit.clock import utc_now
from phakdi.kit.errors import NotFound

if TYPE_CHECKING:  # only commands that need them pay for these
    from phakdi.adapters.commerce.files.running import ImportResult, OpenFile
    from phakdi.platform.imports.core import Reject
    from phakdi.platform.organizations.core import OrganizationRef

PROCESSES_MAX = 4
REJECTS_SHOWN = 5
ORDER = (
    "rows", "purchases", "refunds", "activities", "members_created", "shadows_created", "members_updated", "consents", "unchanged",
    "walk_ins", "rejected",
)  # fmt: skip
WORDS = {
    "rows": "rows read",
    "purchases": "purchases recorded",
    "refunds": "returns recorded",
    "activities": "other activities recorded",
    "members_created": "members created",
    "shadows_created": "shadows created (points wait until they enroll)",
    "members_updated": "members updated",
    "consents": "consents noted",
    "unchanged": "found as they were",
    "walk_ins": "rows without a customer, left out",
    "rejected": "rows rejected",
    "restored": "members as they were before",
    "returned": "orders returned of members who did more since",
    "kept": "members kept because of what they did since",
    "deleted": "members taken away",
}


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``import`` with what may follow it."""
    parser = commands.add_parser("import", help="bring files of members and purchases in, and take them back")
    parts = parser.add_subparsers(dest="part", metavar="WHAT", required=True)
    for kind in ("members", "purchases"):
        part = parts.add_parser(kind, help=f"bring a file of {kind} in (CSV, gzip, XLSX)")
        part.add_argument("file", type=Path, metavar="FILE")
        add_organization(part)
        part.add_argument("--mapping", type=Path, metavar="FILE", help="what the columns mean; guessed where left out")
        part.add_argument("--preview", action="store_true", help="show how the first rows are understood, and the mapping")
        part.add_argument("--dry-run", action="store_true", help="count everything and keep nothing")
        part.add_argument("--yes", action="store_true", help="do not ask")
        part.add_argument("--rejects", type=Path, metavar="FILE", help="where rejected rows go (default: beside the file)")
        if kind == "purchases":
            part.add_argument(
                "--unknown", choices=["shadow", "create", "reject"], default="shadow",
                help="what becomes of people who are no members: shadows whose points wait (default), members, or rejected",
            )  # fmt: skip
            part.add_argument("--processes", type=int, default=min(PROCESSES_MAX, os.cpu_count() or 1))
        part.set_defaults(run=_with_database(_import))
    listed = parts.add_parser("list", help="show the imports, the latest first")
    add_organization(listed)
    listed.set_defaults(run=_with_database(_list))
    undo = parts.add_parser("undo", help="take an import back")
    undo.add_argument("id", metavar="ID", help="as shown by 'phakdi import list'; its beginning or end is enough")
    add_organization(undo)
    undo.add_argument("--yes", action="store_true", help="do not ask")
    undo.set_defaults(run=_with_database(_undo))


def add_organization(part: argparse.ArgumentParser) -> None:
    """Add the option that says whose rows they are."""
    part.add_argument("--organization", metavar="SLUG", help="whose they are; needed where there are several")


def _with_database(command: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    def run(given: argparse.Namespace) -> int:
        with setup.at_work():
            return command(given)

    return run


# --- commands -------------------------------------------------------------------------------------------------------------


def _import(given: argparse.Namespace) -> int:
    from phakdi.adapters.commerce.files import running  # noqa: PLC0415 - needs Django to be set up

    organization = find_organization(given.organization)
    file = running.open_file(given.file, kind=given.part, mapping=given.mapping)
    if given.preview:
        _show(file, organization, whole=True)
        return 0
    if file.was_guessed and not given.yes:
        _show(file, organization, whole=False)
        if not given.dry_run and not _agrees("Import it like this?"):
            return 1
    result = run_file(file, organization, given)
    rejects = given.rejects or given.file.with_name(given.file.name + ".rejected.csv")
    _tell(result, dry_run=given.dry_run)
    if result.rejects and not given.dry_run:
        running.write_rejects(file, result.rejects, target=rejects)
        print(f"Rejected rows, with reasons: {rejects}")
    _show_rejects(result.rejects)
    if result.import_id:
        print(f"Take it back with: phakdi import undo {str(result.import_id)[-12:]}")
    return 0


def run_file(file: "OpenFile", organization: "OrganizationRef", given: argparse.Namespace) -> "ImportResult":
    """Run an import with a progress bar."""
    from phakdi.adapters.commerce.files import running  # noqa: PLC0415 - as above
    from phakdi.flows.import_purchases import Manner, Unknown  # noqa: PLC0415 - as above

    unknown = Unknown(getattr(given, "unknown", "shadow"))
    manner = Manner(unknown, dry_run=given.dry_run, processes=getattr(given, "processes", 1))
    print(f"Reading {file.table.path.name} …", file=sys.stderr)
    with bar("Counting" if given.dry_run else "Importing") as progress:
        return running.run(
            file,
            organization_id=organization.id,
            currency=currency_of(organization),
            manner=manner,
            now=utc_now(),
            progress=progress,
        )


def _list(given: argparse.Namespace) -> int:
    from phakdi.kit.db.scope import organization_scope  # noqa: PLC0415 - as above
    from phakdi.platform.imports import queries  # noqa: PLC0415 - as above

    organization = find_organization(given.organization)
    with organization_scope(organization.id):
        found = queries.imports_of(organization_id=organization.id)
    for item in found:
        counts = ", ".join(f"{item.counts[name]:,} {name}" for name in ORDER if item.counts.get(name))
        print(
            f"{str(item.id)[-12:]}  {item.started_at:%Y-%m-%d %H:%M}  {item.state:8} {item.kind.lower():9} {item.file_name}  {counts}"
        )
    if not found:
        print("Nothing was imported yet.")
    return 0


def _undo(given: argparse.Namespace) -> int:
    from phakdi.flows.undo_import import undo_import  # noqa: PLC0415 - as above
    from phakdi.kit.db.scope import organization_scope  # noqa: PLC0415 - as above
    from phakdi.platform.imports import queries  # noqa: PLC0415 - as above

    organization = find_organization(given.organization)
    with organization_scope(organization.id):
        found = queries.find_by_prefix(organization_id=organization.id, text=given.id)
    if not given.yes and not _agrees(f"Take back {found.file_name} ({found.counts.get('rows', 0):,} rows)?"):
        return 1
    with bar("Taking back") as progress:
        result = undo_import(organization_id=organization.id, import_id=found.id, now=utc_now(), progress=progress)
    _tell(result, dry_run=False)
    return 0


# --- what they share ------------------------------------------------------------------------------------------------------


def find_organization(slug: str | None) -> "OrganizationRef":
    """Return the organization called so, or the only one there is.

    Raises:
        NotFound: there is none, or there are several and none was named.
    """
    from phakdi.platform.organizations.queries import all_organizations  # noqa: PLC0415 - as above

    known = all_organizations()
    found = [item for item in known if slug is None or item.slug == slug.strip().lower()]
    if len(found) == 1:
        return found[0]
    there = ", ".join(sorted(item.slug for item in known)) or "none yet; 'phakdi demo' makes one"
    message = f"There is no organization '{slug}'." if slug else "Say which organization: --organization SLUG."
    raise NotFound(f"{message} There is: {there}.", code="organization_not_found")


def currency_of(organization: "OrganizationRef") -> str:
    """Return the currency in which the organization's program counts."""
    from phakdi.loyalty.programs.queries import version_at  # noqa: PLC0415 - as above

    return version_at(organization_id=organization.id, at=utc_now()).currency


@contextmanager
def bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """Yield a function that shows how far something is: done, of how many, how fast, and the time left."""
    from rich.console import Console  # noqa: PLC0415 - as above
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415 - as above

    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), auto_refresh=False) as shown:  # no thread: processes fork meanwhile
        task = shown.add_task(title, total=None, rate="")

        def tell(done: int, whole: int) -> None:
            speed = shown.tasks[0].speed
            shown.update(task, completed=done, total=whole, rate=f"{speed:,.0f}/s" if speed else "", refresh=True)

        yield tell


def _show(file: "OpenFile", organization: "OrganizationRef", *, whole: bool) -> None:
    from phakdi.adapters.commerce.files import dump_mapping, running  # noqa: PLC0415 - as above

    shown, rejects = running.preview(file, currency=currency_of(organization), now=utc_now())
    print(f"{file.table.path.name}: columns {', '.join(file.table.columns)}")
    print("\nThe first rows, as understood:" if shown else "\nNone of the first rows could be read.")
    for row in shown if whole else shown[:3]:
        print("  " + " · ".join(f"{name} {value}" for name, value in row.items()))
    _show_rejects(rejects)
    unused = [column for column in file.table.columns if column not in file.mapping.columns.values()]
    if unused:
        print(f"\nColumns that are not used: {', '.join(unused)}")
    if file.was_guessed:
        print("\nThe mapping was guessed. Keep it in a file, correct it, and give it with --mapping:\n")
    else:
        print("\nThe mapping:\n")
    print("\n".join("  " + line for line in dump_mapping(file.mapping).splitlines()))


def _tell(result: "ImportResult", *, dry_run: bool) -> None:
    if result.was_resumed:
        print("Went on with an import that had been interrupted.")
    if dry_run:
        print("Only counted; nothing was kept. It would be:")
    _print_counts(result.counts)


def _print_counts(counts: Mapping[str, Any]) -> None:
    names = [name for name in (*ORDER, *(name for name in WORDS if name not in ORDER)) if counts.get(name)]
    for name in names:
        print(f"{counts[name]:>12,}  {WORDS[name]}")
    for name, points in counts.items():
        if name.startswith("earned.") and points:
            print(f"{points:>12,}  {name.removeprefix('earned.')} earned")


def _show_rejects(rejects: "Sequence[Reject]") -> None:
    from phakdi.adapters.commerce.files.wording import reason_of  # noqa: PLC0415 - as above

    language = "th" if os.environ.get("LANG", "").startswith("th") else "en"
    for reject in rejects[:REJECTS_SHOWN]:
        column = f" ({reject.column})" if reject.column else ""
        print(f"  line {reject.line}{column}: {reason_of(reject.code, reject.details, language)}")
    if len(rejects) > REJECTS_SHOWN:
        print(f"  … and {len(rejects) - REJECTS_SHOWN:,} more")


def _agrees(question: str) -> bool:
    if not sys.stdin.isatty():
        print(f"{question} Say so with --yes.", file=sys.stderr)
        return False
    return input(f"{question} [y/N] ").strip().lower() in {"y", "yes", "ใช่"}
