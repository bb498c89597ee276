"""``phakdi export``: everything of one organization in open files, to take along: CSV for spreadsheets, JSON Lines for machines."""

import csv
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from django.db import connections, transaction

from phakdi import __version__
from phakdi.flows.export_member import cell
from phakdi.kit.errors import Conflict, NotFound
from phakdi.platform.organizations.queries import find_organization

FORMAT = 1
ROWS_AT_ONCE = 2000
EXPORTED: Mapping[str, str] = {
    "organization": "the organization itself",
    "organization_brand": "how it shows itself",
    "store": "places of business",
    "program": "programs",
    "program_version": "every version of the program, as text and as a document",
    "attribute_definition": "attributes kept of members",
    "member": "members",
    "identity": "by what members are known",
    "member_merge": "members who became part of others",
    "member_invitation": "members' words for friends",
    "consent_text": "every version of the words of consents",
    "consent": "every yes and no, with version, language and time",
    "data_request": "what members asked about their data",
    "erasure": "who was forgotten (pseudonyms)",
    "data_breach": "the log of breaches",
    "activity": "what members did, as reported, with what it brought",
    "receipt": "whose activity a receipt number is",
    "entry": "the ledger: every movement of points, double entry, with its reason",
    "lot": "points earned together, with their end (follows from entries)",
    "wallet": "balances (follow from entries)",
    "voucher": "vouchers and their state",
    "member_trait": "what models expect of members, with run and time",
    "member_state": "level, membership, meters and marks of members",
    "order_state": "what returns of orders need",
    "budget_slice": "what is left of shared budgets",
    "message": "messages sent",
    "delivery_attempt": "tries to hand messages over",
    "survey": "surveys: what is asked",
    "survey_wave": "rounds in which a survey asked",
    "survey_invitation": "who was asked, when and how",
    "survey_answer": "what was answered",
    "till_total": "what stores sold on days, with and without members",
    "audit_entry": "who did what",
    "audit_seal": "the chain that seals the audit",
    "import": "imports and what came of them",
    "staff_member": "who works for the organization and as what",
    "webhook_endpoint": "systems outside that are told of what happens",
    "experiment": "campaigns measured against members left out by chance",
    "experiment_member": "who was in which group",
    "points_closing": "what was owed for points at the end of each month, and what revenue waited",
    "recommend_never": "products that are never recommended",
}
SECRETS = frozenset({"sealed", "sealed_secret", "sealed_secret_before", "sealed_secrets", "hash_of_token"})
MACHINERY = frozenset({"written_by", "lease_until", "lease_token", "search_key", "search_digits", "search_grams", "sort_key"})


class FolderNotEmpty(Conflict):
    """The folder has something in it: an export is written into one of its own."""

    code = "folder_not_empty"


def export_organization(*, slug: str, folder: Path) -> dict[str, int]:
    """Write every table of EXPORTED as CSV and JSON Lines, with a README and a manifest, as of one instant; return rows by table.

    Secrets, and what only the machinery needs, are left out.

    Raises:
        NotFound: there is no such organization.
        FolderNotEmpty: nothing was written.
    """
    organization = find_organization(slug=slug)
    if organization is None:
        raise NotFound("There is no such organization.", code="organization_not_found", slug=slug)
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FolderNotEmpty(f"{folder} is not empty.", folder=str(folder))
    counts: dict[str, int] = {}
    columns: dict[str, list[tuple[str, str]]] = {}
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for table in EXPORTED:
            columns[table] = _columns(cursor, table)
            counts[table] = _write(table, columns[table], organization.id, folder)
    manifest = {
        "format": FORMAT,
        "phakdi": __version__,
        "organization": organization.slug,
        "made_at": datetime.now(UTC).isoformat(),
        "rows": counts,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2), encoding="utf-8")
    (folder / "README.md").write_text(_readme(organization.name, columns, counts), encoding="utf-8")
    return counts


def _columns(cursor: Any, table: str) -> list[tuple[str, str]]:
    cursor.execute(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s "
        "ORDER BY ordinal_position",
        [table],
    )
    return [(name, type_) for name, type_ in cursor.fetchall() if name not in SECRETS | MACHINERY]


def _write(table: str, columns: list[tuple[str, str]], organization_id: UUID, folder: Path) -> int:
    quote = connections["owner"].ops.quote_name
    names = [name for name, _ in columns]
    query = f"SELECT {', '.join(map(quote, names))} FROM {quote(table)} WHERE organization_id = %s"  # noqa: S608 - our own names
    count = 0
    raw = connections["owner"].connection
    with (
        raw.cursor(name=f"export_{table}") as rows,
        (folder / f"{table}.jsonl").open("wb") as lines,
        (folder / f"{table}.csv").open("w", encoding="utf-8-sig", newline="") as sheet,
    ):
        rows.itersize = ROWS_AT_ONCE
        rows.execute(query, [organization_id])
        writer = csv.writer(sheet)
        writer.writerow(names)
        for row in rows:
            values = [bytes(value).hex() if isinstance(value, bytes | memoryview) else value for value in row]
            lines.write(orjson.dumps(dict(zip(names, values, strict=True)), default=str, option=orjson.OPT_APPEND_NEWLINE))
            writer.writerow([cell(value) for value in values])
            count += 1
    return count


def _readme(name: str, columns: Mapping[str, list[tuple[str, str]]], counts: Mapping[str, int]) -> str:
    head = (
        f"# {name}\n\nEverything that Phakdi keeps of this organization, as of one instant. Each table is there twice: as `.csv` (UTF-8, a "
        "cell that begins like a formula has an apostrophe before it) and as `.jsonl` (one JSON object a line).\nTimes are UTC; money is "
        "in minor units (satang); points are whole. Entries are the ledger: `points` move from `source` to `target`; every balance "
        "follows from them.\nLeft out: passwords, keys, sealed secrets, sessions, codes, queues and indexes.\n"
    )
    parts = [head]
    for table, about in EXPORTED.items():
        listed = ", ".join(f"`{column}` ({type_})" for column, type_ in columns[table])
        parts.append(f"## {table}\n\n{about[:1].upper()}{about[1:]}; {counts[table]:,} rows. {listed}\n")
    return "\n".join(parts)
