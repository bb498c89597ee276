"""What an import costs: the importer against COPY and set-based SQL that write the same rows.

    DATABASE_URL=… DATABASE_OWNER_URL=… python bench/import_.py [--file FILE --mapping FILE] [--processes 2]

Needs a database that may be thrown away. Without a file it takes Online Retail where PHAKDI_SHARED_DATA (default
../shared/data) has it, and purchases that are made up. The importer's time is from the file on disk to the last commit:
reading, members, matching of returns, the engine, posting. The other side copies the file and the rows that came out into
temporary tables and inserts them by sets into the same tables, with the same policies: it decides nothing.
"""

import argparse
import gzip
import io
import os
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import psycopg

RETAIL = Path(os.environ.get("PHAKDI_SHARED_DATA", "../shared/data")) / "online_retail/online_retail_2010_2011.csv.gz"
EXAMPLES = Path(__file__).parent.parent / "examples"
SINCE = datetime(2000, 1, 1, tzinfo=UTC)
TABLES = ("member", "identity", "activity", "receipt", "entry", "lot", "wallet", "member_state", "order_state")
PROGRAM = """
phakdi: 1
key: bench
currency: {currency}
time_zone: {zone}
units:
  points: {{expires: {{after: 2 years}}}}
earning:
  - {{key: base, on: purchase, give: {{points: 1, per: 1}}}}
tiers:
  levels:
    - {{key: member}}
    - {{key: gold, reach: {{meter: spend, window: rolling_12_months, at_least: 5000}}}}
"""


def main() -> int:
    """Run both sides for each file and print a line for each."""
    options = _options()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "phakdi.config.settings")
    from phakdi.cli import setup

    setup.set_up_django()
    setup.migrate()
    print(f"{'file':<34} {'rows':>8} {'activities':>10} {'import s':>9} {'per s':>7} {'sql s':>7} {'per s':>7} {'ratio':>6}")
    with tempfile.TemporaryDirectory() as folder:
        for number, (file, mapping, currency, zone) in enumerate(_files(options, Path(folder))):
            slug = f"bench-{os.getpid()}-{number}"
            organization, rows, activities, ours = _import(
                file, mapping, slug, PROGRAM.format(currency=currency, zone=zone), options
            )
            theirs = _by_sql(file, organization, slug)
            name = file.name if len(file.name) < 34 else file.name[:31] + "…"
            print(
                f"{name:<34} {rows:>8,} {activities:>10,} {ours:>9.1f} {activities / ours:>7,.0f} {theirs:>7.1f} "
                f"{activities / theirs:>7,.0f} {theirs / ours:>6.2f}"
            )
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--file", type=Path)
    parser.add_argument("--mapping", type=Path)
    parser.add_argument("--currency", default="THB")
    parser.add_argument("--zone", default="Asia/Bangkok")
    parser.add_argument("--processes", type=int, default=min(4, os.cpu_count() or 1))
    return parser.parse_args()


def _files(options: argparse.Namespace, folder: Path) -> list[tuple[Path, Path | None, str, str]]:
    from phakdi.cli.demo_data import write_files

    if options.file:
        return [(options.file, options.mapping, options.currency, options.zone)]
    made_up = write_files(folder, members=5000, seed="bench", until=date(2026, 11, 24))
    lines = made_up.purchases.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    made_up.purchases.write_text("".join(line for line in lines if ",แลกรางวัล," not in line), encoding="utf-8-sig")
    found: list[tuple[Path, Path | None, str, str]] = [(made_up.purchases, made_up.purchases_mapping, "THB", "Asia/Bangkok")]
    if RETAIL.exists():
        found.append((RETAIL, EXAMPLES / "imports/online-retail.yaml", "GBP", "Europe/London"))
    return found


def _import(
    file: Path, mapping: Path | None, slug: str, program: str, options: argparse.Namespace
) -> tuple[UUID, int, int, float]:
    from phakdi.adapters.commerce.files import running
    from phakdi.flows.apply_program import apply_program
    from phakdi.flows.create_organization import create_organization
    from phakdi.flows.import_purchases import Manner, Unknown
    from phakdi.loyalty.programs.queries import version_at

    organization = create_organization(slug=slug, name=slug, now=SINCE)
    apply_program(organization_id=organization.id, text=program, now=SINCE)
    currency = version_at(organization_id=organization.id, at=SINCE).currency
    begun = time.perf_counter()
    opened = running.open_file(file, kind="purchases", mapping=mapping)
    manner = Manner(Unknown.CREATE, processes=options.processes)
    result = running.run(opened, organization_id=organization.id, currency=currency, manner=manner, now=datetime.now(UTC))
    took = time.perf_counter() - begun
    counts = result.counts
    activities = sum(counts.get(name, 0) for name in ("purchases", "refunds", "activities"))
    return organization.id, counts["rows"], activities, took


def _by_sql(file: Path, organization: UUID, slug: str) -> float:
    """Write what the import wrote for another organization, other members, and return how long it took."""
    from phakdi.flows.create_organization import create_organization

    other = create_organization(slug=f"{slug}-sql", name=slug, now=SINCE).id
    rows = {}
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as owner:
        for table in TABLES:
            with owner.cursor().copy(f"COPY (SELECT * FROM {table} WHERE organization_id = '{organization}') TO STDOUT") as out:
                rows[table] = b"".join(out)
    raw = _raw(file)
    begun = time.perf_counter()
    with psycopg.connect(os.environ["DATABASE_URL"]) as app:
        app.execute("SELECT set_config('app.organization_id', %s, false)", [str(other)])
        app.execute("CREATE TEMP TABLE staged_line (line text)")
        _copy(app, "COPY staged_line FROM STDIN (FORMAT csv, DELIMITER E'\\x01', QUOTE E'\\x02')", raw)
        for table in TABLES:
            app.execute(f"CREATE TEMP TABLE staged_{table} (LIKE {table})")
            _copy(app, f"COPY staged_{table} FROM STDIN", rows[table])
            app.execute(f"INSERT INTO {table} SELECT * FROM ({_renamed(app, table, other)}) AS renamed")
            app.execute(f"DROP TABLE staged_{table}")
            app.commit()
    return time.perf_counter() - begun


def _raw(file: Path) -> bytes:
    content = file.read_bytes()
    return gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content


def _copy(connection: "psycopg.Connection[tuple[object, ...]]", statement: str, content: bytes) -> None:
    with connection.cursor().copy(statement) as into:
        reader = io.BytesIO(content)
        while block := reader.read(1 << 18):
            into.write(block)


def _renamed(connection: "psycopg.Connection[tuple[object, ...]]", table: str, other: UUID) -> str:
    """Return a query for the staged rows as those of other members of another organization."""
    columns = [
        name
        for (name,) in connection.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
            [table],
        ).fetchall()
    ]
    member = "id" if table == "member" else "member_id"
    changed = {
        "organization_id": f"'{other}'::uuid",
        member: f"md5({member}::text)::uuid",
        "written_by": "pg_current_xact_id()",
    }
    return f"SELECT {', '.join(changed.get(str(name), str(name)) for name in columns)} FROM staged_{table}"


if __name__ == "__main__":
    sys.exit(main())
