"""``phakdi demo``: a believable chain of cafés, built once, pushed through the importer, and served."""

import argparse
import os
import sys
from datetime import date
from pathlib import Path

from phakdi.cli import server, setup
from phakdi.cli.demo_build import SLUG, DemoSource, Manifest, read_manifest
from phakdi.kit.errors import Invalid

MEMBERS, MEMBERS_MAX = 5000, 200_000
SEED = "baan-baicha"


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``demo``."""
    parser = commands.add_parser("demo", help="build a believable shop and serve it")
    parser.add_argument("--fresh", action="store_true", help="throw the demo away and build it anew")
    parser.add_argument("--members", type=int, default=MEMBERS, help="how many members (default %(default)s)")
    parser.add_argument("--seed", default=SEED, help="another one makes other people")
    parser.add_argument("--from", dest="file", type=Path, metavar="FILE", help="build it from your own file of purchases")
    parser.add_argument("--mapping", type=Path, metavar="FILE", help="what the columns of that file mean; guessed where left out")
    parser.add_argument("--program", type=Path, metavar="FILE", help="the program to run on it (default: the cafés')")
    parser.add_argument("--build-only", action="store_true", help="build, but do not serve")
    server.add_web_options(parser)
    parser.set_defaults(run=_demo)


def _demo(given: argparse.Namespace) -> int:
    source = _source(given)
    with setup.at_work():
        manifest = _ready_manifest(source, fresh=given.fresh)
        if given.build_only:
            _welcome(manifest, "")
            return 0
        listening = server.Listening(given.host, given.port, given.workers)
        return server.serve(listening, welcome=lambda: _welcome(manifest, listening.url))


def _source(given: argparse.Namespace) -> DemoSource:
    for path in (given.file, given.mapping, given.program):
        if path is not None and not path.is_file():
            raise Invalid(f"There is no file {path}.", code="file_not_found", file=str(path))
    if not 1 <= given.members <= MEMBERS_MAX:
        raise Invalid(f"Choose 1 to {MEMBERS_MAX:,} members.", code="members_out_of_range", field="members")
    return DemoSource(given.members, given.seed, given.file, given.mapping, given.program)


def _ready_manifest(source: DemoSource, *, fresh: bool) -> Manifest:
    """Return what was built before, or build it."""
    folder = setup.data_dir() / "demo"
    known = read_manifest(folder)
    if known is not None and known.is_done and not fresh:
        if source.file is not None and known.source != source.name:
            raise Invalid(f"The demo was built from {known.source}. Build it anew with --fresh.", code="demo_built")
        return known
    from phakdi.cli.demo_build import building  # noqa: PLC0415 - needs Django to be set up, and only the first start needs it

    return building.build(folder, source, known=known, fresh=fresh, processes=min(4, os.cpu_count() or 1))


def _welcome(manifest: Manifest, url: str) -> None:
    print()
    print(f"  {manifest.title}")
    if url:
        print(f"  {url}/console/    console: sign in as owner or manager")
        print(f"  {url}/counter/    counter: sign in as cashier")
        print(f"  {url}/m/{SLUG}/     a member's card; codes arrive in the console's inbox, {url}/console/inbox/")
        print(f"  {url}/api/v1/docs the API\n")
    for person in manifest.people:
        where = f" ({', '.join(person.stores)})" if person.stores else ""
        print(f"  {person.role.lower():8} {person.email:32} {person.password}{where}")
    if manifest.api_key:
        print(f"\n  API key  {manifest.api_key}")
    print(f"  Built from {manifest.source}, purchases until {date.fromisoformat(manifest.until):%d %B %Y}.")
    if url:
        print("  Ctrl-C stops it.")
    sys.stdout.flush()


__all__ = ["SLUG", "add_commands"]
